/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: a record of what an overlay's sources are like, for ninja to compare time stamps
 * with. Rests on stat(2): names, kinds, modes, sizes, times, and where links lead. It is written
 * only if it differs from the last one.
 */
#include "overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What cannot be looked at is recorded as such; making the image will say what is wrong. */
static void record_one(FILE *record, const char *name, const struct stat *status)
{
    fprintf(record, "%s", name);
    if (status)
        fprintf(record, "\t%o", status->st_mode);
    /* A folder's own time changes with names that come and go, which are seen anyway. */
    if (status && !S_ISDIR(status->st_mode)) {
        fprintf(record, "\t%lld\t%lld.%09ld", (long long)status->st_size,
                (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
    }
    fputc('\n', record);
}

static void record_entry(void *record, char kind, const char *name, const char *source)
{
    struct stat status;

    fprintf(record, "%c\t%s\t%s\n", kind, name, source);
    if (kind == 'F')
        record_one(record, source, stat(source, &status) ? NULL : &status);
}

static void record_found(void *record, const FTSENT *found)
{
    int readable = found->fts_info != FTS_NS && found->fts_info != FTS_ERR;

    record_one(record, found->fts_path, readable ? found->fts_statp : NULL);
    if (found->fts_info == FTS_SL || found->fts_info == FTS_SLNONE) {
        char target[MAX_NAME + 1];
        ssize_t size = readlink(found->fts_accpath, target, sizeof(target));
        fprintf(record, "-> %.*s\n", size < 0 ? 0 : (int)size, target);
    }
}

static int is_recorded(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    char *old = grow(NULL, size + 1);
    int same = file && fread(old, 1, size + 1, file) == size && !memcmp(old, text, size);

    free(old);
    if (file)
        fclose(file);
    return same;
}

void record_sources(const char *path, const char *list, const char *dir)
{
    char *text = NULL;
    size_t size = 0;
    FILE *record = open_memstream(&text, &size);

    if (!record)
        die("out of memory");
    if (list)
        sources_of_list(list, record_entry, record);
    if (dir)
        sources_of_folder(dir, record_found, record);
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
