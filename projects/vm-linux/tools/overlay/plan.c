/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: fits files into a tree that exists already. Rests on how Linux unpacks an archive
 * over earlier ones: an entry of another type replaces what is there, so a folder over a symbolic
 * link (/lib on merged-/usr systems) would hide all that the link led to; a file over a file is
 * written into the same inode, all of whose other names would change too. Hence paths are resolved
 * as the guest would resolve them, folders that exist are not mentioned again, and a hard link is
 * broken before it is written.
 */
#include "overlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void make_folder(void *context, const char *path, uint32_t mode)
{
    struct plan *plan = context;

    cpio_write(&plan->writer, path, mode, NULL, 0);
    tree_put(plan->tree, path, mode, 2, NULL);
}

static void check_walk(const struct walk *walk, const char *name, const char *where)
{
    if (walk->problem == WALK_CIRCLE)
        die("%s: the image's symbolic links go round in a circle at %s", name, where);
    if (walk->problem == WALK_NO_FOLDER) {
        die("%s: %s is a file in the image, not a folder; choose another root_location", name,
            where);
    }
}

void plan_folder(struct plan *plan, const char *name)
{
    struct walk walk = {.missing = make_folder, .context = plan};
    char *folder = tree_walk(plan->tree, name, &walk);

    check_walk(&walk, name, folder);
    free(folder);
}

/* Where a file or link of this name is to be put, with nothing in its way. */
static char *place_for(struct plan *plan, const char *name)
{
    struct walk walk = {.missing = make_folder, .context = plan};
    char *place = tree_place(plan->tree, name, &walk);

    check_walk(&walk, name, place);
    struct entry *entry = tree_find(plan->tree, place);
    if (entry && S_ISDIR(entry->mode))
        die("%s: this is a folder in the image; give the file another name", name);
    if (entry && S_ISREG(entry->mode) && entry->links > 1)
        cpio_write(&plan->writer, place, S_IFLNK | 0777, "x", 1);
    return place;
}

static void put_file(struct plan *plan, const char *name, uint32_t mode, const void *data,
                     size_t size)
{
    char *place = place_for(plan, name);

    cpio_write(&plan->writer, place, S_IFREG | mode, data, size);
    tree_put(plan->tree, place, S_IFREG | mode, 1, NULL);
    free(place);
}

void plan_file(struct plan *plan, const char *name, const char *source, int executable)
{
    struct stat status;
    FILE *file = fopen(source, "r");

    if (!file || fstat(fileno(file), &status))
        die("%s: the overlay's file %s: %s", name, source, strerror(errno));
    if (!S_ISREG(status.st_mode))
        die("%s: the overlay's file %s is not a regular file", name, source);
    if (status.st_size > UINT32_MAX) {
        die("%s: the overlay's file %s has more than 4 GiB, which a cpio archive cannot hold", name,
            source);
    }
    size_t size = (size_t)status.st_size;
    char *data = grow(NULL, size);
    if (fread(data, 1, size, file) != size)
        die("%s: the overlay's file %s could not be read", name, source);
    fclose(file);
    /*
     * Owner root as in any archive made without root; readable by all, as one expects of a system's
     * files.
     */
    note_linker(plan, name, data, size);
    uint32_t mode = executable || (status.st_mode & 0111) ? 0755 : 0644;
    put_file(plan, name, mode | (status.st_mode & (S_ISUID | S_ISGID)), data, size);
    free(data);
}

void plan_data(struct plan *plan, const char *name, uint32_t mode, const char *data)
{
    put_file(plan, name, mode, data, strlen(data));
}

void plan_link(struct plan *plan, const char *name, const char *target)
{
    char *place = place_for(plan, name);

    cpio_write(&plan->writer, place, S_IFLNK | 0777, target, strlen(target));
    tree_put(plan->tree, place, S_IFLNK | 0777, 1, target);
    free(place);
}
