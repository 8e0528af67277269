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

static void read_bytes(FILE *file, void *bytes, size_t size, const char *what)
{
    if (fread(bytes, 1, size, file) != size)
        die("%s: the cpio archive ends in the middle: the image is truncated or damaged", what);
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

static void check_magic(const char *header, const char *what)
{
    if (!memcmp(header, "070707", MAGIC_SIZE)) {
        die("%s: a cpio archive of the old format \"odc\", which Linux does not take as initrd; "
            "make it "
            "with 'cpio -o -H newc'",
            what);
    }
    if (memcmp(header, "070701", MAGIC_SIZE) != 0 && memcmp(header, "070702", MAGIC_SIZE) != 0) {
        die("%s: not a cpio archive of the format \"newc\", which is what Linux takes as initrd",
            what);
    }
}

static void parse_header(const char *header, uint32_t *numbers, const char *what)
{
    for (int i = 0; i < NUMBERS; i++) {
        const char *digits = header + MAGIC_SIZE + i * DIGITS;
        char text[DIGITS + 1] = {0};
        memcpy(text, digits, DIGITS);
        if (strspn(text, "0123456789abcdefABCDEF") != DIGITS)
            die("%s: a header of the cpio archive is damaged", what);
        numbers[i] = (uint32_t)strtoul(text, NULL, 16);
    }
}

/* Linux drops what has no folder to lie in. */
static void keep_entry(struct tree *tree, const char *name, const uint32_t *numbers,
                       const char *text)
{
    struct walk walk = {0};
    char *place = tree_place(tree, name, &walk);

    if (walk.problem == WALK_GOOD && *place)
        tree_put(tree, place, numbers[MODE], numbers[LINKS], text);
    free(place);
}

/* An entry's name as it is looked up: without what Linux ignores at its ends. */
static const char *plain_name(char *name)
{
    for (size_t size = strlen(name); size && name[size - 1] == '/'; size--)
        name[size - 1] = 0;
    while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
        name += name[0] == '/' ? 1 : 2;
    return !strcmp(name, ".") ? "" : name;
}

static void scan_entry(FILE *file, struct tree *tree, const char *name, const uint32_t *numbers,
                       const char *what)
{
    uint32_t size = numbers[SIZE];
    int is_link = S_ISLNK(numbers[MODE]);

    if (is_link && size > MAX_NAME)
        die("%s: the target of the link %s is %u bytes long", what, name, size);
    if (is_link ? !size : size && !S_ISREG(numbers[MODE])) {
        /* Linux makes neither a link to nowhere nor a folder or device with contents. */
        skip_bytes(file, size, what);
        return;
    }
    if (!is_link && (strcmp(name, ORDER_FILE) != 0 || size > MAX_KEPT)) {
        keep_entry(tree, name, numbers, NULL);
        skip_bytes(file, size, what);
        return;
    }
    char *text = grow(NULL, (size_t)size + 1);
    read_bytes(file, text, size, what);
    text[size] = 0;
    keep_entry(tree, name, numbers, text);
    free(text);
}

void cpio_scan(FILE *file, struct tree *tree, const char *what)
{
    char header[HEADER_SIZE];
    char name[MAX_NAME + 1];
    uint32_t numbers[NUMBERS];

    for (;;) {
        read_bytes(file, header, MAGIC_SIZE, what);
        check_magic(header, what);
        read_bytes(file, header + MAGIC_SIZE, HEADER_SIZE - MAGIC_SIZE, what);
        parse_header(header, numbers, what);
        if (numbers[NAME_SIZE] < 1 || numbers[NAME_SIZE] > MAX_NAME)
            die("%s: a name in the cpio archive is %u bytes long", what, numbers[NAME_SIZE]);
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
    if (size && fwrite(data, 1, size, writer->file) != size)
        die("cannot write the archive: no space on the device for temporary files?");
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
    if (strlen(name) >= MAX_NAME || (S_ISLNK(mode) && size >= MAX_NAME)) {
        die("%.60s…: a name or link target of more than %d bytes, which Linux does not take", name,
            MAX_NAME - 1);
    }
    write_entry(writer, name, ++writer->next_inode, mode, data, size);
}

void cpio_finish(struct cpio_writer *writer)
{
    static const char zeros[BLOCK];

    write_entry(writer, TRAILER, 0, 0, NULL, 0);
    /* Tools read whole blocks; so they can read one archive after the other. */
    put(writer, zeros, (size_t)(-ftell(writer->file) & (BLOCK - 1)));
    if (fflush(writer->file))
        die("cannot write the archive: no space on the device for temporary files?");
}
