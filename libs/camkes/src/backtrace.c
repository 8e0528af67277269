/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces: native code keeps frame pointers (-fno-omit-frame-pointer), so a thread's calls are a
 * chain of {caller's RBP, return address} pairs on its stack. Everything read here may be damaged
 * and is checked first. Names come from the program's own symbol table, which the loader maps for
 * it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <capdl.h>
#include <caisson/elf64.h>
#include "internal.h"

#define MAX_FRAMES 24

/* Straight to the debug console: what reports faults must not depend on any other component. */
void camkes_print(const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size > 0) {
        c_debug_write(text, (size_t)size < sizeof text ? (size_t)size : sizeof(text) - 1);
    }
}

static const struct elf64_symbol *find_function(const struct capdl_symbols *symbols,
                                                uintptr_t address)
{
    const struct elf64_symbol *table = (const void *)symbols->symtab;
    const struct elf64_symbol *best = NULL;
    for (uint64_t i = 0; i < symbols->symtab_size / sizeof(*table); i++) {
        const struct elf64_symbol *s = &table[i];
        if ((s->info & 15) == ELF64_STT_FUNC && s->section != 0 && s->value <= address &&
            (best == NULL || s->value > best->value)) {
            best = s;
        }
    }
    if (best == NULL || best->name >= symbols->strtab_size ||
        (best->size != 0 && address - best->value > best->size)) {
        return NULL;
    }
    return best;
}

void camkes_describe_address(uintptr_t address, char *text, size_t size)
{
    const struct capdl_symbols *symbols = camkes_instance.symbols_info;
    text[0] = '\0';
    if (symbols == NULL || symbols->symtab == 0 || symbols->strtab == 0 ||
        address < symbols->image_start || address >= symbols->image_end) {
        return;
    }
    const struct elf64_symbol *function = find_function(symbols, address);
    if (function != NULL) {
        snprintf(text, size, "%.80s+0x%" PRIxPTR, (const char *)symbols->strtab + function->name,
                 address - function->value);
    }
}

static void print_frame(unsigned number, uintptr_t address, uintptr_t described)
{
    char name[112];
    camkes_describe_address(described, name, sizeof name);
    camkes_print("  #%-2u 0x%012" PRIxPTR " %s\n", number, address, name);
}

void camkes_backtrace(uintptr_t ip, uintptr_t frame, const struct camkes_thread *thread)
{
    uintptr_t bottom = (uintptr_t)thread->stack;
    uintptr_t top = bottom + thread->stack_size;
    print_frame(0, ip, ip);
    for (unsigned i = 1; i < MAX_FRAMES; i++) {
        if (frame < bottom || frame > top - 2 * sizeof(uintptr_t) ||
            frame % sizeof(uintptr_t) != 0) {
            return;
        }
        const uintptr_t *pair = (const uintptr_t *)frame;
        if (pair[1] == 0) {
            return;
        }
        /* A return address is behind the call, which may be the last instruction of its function.
         */
        print_frame(i, pair[1], pair[1] - 1);
        if (pair[0] <= frame) {
            return; /* frames go upwards only */
        }
        frame = pair[0];
    }
}
