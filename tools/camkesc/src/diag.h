/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics: collected while compiling, printed at the end like a C compiler's
 * (file:line:col, the line, a caret, a hint).
 */
#pragma once

#include <stdio.h>
#include "source.h"

/* A remark is a note that belongs to no other message. */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE, SEVERITY_REMARK };

struct diagnostic {
    enum severity severity;
    struct location location;
    const char *message;
    const char *hint; /* may be NULL */
};

struct diagnostics {
    struct VEC(struct diagnostic) list;
    unsigned errors;
};

#define NOWHERE ((struct location){0})

/* Adds a message. The same at the same place is reported once. */
void diag_add(struct compiler *cc, enum severity severity, struct location at, const char *format,
              ...) __attribute__((format(printf, 4, 5)));
void diag_error(struct compiler *cc, struct location at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_warning(struct compiler *cc, struct location at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Add to the last error or warning; dropped where that was a repetition. */
void diag_note(struct compiler *cc, struct location at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_hint(struct compiler *cc, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Has something been found wrong exactly here? */
bool diag_has_error(const struct compiler *cc, struct location at);

void diag_print(struct compiler *cc, FILE *out);

/* The nearest of the candidate names to `name`, or NULL if none is near. Feed it one by one. */
struct suggestion {
    const char *name, *best;
    unsigned distance;
};
void suggest(struct suggestion *suggestion, const char *candidate);
