/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_SIZE  KIB(64)
#define FIRST_SIZE  256 /* of a text */
#define PRINTF_SIZE 512 /* what is longer is printed twice */

struct piece {
    struct piece *next;
    max_align_t data[];
};

void *arena_must(void *memory)
{
    if (memory)
        return memory;
    fputs("camkesc: out of memory\n", stderr);
    exit(2);
}

static void *add_piece(struct arena *arena, size_t *size)
{
    *size = MAX(*size, PIECE_SIZE);
    struct piece *piece = arena_must(calloc(1, sizeof(*piece) + *size));
    piece->next = arena->pieces;
    arena->pieces = piece;
    return piece->data;
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){.more = add_piece};
}

void arena_free(struct arena *arena)
{
    while (arena->pieces) {
        struct piece *piece = arena->pieces;
        arena->pieces = piece->next;
        free(piece);
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

void text_init(struct text *text, struct arena *arena)
{
    *text = (struct text){
        .arena = arena, .data = arena_alloc(arena, FIRST_SIZE), .capacity = FIRST_SIZE};
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
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
    char stack[PRINTF_SIZE];
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
