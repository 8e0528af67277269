/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: what an overlay consists of, as the helpers hand it over: a list with a line for
 * each entry (kind, name in the image, source or link target, with tabs between), or a folder.
 */
#include "overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sources_of_list(const char *path, list_entry_function *each, void *context)
{
    FILE *list = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    if (!list)
        die("%s: %s", path, strerror(errno));
    while (getline(&line, &room, list) > 0) {
        line[strcspn(line, "\n")] = 0;
        char *name = strchr(line, '\t');
        char *source = name ? strchr(name + 1, '\t') : NULL;
        if (!*line)
            continue;
        if (!source || (*line != 'F' && *line != 'L'))
            die("%s: a line is neither a file nor a link: %s", path, line);
        *name++ = 0;
        *source++ = 0;
        each(context, *line, name, source);
    }
    free(line);
    fclose(list);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

void sources_of_folder(const char *path, folder_entry_function *each, void *context)
{
    char *roots[] = {copy_string(path), NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);

    if (!walk)
        die("rootfs_overlay %s: %s", path, strerror(errno));
    for (FTSENT *found = fts_read(walk); found; found = fts_read(walk))
        if (found->fts_info != FTS_DP)
            each(context, found);
    fts_close(walk);
    free(roots[0]);
}
