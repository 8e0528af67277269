/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: the kernels for which an image has modules: its folders lib/modules/RELEASE,
 * where modprobe looks for those of the kernel that runs (depmod.d(5), modprobe(8)).
 */
#include "overlay.h"

#include <base/bits.h>

#include <string.h>
#include <sys/stat.h>

/* The name of such a folder after the last slash, or NULL. Distributions have /lib in /usr. */
static const char *release_in(const struct entry *entry)
{
    static const char *const folders[] = {"lib/modules/", "usr/lib/modules/"};

    for (size_t i = 0; S_ISDIR(entry->mode) && i < ARRAY_SIZE(folders); i++) {
        size_t size = strlen(folders[i]);
        if (!strncmp(entry->name, folders[i], size) && !strchr(entry->name + size, '/'))
            return entry->name + size;
    }
    return NULL;
}

void write_releases(const struct tree *tree, FILE *file)
{
    for (size_t i = 0; i < tree->count; i++) {
        const char *release = release_in(&tree->entries[i]);
        if (release)
            fprintf(file, "%s\n", release);
    }
}
