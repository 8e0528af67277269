/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader carries in its own image: the capability description, and one ELF program for
 * each component instance. The build writes the table (loader_image.S.in); every file starts on a
 * page of its own and is padded to a whole number of pages, so that its pages can be handed over as
 * frames.
 */
#pragma once

#include <stdint.h>

/* Name of the description; every other file is named after its instance. */
#define LOADER_DESCRIPTION "capdl.bin"

struct loader_file {
    const char *name;
    const uint8_t *start, *end; /* page aligned start; end = start + size in bytes */
};

extern const struct loader_file loader_files[];
extern const struct loader_file loader_files_end[];
