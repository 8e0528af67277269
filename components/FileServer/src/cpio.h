/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads CPIO archives of the "newc" kind (cpio(5)): for each file an ASCII header, the name and the
 * data, each padded to four bytes; the entry TRAILER!!! ends the archive.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct cpio_file {
    const char *name; /* NUL-terminated, in the archive */
    const uint8_t *data;
    size_t size;
};

/*
 * The entry at `*offset`, which is moved to the next. 1: got one (directories have size 0); 0: the
 * end; -1: the archive is damaged there.
 */
int cpio_next(const uint8_t *archive, size_t archive_size, size_t *offset, struct cpio_file *file);
