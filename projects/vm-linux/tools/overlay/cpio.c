/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: reading and writing "newc" cpio archives. Rests on cpio(5) and Linux's initramfs
 * buffer format: a header of 13 eight-digit hexadecimal numbers after a six-byte magic, the name,
 * the contents; name and contents end at a multiple of four bytes from the archive's start.
 */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    HEADER_SIZE = 110,
    MAGIC_SIZE = 6,
    DIGITS = 8,
    BLOCK = 512,
    MAX_NAME = 4096,
    MAX_KEPT = 1 << 20,
};

/* The numbers' places in the header, in units of DIGITS. */
enum {
    INODE,
    MODE,
    UID,
    GID,
    LINKS,
    MTIME,
    SIZE,
    MAJOR,
    MINOR,
    RMAJOR,
    RMINOR,
    NAME_SIZE,
    CHECK,
    NUMBERS
};

#define TRAILER "TRAILER!!!"

struct entry *tree_find(const struct tree *tree, const char *name)
{
    for (size_t i = tree->count; i > 0; i--) {
        if (!strcmp(tree->entries[i - 1].name, name)) {
            return &tree->entries[i - 1];
        }
    }
    return NULL;
}

void tree_add(struct tree *tree, const char *name, uint32_t mode, uint32_t links, const char *text)
{
    if (tree->count == tree->room) {
        tree->room = tree->room ? 2 * tree->room : 256;
        tree->entries = grow(tree->entries, tree->room * sizeof(*tree->entries));
    }
    tree->entries[tree->count++] = (struct entry){
        .name = copy_string(name),
        .mode = mode,
        .links = links,
        .text = text ? copy_string(text) : NULL,
    };
}

static void read_bytes(FILE *file, void *bytes, size_t size, const char *what)
{
    if (fread(bytes, 1, size, file) != size) {
        die("%s: the cpio archive ends in the middle: the image is truncated or damaged", what);
    }
}

static void skip_bytes(FILE *file, size_t size, const char *what)
{
    char buffer[16384];

    while (size) {
        size_t part = size < sizeof(buffer) ? size : sizeof(buffer);
        read_bytes(file, buffer, part, what);
        size -= part;
    }
}

static size_t padding(size_t size)
{
    return -size & 3;
}

static void parse_header(const char *header, uint32_t *numbers, const char *what)
{
    if (memcmp(header, "070701", MAGIC_SIZE) && memcmp(header, "070702", MAGIC_SIZE)) {
        die("%s: not a cpio archive of the format \"newc\", which is what Linux takes as initrd",
            what);
    }
    for (int i = 0; i < NUMBERS; i++) {
        const char *digits = header + MAGIC_SIZE + i * DIGITS;
        char text[DIGITS + 1] = {0};
        memcpy(text, digits, DIGITS);
        if (strspn(text, "0123456789abcdefABCDEF") != DIGITS) {
            die("%s: a header of the cpio archive is damaged", what);
        }
        numbers[i] = (uint32_t)strtoul(text, NULL, 16);
    }
}

/* An entry's name as it is looked up: without what Linux ignores at its front. */
static const char *plain_name(const char *name)
{
    for (;;) {
        if (name[0] == '/') {
            name++;
        } else if (name[0] == '.' && name[1] == '/') {
            name += 2;
        } else {
            return !strcmp(name, ".") ? "" : name;
        }
    }
}

static void scan_entry(FILE *file, struct tree *tree, const char *name, const uint32_t *numbers,
                       const char *what)
{
    uint32_t size = numbers[SIZE];
    int is_link = S_ISLNK(numbers[MODE]);

    if (is_link && size > MAX_NAME) {
        die("%s: the target of the link %s is %u bytes long", what, name, size);
    }
    if (!is_link && (strcmp(name, ORDER_FILE) || size > MAX_KEPT)) {
        tree_add(tree, name, numbers[MODE], numbers[LINKS], NULL);
        skip_bytes(file, size, what);
        return;
    }
    char *text = grow(NULL, (size_t)size + 1);
    read_bytes(file, text, size, what);
    text[size] = 0;
    tree_add(tree, name, numbers[MODE], numbers[LINKS], text);
    free(text);
}

void cpio_scan(FILE *file, struct tree *tree, const char *what)
{
    char header[HEADER_SIZE];
    char name[MAX_NAME + 1];
    uint32_t numbers[NUMBERS];

    for (;;) {
        read_bytes(file, header, HEADER_SIZE, what);
        parse_header(header, numbers, what);
        if (numbers[NAME_SIZE] < 1 || numbers[NAME_SIZE] > MAX_NAME) {
            die("%s: a name in the cpio archive is %u bytes long", what, numbers[NAME_SIZE]);
        }
        read_bytes(file, name, numbers[NAME_SIZE], what);
        name[numbers[NAME_SIZE]] = 0;
        skip_bytes(file, padding(HEADER_SIZE + numbers[NAME_SIZE]), what);
        if (!strcmp(name, TRAILER)) {
            skip_bytes(file, numbers[SIZE], what);
            return;
        }
        scan_entry(file, tree, plain_name(name), numbers, what);
        skip_bytes(file, padding(numbers[SIZE]), what);
    }
}

static void put(struct cpio_writer *writer, const void *data, size_t size)
{
    if (size && fwrite(data, 1, size, writer->file) != size) {
        die("cannot write the archive: no space on the device for temporary files?");
    }
}

static void write_entry(struct cpio_writer *writer, const char *name, uint32_t inode, uint32_t mode,
                        const void *data, size_t size)
{
    static const char zeros[4];
    uint32_t numbers[NUMBERS] = {
        [INODE] = inode,
        [MODE] = mode,
        [LINKS] = 1,
        [SIZE] = (uint32_t)size,
        [NAME_SIZE] = (uint32_t)strlen(name) + 1,
    };

    put(writer, "070701", MAGIC_SIZE);
    for (int i = 0; i < NUMBERS; i++) {
        char digits[DIGITS + 1];
        snprintf(digits, sizeof(digits), "%08x", numbers[i]);
        put(writer, digits, DIGITS);
    }
    put(writer, name, numbers[NAME_SIZE]);
    put(writer, zeros, padding(HEADER_SIZE + numbers[NAME_SIZE]));
    put(writer, data, size);
    put(writer, zeros, padding(size));
}

void cpio_write(struct cpio_writer *writer, const char *name, uint32_t mode, const void *data,
                size_t size)
{
    if (size > UINT32_MAX) {
        die("%s: a file in a cpio archive can have at most 4 GiB", name);
    }
    write_entry(writer, name, ++writer->next_inode, mode, data, size);
}

void cpio_finish(struct cpio_writer *writer)
{
    static const char zeros[BLOCK];

    write_entry(writer, TRAILER, 0, 0, NULL, 0);
    /* Tools read whole blocks; so they can read one archive after the other. */
    put(writer, zeros, (size_t)(-ftell(writer->file) & (BLOCK - 1)));
    if (fflush(writer->file)) {
        die("cannot write the archive: no space on the device for temporary files?");
    }
}
