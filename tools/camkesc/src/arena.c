/* SPDX-License-Identifier: BSD-2-Clause */
/* Arena, vectors and text buffers; see arena.h. */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    max_align_t data[];
};

static _Noreturn void out_of_memory(void)
{
    fputs("camkesc: out of memory\n", stderr);
    exit(2);
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size = (size + 15) & ~(size_t)15;
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < size) {
        size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = calloc(1, sizeof(*block) + capacity);
        if (!block)
            out_of_memory();
        block->size = capacity;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = (char *)block->data + block->used;
    block->used += size;
    return memory;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

char *arena_strndup(struct arena *arena, const char *string, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, string, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *string)
{
    return arena_strndup(arena, string, strlen(string));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0)
        out_of_memory();
    char *string = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(string, (size_t)length + 1, format, again);
    va_end(again);
    return string;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *string = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return string;
}

void *arena_grow(struct arena *arena, void *items, size_t *capacity, size_t item_size)
{
    size_t old = *capacity;
    *capacity = old ? old * 2 : 8;
    if (*capacity > SIZE_MAX / 4 / item_size)
        out_of_memory();
    void *grown = arena_alloc(arena, *capacity * item_size);
    if (old)
        memcpy(grown, items, old * item_size);
    return grown;
}

void text_init(struct text *text, struct arena *arena)
{
    *text = (struct text){.arena = arena, .data = arena_alloc(arena, 256), .capacity = 256};
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
    if (length > SIZE_MAX / 8)
        out_of_memory();
    if (text->capacity - text->length <= length) {
        size_t capacity = (text->length + length + 1) * 2;
        char *data = arena_alloc(text->arena, capacity);
        memcpy(data, text->data, text->length);
        text->data = data;
        text->capacity = capacity;
    }
    if (length)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
    char stack[512];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(stack, sizeof(stack), format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof(stack))
        text_add_bytes(text, stack, (size_t)length);
    else if (length >= 0)
        text_add(text, arena_vprintf(text->arena, format, again));
    va_end(again);
}
