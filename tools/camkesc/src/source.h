/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Source text: reads a file through the C preprocessor and keeps, from its line markers, where each
 * preprocessed line came from, so that every message can name the line that the user wrote.
 */
#pragma once

#include "memory.h"

struct compiler;

/* An original file, for showing lines in messages. */
struct source_file {
    const char *path;
    const char *text; /* NULL = could not be read */
    size_t length;
};

/* One preprocessed line. */
struct source_line {
    uint32_t offset; /* where it begins in unit.text */
    uint32_t number; /* in `file` */
    struct source_file *file;
};

/* One preprocessed file. */
struct unit {
    const char *path;
    const char *directory;
    const char *text;
    size_t length;
    struct VEC(struct source_line) lines;
};

/* A piece of a unit; !unit: no place in a file. */
struct location {
    const struct unit *unit;
    uint32_t offset, length;
};

/* Where a location is in the user's own file. */
struct place {
    struct source_file *file;
    unsigned line, column;     /* from 1 */
    const char *line_text;     /* the original line, NULL if unknown; not terminated */
    size_t line_length, width; /* width: how much to underline */
    bool from_macro;           /* the text is not in that line: a macro brought it */
    const char *expanded;      /* then: the preprocessed line and the position in it */
    size_t expanded_length, expanded_column;
};

/*
 * Preprocesses `path` (or takes it as it is where the options say so). NULL after an error message.
 */
struct unit *source_open(struct compiler *cc, const char *path, struct location from);
/* Text that is already preprocessed (tests, fuzzing). */
struct unit *source_from_memory(struct compiler *cc, const char *path, const char *text,
                                size_t length);
struct place source_place(const struct location *location);
