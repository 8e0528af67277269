/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: cpio archives (base/cpio.h), read as a stream and written.
 */
#include "overlay.h"

#include <base/bits.h>
#include <base/cpio.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    BLOCK = 512,
    MAX_KEPT = 1 << 20,
};

static void read_bytes(FILE *file, void *bytes, size_t size, const char *what)
{
    if (fread(bytes, 1, size, file) != size)
        die("%s: the cpio archive ends in the middle: the image is truncated or damaged", what);
}

static void skip_bytes(FILE *file, size_t size, const char *what)
{
    char buffer[16384];

    while (size) {
        size_t part = MIN(size, sizeof(buffer));
        read_bytes(file, buffer, part, what);
        size -= part;
    }
}

static void check_magic(const char *header, const char *what)
{
    if (!memcmp(header, "070707", CPIO_MAGIC_SIZE)) {
        die("%s: a cpio archive of the old format \"odc\", which Linux does not take as initrd; "
            "make it with 'cpio -o -H newc'",
            what);
    }
    if (memcmp(header, CPIO_MAGIC, CPIO_MAGIC_SIZE) != 0 &&
        memcmp(header, CPIO_MAGIC_CHECKSUM, CPIO_MAGIC_SIZE) != 0) {
        die("%s: not a cpio archive of the format \"newc\", which is what Linux takes as initrd",
            what);
    }
}

/* Linux drops what has no folder to lie in. */
static void keep_entry(struct tree *tree, const char *name, const uint32_t *numbers,
                       const char *text)
{
    struct walk walk = {0};
    char *place = tree_place(tree, name, &walk);

    if (walk.problem == WALK_GOOD && *place)
        tree_put(tree, place, numbers[CPIO_MODE], numbers[CPIO_LINKS], text);
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
    uint32_t size = numbers[CPIO_SIZE];
    int is_link = S_ISLNK(numbers[CPIO_MODE]);

    if (is_link && size > MAX_NAME)
        die("%s: the target of the link %s is %u bytes long", what, name, size);
    if (is_link ? !size : size && !S_ISREG(numbers[CPIO_MODE])) {
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
    char header[CPIO_HEADER_SIZE];
    char name[MAX_NAME + 1];
    uint32_t numbers[CPIO_FIELDS];

    for (;;) {
        read_bytes(file, header, CPIO_MAGIC_SIZE, what);
        check_magic(header, what);
        read_bytes(file, header + CPIO_MAGIC_SIZE, CPIO_HEADER_SIZE - CPIO_MAGIC_SIZE, what);
        if (cpio_read_header(header, numbers))
            die("%s: a header of the cpio archive is damaged", what);
        if (numbers[CPIO_NAME_SIZE] < 1 || numbers[CPIO_NAME_SIZE] > MAX_NAME)
            die("%s: a name in the cpio archive is %u bytes long", what, numbers[CPIO_NAME_SIZE]);
        read_bytes(file, name, numbers[CPIO_NAME_SIZE], what);
        name[numbers[CPIO_NAME_SIZE]] = 0;
        skip_bytes(file, cpio_padding(CPIO_HEADER_SIZE + numbers[CPIO_NAME_SIZE]), what);
        if (!strcmp(name, CPIO_TRAILER)) {
            skip_bytes(file, numbers[CPIO_SIZE], what);
            return;
        }
        scan_entry(file, tree, plain_name(name), numbers, what);
        skip_bytes(file, cpio_padding(numbers[CPIO_SIZE]), what);
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
    uint32_t numbers[CPIO_FIELDS] = {
        [CPIO_INODE] = inode,
        [CPIO_MODE] = mode,
        [CPIO_LINKS] = 1,
        [CPIO_SIZE] = (uint32_t)size,
        [CPIO_NAME_SIZE] = (uint32_t)strlen(name) + 1,
    };

    put(writer, CPIO_MAGIC, CPIO_MAGIC_SIZE);
    for (int i = 0; i < CPIO_FIELDS; i++) {
        char digits[CPIO_DIGITS + 1];
        snprintf(digits, sizeof(digits), "%08x", numbers[i]);
        put(writer, digits, CPIO_DIGITS);
    }
    put(writer, name, numbers[CPIO_NAME_SIZE]);
    put(writer, zeros, cpio_padding(CPIO_HEADER_SIZE + numbers[CPIO_NAME_SIZE]));
    put(writer, data, size);
    put(writer, zeros, cpio_padding(size));
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

    write_entry(writer, CPIO_TRAILER, 0, 0, NULL, 0);
    /* Tools read whole blocks; so they can read one archive after the other. */
    put(writer, zeros, (size_t)(-ftell(writer->file) & (BLOCK - 1)));
    if (fflush(writer->file))
        die("cannot write the archive: no space on the device for temporary files?");
}
