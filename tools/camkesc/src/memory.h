/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for one run of the compiler: an arena that is freed at once, and strings, vectors and
 * growing text in it. Running out of memory ends the program with a message; nothing returns NULL.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <base/arena.h>
#include <base/bits.h>

void arena_init(struct arena *arena);
void arena_free(struct arena *arena);
char *arena_strndup(struct arena *arena, const char *string, size_t length);
char *arena_strdup(struct arena *arena, const char *string);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments);

/* Its argument; ends the program where that is NULL. */
void *arena_must(void *memory);

#define vec_push(arena, vec, ...)                                                                  \
    (*(__typeof__((vec)->items))arena_must(VEC_ADD((arena), (vec))) = (__VA_ARGS__))

/* Text that grows. `data` is always terminated. */
struct text {
    struct arena *arena;
    char *data;
    size_t length, capacity;
};

void text_init(struct text *text, struct arena *arena);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
