/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the generated files use: tests of a structure of words, and comparisons that say what
 * differs. C and C++ alike; the API comes first, so that it cannot lean on other headers.
 */
#pragma once

#include <sel4/debug_assert.h>
#include <sel4/sel4.h>

#include <base/bits.h>
#include <stdio.h>
#include <string.h>

/* Each of the generated files: how many names are not as they should be. */
#ifdef __cplusplus
extern "C" {
#endif
int c_names(void);
int cxx_names(void);
#ifdef __cplusplus
}
#endif

static inline int text_differs(const char *is, const char *should_be, const char *name)
{
    if (strcmp(is, should_be) == 0)
        return 0;
    printf("%s is \"%s\", not \"%s\"\n", name, is, should_be);
    return 1;
}

static inline int word_differs(seL4_Word is, seL4_Word should_be, const char *name)
{
    if (is == should_be)
        return 0;
    printf("%s is 0x%" SEL4_PRIx_word ", not 0x%" SEL4_PRIx_word "\n", name, is, should_be);
    return 1;
}

/* A value for field number `i`, with bits everywhere. */
#define BLOCK_VALUE(i)   (0x9e3779b97f4a7c15ul * ((i) + 1ul))
#define BLOCK_MASK(bits) (~0ul >> (64 - (bits)))

#define BLOCK(name, type)                                                                          \
    struct name##_field {                                                                          \
        const char *field;                                                                         \
        unsigned bits;                                                                             \
        seL4_Word (*get)(type);                                                                    \
        type (*set)(type, seL4_Word);                                                              \
        seL4_Word (*ptr_get)(const type *);                                                        \
        void (*ptr_set)(type *, seL4_Word);                                                        \
    };

#define BLOCK_FIELD(name, field, bits)                                                             \
    {                                                                                              \
#name "." #field, bits, name##_get_##field, name##_set_##field, name##_ptr_get_##field,    \
            name##_ptr_set_##field                                                                 \
    }

/*
 * A new block has its fields' values; each field, set over zeroes and over ones, by value and by
 * pointer, has its value, and its neighbours keep theirs.
 */
#define BLOCK_TEST(name, type, parameters, values, ptr_parameters, ptr_values)                     \
    static type(*const name##_new_checked) parameters = name##_new;                                \
    static void(*const name##_ptr_new_checked) ptr_parameters = name##_ptr_new;                    \
    static int name##_fields_differ(const type *block, seL4_Word changed, seL4_Word background)    \
    {                                                                                              \
        int failures = 0;                                                                          \
        for (seL4_Word i = 0; i < ARRAY_SIZE(name##_fields); i++) {                                \
            const struct name##_field *f = &name##_fields[i];                                      \
            seL4_Word value = i == changed ? BLOCK_VALUE(i) : background;                          \
            failures += word_differs(f->get(*block), value & BLOCK_MASK(f->bits), f->field);       \
            failures += word_differs(f->ptr_get(block), value & BLOCK_MASK(f->bits), f->field);    \
        }                                                                                          \
        return failures;                                                                           \
    }                                                                                              \
    static int name##_test(void)                                                                   \
    {                                                                                              \
        int failures = 0;                                                                          \
        type block = name##_new_checked values;                                                    \
        type again;                                                                                \
        name##_ptr_new_checked ptr_values;                                                         \
        failures += memcmp(&again, &block, sizeof(block)) != 0;                                    \
        for (seL4_Word i = 0; i < ARRAY_SIZE(name##_fields); i++) {                                \
            const struct name##_field *f = &name##_fields[i];                                      \
            seL4_Word value = BLOCK_VALUE(i) & BLOCK_MASK(f->bits);                                \
            failures += word_differs(f->get(block), value, f->field);                              \
            for (int ones = 0; ones < 2; ones++) {                                                 \
                seL4_Word background = ones ? ~0ul : 0;                                            \
                type by_pointer;                                                                   \
                memset(&by_pointer, ones ? 0xff : 0, sizeof(by_pointer));                          \
                type by_value = f->set(by_pointer, BLOCK_VALUE(i));                                \
                f->ptr_set(&by_pointer, BLOCK_VALUE(i));                                           \
                failures += memcmp(&by_value, &by_pointer, sizeof(by_value)) != 0;                 \
                failures += name##_fields_differ(&by_value, i, background);                        \
            }                                                                                      \
        }                                                                                          \
        return failures;                                                                           \
    }
