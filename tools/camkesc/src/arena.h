/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for one run of the compiler: an arena that is freed at once, growing vectors and text
 * buffers in it. Running out of memory ends the program with a message; nothing returns NULL.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena {
    struct arena_block *blocks;
};

void arena_free(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, 16-byte aligned */
char *arena_strndup(struct arena *arena, const char *string, size_t length);
char *arena_strdup(struct arena *arena, const char *string);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments);

/* A vector: `struct VEC(struct thing) things;` with members items, count, capacity. */
#define VEC(type)                                                                                  \
    {                                                                                              \
        type *items;                                                                               \
        size_t count, capacity;                                                                    \
    }

/* The same with a tag, for passing around. */
#define VEC_DECLARE(tag, type) struct tag VEC(type)

void *arena_grow(struct arena *arena, void *items, size_t *capacity, size_t item_size);

#define vec_push(arena, vec, ...)                                                                  \
    do {                                                                                           \
        if ((vec)->count == (vec)->capacity)                                                       \
            (vec)->items =                                                                         \
                arena_grow((arena), (vec)->items, &(vec)->capacity, sizeof *(vec)->items);         \
        (vec)->items[(vec)->count++] = (__VA_ARGS__);                                              \
    } while (0)

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
