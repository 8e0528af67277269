/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: the files that Linux has when it has unpacked an image. Rests on its initramfs
 * unpacker: names are followed through symbolic links; what has no folder to lie in is dropped;
 * an entry of another type replaces what is there, unless that is a folder that is not empty.
 */
#include "overlay.h"

#include <base/bits.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_LINKS = 40, FIRST_BUCKETS = 1024 };

static size_t hash_of(const char *name)
{
    size_t hash = 5381;

    while (*name)
        hash = hash * 33 ^ (unsigned char)*name++;
    return hash;
}

static void link_entry(struct tree *tree, size_t index)
{
    size_t *bucket = &tree->buckets[hash_of(tree->entries[index].name) & (tree->bucket_count - 1)];

    tree->entries[index].next = *bucket;
    *bucket = index + 1;
}

/* Room for one more entry, and about as many buckets as entries. */
static void make_room(struct tree *tree)
{
    if (tree->count < tree->bucket_count)
        return;
    tree->bucket_count = tree->bucket_count ? 2 * tree->bucket_count : FIRST_BUCKETS;
    tree->entries = grow(tree->entries, tree->bucket_count * sizeof(*tree->entries));
    tree->buckets = grow(tree->buckets, tree->bucket_count * sizeof(*tree->buckets));
    memset(tree->buckets, 0, tree->bucket_count * sizeof(*tree->buckets));
    for (size_t i = 0; i < tree->count; i++)
        link_entry(tree, i);
}

struct entry *tree_find(const struct tree *tree, const char *name)
{
    if (!tree->bucket_count)
        return NULL;
    size_t at = tree->buckets[hash_of(name) & (tree->bucket_count - 1)];
    while (at && strcmp(tree->entries[at - 1].name, name) != 0)
        at = tree->entries[at - 1].next;
    return at ? &tree->entries[at - 1] : NULL;
}

/* The last component is cut off; "" is the root. */
static char *parent_of(const char *path)
{
    char *parent = copy_string(path);
    char *slash = strrchr(parent, '/');

    *(slash ? slash : parent) = 0;
    return parent;
}

void tree_put(struct tree *tree, const char *name, uint32_t mode, uint32_t links, const char *text)
{
    struct entry *entry = tree_find(tree, name);

    if (entry && S_ISDIR(entry->mode) && !S_ISDIR(mode) && entry->children)
        return;
    if (!entry) {
        char *parent = parent_of(name);
        struct entry *folder = tree_find(tree, parent);
        if (folder)
            folder->children++;
        free(parent);
        make_room(tree);
        entry = &tree->entries[tree->count];
        *entry = (struct entry){.name = copy_string(name)};
        link_entry(tree, tree->count++);
    }
    char *copy = text ? copy_string(text) : NULL;
    free(entry->text);
    entry->text = copy;
    entry->mode = mode;
    entry->links = links;
    entry->assumed = 0;
}

void tree_begin(struct tree *tree)
{
    /*
     * What every kernel has before it unpacks an image, unless it was built with files of its own.
     */
    static const struct {
        const char *name;
        uint32_t mode;
    } first[] = {
        {"dev", S_IFDIR | 0755}, {"dev/console", S_IFCHR | 0600}, {"root", S_IFDIR | 0700}};

    for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
        tree_put(tree, first[i].name, first[i].mode, 1, NULL);
        tree_find(tree, first[i].name)->assumed = 1;
    }
}

void tree_end(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->entries[i].name);
        free(tree->entries[i].text);
    }
    free(tree->entries);
    free(tree->buckets);
    *tree = (struct tree){0};
}

/*
 * One step of a walk: `at` and a component become a path; a link puts its target before what is
 * left of the way.
 */
static char *step(struct tree *tree, char *at, const char *component, char **rest,
                  struct walk *walk)
{
    char *next = join_path(at, component);
    struct entry *entry = tree_find(tree, next);

    if (!entry || (entry->assumed && walk->missing)) {
        if (walk->missing)
            walk->missing(walk->context, next, entry ? entry->mode : (S_IFDIR | 0755));
        else
            walk->problem = WALK_MISSING;
    } else if (S_ISLNK(entry->mode)) {
        char *longer = join_path(entry->text, *rest);
        free(*rest);
        *rest = longer;
        if (entry->text[0] == '/')
            *at = 0;
        if (++walk->links <= MAX_LINKS) {
            free(next);
            return at;
        }
        walk->problem = WALK_CIRCLE;
    } else if (!S_ISDIR(entry->mode)) {
        walk->problem = WALK_NO_FOLDER;
    }
    free(at);
    return next;
}

char *tree_walk(struct tree *tree, const char *path, struct walk *walk)
{
    char *at = copy_string("");
    char *rest = copy_string(path);

    walk->problem = WALK_GOOD;
    walk->links = 0;
    while (walk->problem == WALK_GOOD) {
        size_t slashes = strspn(rest, "/");
        size_t size = strcspn(rest + slashes, "/");
        if (!size)
            break;
        char *component = strndup(rest + slashes, size);
        char *left = copy_string(rest + slashes + size);
        free(rest);
        rest = left;
        if (!strcmp(component, "..")) {
            char *parent = parent_of(at);
            free(at);
            at = parent;
        } else if (strcmp(component, ".") != 0) {
            at = step(tree, at, component, &rest, walk);
        }
        free(component);
    }
    free(rest);
    return at;
}

char *tree_place(struct tree *tree, const char *name, struct walk *walk)
{
    const char *slash = strrchr(name, '/');
    char *parent = parent_of(name);
    char *folder = tree_walk(tree, parent, walk);
    char *place = walk->problem == WALK_GOOD ? join_path(folder, slash ? slash + 1 : name)
                                             : copy_string(folder);

    free(parent);
    free(folder);
    return place;
}
