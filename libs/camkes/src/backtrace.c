/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces: native code keeps frame pointers (-fno-omit-frame-pointer), so a thread's calls are a
 * chain of {caller's RBP, return address} pairs on its stack. Everything read here may be damaged
 * and is checked first. Names come from the program's own symbol table, which the loader maps for
 * it.
 */
#include "camkes_private.h"

#include <base/elf.h>
#include <capdl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_FRAMES 24

/* Straight to the debug console: what reports faults must not depend on any other component. */
void camkes_print(const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (size > 0)
        c_debug_write(text, (size_t)size < sizeof(text) ? (size_t)size : sizeof(text) - 1);
}

static const struct elf64_symbol *find_function(const struct capdl_symbols *symbols,
                                                uintptr_t address)
{
    const struct elf64_symbol *table = (const void *)symbols->symtab;
    const struct elf64_symbol *best = NULL;
    for (uint64_t i = 0; i < symbols->symtab_size / sizeof(*table); i++) {
        const struct elf64_symbol *s = &table[i];
        if ((s->info & ELF_SYMBOL_TYPE) == ELF_SYMBOL_FUNCTION && s->section != 0 &&
            s->value <= address && (!best || s->value > best->value))
            best = s;
    }
    if (!best || best->name >= symbols->strtab_size ||
        (best->size != 0 && address - best->value > best->size))
        return NULL;
    return best;
}

void camkes_describe_address(uintptr_t address, char *text, size_t size)
{
    const struct capdl_symbols *symbols = camkes_instance.symbols_info;
    text[0] = '\0';
    if (!symbols || symbols->symtab == 0 || symbols->strtab == 0 ||
        address < symbols->image_start || address >= symbols->image_end)
        return;
    const struct elf64_symbol *function = find_function(symbols, address);
    if (function) {
        snprintf(text, size, "%.80s+0x%" PRIxPTR, (const char *)symbols->strtab + function->name,
                 address - function->value);
    }
}

static void print_frame(unsigned number, uintptr_t address, uintptr_t described)
{
    char name[112];
    camkes_describe_address(described, name, sizeof(name));
    camkes_print("  #%-2u 0x%012" PRIxPTR " %s\n", number, address, name);
}

/* A recursion that ran away is one line, so that its beginning can be seen. */
static void print_repeats(unsigned again)
{
    if (again > 0)
        camkes_print("      the same again, %u times\n", again);
}

static bool in_image(uintptr_t address)
{
    const struct capdl_symbols *symbols = camkes_instance.symbols_info;
    return symbols && address >= symbols->image_start && address < symbols->image_end;
}

/* Is there a call before `address`? Direct ones are E8 with four bytes, indirect ones FF /2. */
static bool follows_call(uintptr_t address)
{
    const uint8_t *code = (const uint8_t *)address;
    if (!in_image(address - 7) || !in_image(address))
        return false;
    if (code[-5] == 0xe8)
        return true;
    for (int length = 2; length <= 7; length++)
        if (code[-length] == 0xff && (code[1 - length] & 0x38) == 0x10)
            return true;
    return false;
}

/*
 * A function that faults before it has set up its frame, or that needs none, is not in the chain
 * with its caller: then its return address is still on top of the stack. Returns that, or 0.
 */
static uintptr_t frameless_caller(uintptr_t ip, uintptr_t sp, uintptr_t bottom, uintptr_t top)
{
    static const uint8_t set_up[] = {0x55, 0x48, 0x89, 0xe5}; /* push %rbp; mov %rsp, %rbp */
    const struct capdl_symbols *symbols = camkes_instance.symbols_info;
    const struct elf64_symbol *function =
        symbols && in_image(ip) ? find_function(symbols, ip) : NULL;
    if (function && ip >= function->value + sizeof(set_up) &&
        memcmp((const void *)function->value, set_up, sizeof(set_up)) == 0)
        return 0;
    if (sp < bottom || sp > top - sizeof(uintptr_t) || sp % sizeof(uintptr_t) != 0)
        return 0;
    uintptr_t candidate = *(const uintptr_t *)sp;
    return in_image(candidate) && follows_call(candidate) ? candidate : 0;
}

void camkes_backtrace(uintptr_t ip, uintptr_t sp, uintptr_t frame,
                      const struct camkes_thread *thread)
{
    uintptr_t bottom = (uintptr_t)thread->stack;
    uintptr_t top = bottom + thread->stack_size;
    unsigned number = 0;
    print_frame(number++, ip, ip);
    uintptr_t caller = frameless_caller(ip, sp, bottom, top);
    if (caller != 0)
        print_frame(number++, caller, caller - 1);
    unsigned again = 0;
    for (uintptr_t last = 0; number < MAX_FRAMES && frame >= bottom &&
                             frame <= top - 2 * sizeof(uintptr_t) &&
                             frame % sizeof(uintptr_t) == 0;) {
        const uintptr_t *pair = (const uintptr_t *)frame;
        if (pair[1] == last) {
            again++;
        } else {
            print_repeats(again);
            again = 0;
            if (pair[1] == 0)
                return;
            /* A return address comes after the call, perhaps its function's last instruction. */
            print_frame(number++, pair[1], pair[1] - 1);
        }
        last = pair[1];
        if (pair[0] <= frame)
            break; /* frames go upwards only */
        frame = pair[0];
    }
    print_repeats(again);
}
