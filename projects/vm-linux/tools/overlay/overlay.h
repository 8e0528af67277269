/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: what its parts share. Rests on Linux's initramfs buffer format
 * (Documentation/driver-api/early-userspace/buffer-format.rst): an image is a sequence of cpio
 * archives ("newc"), each plain or compressed, unpacked one over the other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <fts.h>

/* report.c: every error is final and names the CMake helper that asked for the image. */
void report_for(const char *who);
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* From here on what is wrong is still the end, but in a warning that adds its consequence. */
void report_mildly(const char *consequence);
void *grow(void *memory, size_t size);
char *copy_string(const char *string);
char *join_path(const char *first, const char *second);

/*
 * tree.c: one file of an image, by its name without leading "./" or "/" and without links on the
 * way.
 */
struct entry {
    char *name;
    uint32_t mode;
    uint32_t links;
    /* Target of a symbolic link, or contents of a file that someone wants to look into. */
    char *text;
    size_t children;
    /* Not in the image: the kernel is taken to have it. */
    int assumed;
    /* In the same bucket: index + 1; 0 ends the list. */
    size_t next;
};

struct tree {
    struct entry *entries;
    size_t count;
    size_t *buckets;
    size_t bucket_count;
};

/* Whose contents cpio_scan() keeps: the list of scripts of initramfs-tools. */
#define ORDER_FILE "scripts/init-bottom/ORDER"

void tree_begin(struct tree *tree);
void tree_end(struct tree *tree);
struct entry *tree_find(const struct tree *tree, const char *name);
void tree_put(struct tree *tree, const char *name, uint32_t mode, uint32_t links, const char *text);

/* A way through folders and symbolic links, as the guest would go it. */
struct walk {
    /* Called for a folder that does not exist, and is to make it; NULL: that is a problem. */
    void (*missing)(void *context, const char *path, uint32_t mode);
    void *context;
    enum { WALK_GOOD, WALK_MISSING, WALK_CIRCLE, WALK_NO_FOLDER } problem;
    int links;
};

/* Where a folder's path leads to; if there is a problem, how far one comes. */
char *tree_walk(struct tree *tree, const char *path, struct walk *walk);
/* The same for anything else, which is not followed itself if it is a link. */
char *tree_place(struct tree *tree, const char *name, struct walk *walk);

/* cpio.c */
enum { MAX_NAME = 4096, MAX_COMPONENT = 255 };

/*
 * Reads one archive up to and including its trailer; dies with `what` in the message if it is
 * damaged.
 */
void cpio_scan(FILE *file, struct tree *tree, const char *what);

struct cpio_writer {
    FILE *file;
    uint32_t next_inode;
};

void cpio_write(struct cpio_writer *writer, const char *name, uint32_t mode, const void *data,
                size_t size);
void cpio_finish(struct cpio_writer *writer);

/* compression.c */
struct compression {
    const char *name;
    const char *magic;
    size_t magic_size;
    const char *package;
    const char *unpack[4];
    /* NULL: what is added stays plain. */
    const char *pack[5];
    /* Unpacking succeeds although other archives, which are ignored, follow. */
    int ignores_rest;
};

const struct compression *compression_of(const uint8_t *bytes, size_t size);
const struct compression *compression_named(const char *name);
/*
 * Runs a command from one descriptor to another; quiet: without its own messages. Returns whether
 * it succeeded.
 */
int run_filter(const struct compression *with, const char *const *command, int in, int out,
               int quiet);

/* image.c */
struct image {
    const char *path;
    /* Nothing is added to it: what Linux can live with deserves no more than a warning. */
    int only_looked_at;
    struct tree tree;
    /* Of the last archive; NULL: plain. */
    const struct compression *compression;
    int plain_archives;
};

void image_scan(struct image *image);

/* releases.c: a line for each kernel for which the image has modules. */
void write_releases(const struct tree *tree, FILE *file);

/* linker.c: a program that is added, and the dynamic linker that it needs. */
struct needed {
    char *program;
    char *linker;
    struct needed *next;
};

/* plan.c: what goes into the added archive. */
struct plan {
    struct tree *tree;
    struct cpio_writer writer;
    const char *path;
    struct needed *needed;
};

/*
 * If a file is such a program it is noted. When all has been added, the linkers must be there, if
 * the image is the root file system.
 */
void note_linker(struct plan *plan, const char *name, const void *data, size_t size);
void check_linkers(struct plan *plan, bool is_root);

void plan_folder(struct plan *plan, const char *name);
void plan_file(struct plan *plan, const char *name, const char *source, int executable);
void plan_data(struct plan *plan, const char *name, uint32_t mode, const char *data);
void plan_link(struct plan *plan, const char *name, const char *target);

/*
 * debian.c: the overlay goes into a folder of its own, and a script of the initramfs installs it.
 */
struct install {
    struct plan *plan;
    /* Where the added files lie in the image; "" for the image's root. */
    char *prefix;
    char *folder;
    FILE *script;
    char *script_text;
    size_t script_size;
};

void install_begin(struct install *install, struct plan *plan, const char *mode);
void install_folder(struct install *install, const char *name);
void install_file(struct install *install, const char *name, const char *source);
void install_link(struct install *install, const char *name, const char *target);
void install_end(struct install *install, const char *mode, const char *hook);

/*
 * sources.c: an overlay's entries in their order. Kind F: a file, from `source`; L: a link to it.
 */
typedef void list_entry_function(void *context, char kind, const char *name, const char *source);
void sources_of_list(const char *path, list_entry_function *each, void *context);
/* A folder and all below it, sorted by name; folders once, before what they have. */
typedef void folder_entry_function(void *context, const FTSENT *found);
void sources_of_folder(const char *path, folder_entry_function *each, void *context);

/* record.c */
void record_sources(const char *path, const char *list, const char *dir);
