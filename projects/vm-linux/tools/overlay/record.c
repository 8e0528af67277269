/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: a record of what an overlay's sources are like, for ninja to compare time stamps
 * with. Rests on stat(2): names, kinds, modes, sizes, times, and where links lead. It is written
 * only if it differs from the last one.
 */
#include "overlay.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What cannot be looked at is recorded as such; making the image will say what is wrong. */
static void record_one(FILE *record, const char *name, const struct stat *status)
{
    fprintf(record, "%s", name);
    if (status) {
        fprintf(record, "\t%o", status->st_mode);
    }
    /* A folder's own time changes with names that come and go, which are seen anyway. */
    if (status && !S_ISDIR(status->st_mode)) {
        fprintf(record, "\t%lld\t%lld.%09ld", (long long)status->st_size,
                (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
    }
    fputc('\n', record);
}

static void record_list(FILE *record, const char *path)
{
    FILE *list = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    if (!list) {
        die("%s: %s", path, strerror(errno));
    }
    while (getline(&line, &room, list) > 0) {
        struct stat status;
        line[strcspn(line, "\n")] = 0;
        const char *tab = strrchr(line, '\t');
        fprintf(record, "%s\n", line);
        if (*line == 'F' && tab) {
            record_one(record, tab + 1, stat(tab + 1, &status) ? NULL : &status);
        }
    }
    free(line);
    fclose(list);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void record_dir(FILE *record, const char *path)
{
    char *roots[] = {copy_string(path), NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);

    if (!walk) {
        die("rootfs_overlay %s: %s", path, strerror(errno));
    }
    for (FTSENT *found = fts_read(walk); found; found = fts_read(walk)) {
        int readable = found->fts_info != FTS_NS && found->fts_info != FTS_ERR;
        if (found->fts_info == FTS_DP) {
            continue;
        }
        record_one(record, found->fts_path, readable ? found->fts_statp : NULL);
        if (found->fts_info == FTS_SL || found->fts_info == FTS_SLNONE) {
            char target[MAX_NAME + 1];
            ssize_t size = readlink(found->fts_accpath, target, sizeof(target));
            fprintf(record, "-> %.*s\n", size < 0 ? 0 : (int)size, target);
        }
    }
    fts_close(walk);
    free(roots[0]);
}

static int is_recorded(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    char *old = grow(NULL, size + 1);
    int same = file && fread(old, 1, size + 1, file) == size && !memcmp(old, text, size);

    free(old);
    if (file) {
        fclose(file);
    }
    return same;
}

void record_sources(const char *path, const char *list, const char *dir)
{
    char *text = NULL;
    size_t size = 0;
    FILE *record = open_memstream(&text, &size);

    if (!record) {
        die("out of memory");
    }
    if (list) {
        record_list(record, list);
    }
    if (dir) {
        record_dir(record, dir);
    }
    fclose(record);
    if (!is_recorded(path, text, size)) {
        FILE *file = fopen(path, "w");
        if (!file || fwrite(text, 1, size, file) != size || fclose(file)) {
            int why = errno;
            unlink(path);
            die("cannot write %s: %s; build in a directory that you may write to", path,
                strerror(why));
        }
    }
    free(text);
}
