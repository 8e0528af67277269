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

enum { MAX_LINKS = 40 };

/* Drops the last component. */
static void parent_of(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash) {
        *slash = 0;
    } else {
        *path = 0;
    }
}

static void make_folder(struct plan *plan, const char *path)
{
    cpio_write(&plan->writer, path, S_IFDIR | 0755, NULL, 0);
    tree_add(plan->tree, path, S_IFDIR | 0755, 2, NULL);
}

/* One step of a walk: `at` and a component become a path; a link puts its target before what is
 * left. */
static char *step(struct plan *plan, char *at, const char *component, char **rest, int *links,
                  const char *name)
{
    char *next = join_path(at, component);
    struct entry *entry = tree_find(plan->tree, next);

    if (!entry) {
        make_folder(plan, next);
    } else if (S_ISLNK(entry->mode)) {
        if (++*links > MAX_LINKS) {
            die("%s: the image's symbolic links go round in a circle at %s", name, next);
        }
        char *longer = join_path(entry->text, *rest);
        free(*rest);
        *rest = longer;
        free(next);
        if (entry->text[0] == '/') {
            *at = 0;
        }
        return at;
    } else if (!S_ISDIR(entry->mode)) {
        die("%s: %s is a file in the image, not a folder; choose another root_location", name,
            next);
    }
    free(at);
    return next;
}

/* The folder that `path` leads to, made if it is missing. */
static char *resolve(struct plan *plan, const char *path, const char *name)
{
    char *at = copy_string("");
    char *rest = copy_string(path);
    int links = 0;

    for (;;) {
        size_t slashes = strspn(rest, "/");
        size_t size = strcspn(rest + slashes, "/");
        if (!size) {
            free(rest);
            return at;
        }
        char *component = strndup(rest + slashes, size);
        char *left = copy_string(rest + slashes + size);
        free(rest);
        rest = left;
        if (!strcmp(component, "..")) {
            parent_of(at);
        } else if (strcmp(component, ".")) {
            at = step(plan, at, component, &rest, &links, name);
        }
        free(component);
    }
}

void plan_folder(struct plan *plan, const char *name)
{
    free(resolve(plan, name, name));
}

/* Where a file or link of this name is to be put, with nothing in its way. */
static char *place_for(struct plan *plan, const char *name)
{
    char *folder = copy_string(name);

    parent_of(folder);
    char *resolved = resolve(plan, folder, name);
    const char *slash = strrchr(name, '/');
    char *place = join_path(resolved, slash ? slash + 1 : name);
    struct entry *entry = tree_find(plan->tree, place);
    if (entry && S_ISDIR(entry->mode)) {
        die("%s: this is a folder in the image; give the file another name", name);
    }
    if (entry && S_ISREG(entry->mode) && entry->links > 1) {
        cpio_write(&plan->writer, place, S_IFLNK | 0777, "x", 1);
    }
    free(folder);
    free(resolved);
    return place;
}

static void put_file(struct plan *plan, const char *name, uint32_t mode, const void *data,
                     size_t size)
{
    char *place = place_for(plan, name);

    cpio_write(&plan->writer, place, S_IFREG | mode, data, size);
    tree_add(plan->tree, place, S_IFREG | mode, 1, NULL);
    free(place);
}

void plan_file(struct plan *plan, const char *name, const char *source, int executable)
{
    struct stat status;
    FILE *file = fopen(source, "r");

    if (!file || fstat(fileno(file), &status)) {
        die("%s: the overlay's file %s: %s", name, source, strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        die("%s: the overlay's file %s is not a regular file", name, source);
    }
    size_t size = (size_t)status.st_size;
    char *data = grow(NULL, size);
    if (fread(data, 1, size, file) != size) {
        die("%s: the overlay's file %s could not be read", name, source);
    }
    fclose(file);
    /* Owner root as in any archive made without root; readable by all, as one expects of a system's
     * files. */
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
    tree_add(plan->tree, place, S_IFLNK | 0777, 1, target);
    free(place);
}
