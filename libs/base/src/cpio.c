/* SPDX-License-Identifier: BSD-2-Clause */
#include <base/cpio.h>
#include <base/string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 'a' ^ 'A';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int cpio_read_header(const void *header, uint32_t numbers[CPIO_FIELDS])
{
    const char *digit = (const char *)header + CPIO_MAGIC_SIZE;
    if (memcmp(header, CPIO_MAGIC, CPIO_MAGIC_SIZE) != 0 &&
        memcmp(header, CPIO_MAGIC_CHECKSUM, CPIO_MAGIC_SIZE) != 0)
        return -1;
    for (int field = 0; field < CPIO_FIELDS; field++) {
        numbers[field] = 0;
        for (int i = 0; i < CPIO_DIGITS; i++, digit++) {
            int value = hex_digit(*digit);
            if (value < 0)
                return -1;
            numbers[field] = numbers[field] << 4 | (uint32_t)value;
        }
    }
    return 0;
}

int cpio_next(const uint8_t *archive, size_t archive_size, size_t *offset, struct cpio_file *file)
{
    uint32_t numbers[CPIO_FIELDS];
    size_t at = *offset;
    if (at > archive_size || archive_size - at < CPIO_HEADER_SIZE ||
        cpio_read_header(archive + at, numbers))
        return -1;
    size_t name_at = at + CPIO_HEADER_SIZE, name_size = numbers[CPIO_NAME_SIZE];
    if (name_size == 0 || name_size > archive_size - name_at ||
        archive[name_at + name_size - 1] != '\0')
        return -1;
    size_t data_at = name_at + name_size;
    data_at += cpio_padding(data_at);
    if (data_at > archive_size || numbers[CPIO_SIZE] > archive_size - data_at)
        return -1;
    *file =
        (struct cpio_file){(const char *)archive + name_at, archive + data_at, numbers[CPIO_SIZE]};
    if (strcmp(file->name, CPIO_TRAILER) == 0)
        return 0;
    data_at += file->size;
    *offset = data_at + cpio_padding(data_at);
    return 1;
}
