/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading cpio archives of the format "newc". Rests on: cpio(5), and Linux's description of the
 * initramfs buffer format: a magic of six bytes and 13 numbers of eight hexadecimal digits, the
 * name, the contents; name and contents end at a multiple of four bytes from the archive's start.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CPIO_MAGIC_SIZE     6
#define CPIO_MAGIC          "070701"
#define CPIO_MAGIC_CHECKSUM "070702"
#define CPIO_DIGITS         8
#define CPIO_HEADER_SIZE    (CPIO_MAGIC_SIZE + CPIO_FIELDS * CPIO_DIGITS)
#define CPIO_TRAILER        "TRAILER!!!"

/* The numbers' order in the header. */
enum cpio_field {
    CPIO_INODE,
    CPIO_MODE,
    CPIO_UID,
    CPIO_GID,
    CPIO_LINKS,
    CPIO_MTIME,
    CPIO_SIZE,
    CPIO_MAJOR,
    CPIO_MINOR,
    CPIO_RMAJOR,
    CPIO_RMINOR,
    CPIO_NAME_SIZE, /* with its terminator */
    CPIO_CHECK,
    CPIO_FIELDS
};

struct cpio_file {
    const char *name; /* both lie in the archive */
    const uint8_t *data;
    size_t size;
};

/* Zeros after a name or contents that end at `offset`. */
static inline size_t cpio_padding(size_t offset)
{
    return -offset & 3;
}

/* Reads CPIO_HEADER_SIZE bytes; -1 if they are no header. */
int cpio_read_header(const void *header, uint32_t numbers[CPIO_FIELDS]);

/*
 * The file at `*offset`, which moves on to the next. 1: there is one; 0: the archive's end; -1: the
 * archive is damaged or cut off there.
 */
int cpio_next(const uint8_t *archive, size_t archive_size, size_t *offset, struct cpio_file *file);
