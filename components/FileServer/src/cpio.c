/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The "newc" CPIO format.
 */
#include "cpio.h"

#include <string.h>

#define HEADER_SIZE 110 /* magic of 6 characters and 13 fields of 8 hexadecimal digits */

enum cpio_field { FIELD_FILE_SIZE = 6, FIELD_NAME_SIZE = 11 };

static int hex_field(const uint8_t *header, unsigned field, uint32_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t c = header[6 + field * 8 + i];
        uint8_t digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : 16;
        if (digit == 16)
            return -1;
        *value = *value << 4 | digit;
    }
    return 0;
}

static size_t align4(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

int cpio_next(const uint8_t *archive, size_t archive_size, size_t *offset, struct cpio_file *file)
{
    uint32_t size, name_size;
    size_t at = *offset;
    if (at > archive_size || archive_size - at < HEADER_SIZE)
        return -1;
    const uint8_t *header = archive + at;
    if ((memcmp(header, "070701", 6) != 0 && memcmp(header, "070702", 6) != 0) ||
        hex_field(header, FIELD_FILE_SIZE, &size) || hex_field(header, FIELD_NAME_SIZE, &name_size))
        return -1;
    size_t name_at = at + HEADER_SIZE;
    if (name_size == 0 || name_size > archive_size - name_at ||
        archive[name_at + name_size - 1] != 0)
        return -1;
    size_t data_at = align4(name_at + name_size);
    if (data_at > archive_size || size > archive_size - data_at)
        return -1;
    file->name = (const char *)archive + name_at;
    file->data = archive + data_at;
    file->size = size;
    if (strcmp(file->name, "TRAILER!!!") == 0)
        return 0;
    *offset = align4(data_at + size);
    return 1;
}
