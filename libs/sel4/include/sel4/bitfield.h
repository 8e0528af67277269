/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structures of words that hold fields. From a list of fields, SEL4_BLOCK() makes for each field
 *
 *     seL4_Word <prefix>_get_<field>(type block)
 *     type      <prefix>_set_<field>(type block, seL4_Word value)
 *     seL4_Word <prefix>_ptr_get_<field>(const type *block)
 *     void      <prefix>_ptr_set_<field>(type *block, seL4_Word value)
 *
 * and for the block, with the fields as parameters in the list's order,
 *
 *     type <prefix>_new(field, ...)
 *     void <prefix>_ptr_new(type *block, field, ...)
 *
 * A value that is too wide is cut. `tag` goes to word 0 first: what kind of block this is, or 0.
 *
 * The list is a macro with four parameters, `first` and `next` to be applied to the fields, the
 * others to be handed on: first(field, word, shift, bits, p, t) next(...) next(...)
 */
#pragma once

#include <sel4/simple_types.h>

#define SEL4_FIELD_MASK(bits)                              (~0ul >> (64 - (bits)))
#define SEL4_FIELD_PARAMETER(field, w, s, b, p, t)         seL4_Word field
#define SEL4_FIELD_FURTHER_PARAMETER(field, w, s, b, p, t) , seL4_Word field
#define SEL4_FIELD_STORE(field, word, shift, bits, p, t)                                           \
    block->words[word] |= (field & SEL4_FIELD_MASK(bits)) << (shift);
#define SEL4_FIELD_ARGUMENT(field, w, s, b, p, t) , field

#define SEL4_FIELD_ACCESS(field, word, shift, bits, prefix, type)                                  \
    LIBSEL4_INLINE seL4_Word prefix##_ptr_get_##field(const type *block)                           \
    {                                                                                              \
        return block->words[word] >> (shift)&SEL4_FIELD_MASK(bits);                                \
    }                                                                                              \
    LIBSEL4_INLINE seL4_Word prefix##_get_##field(type block)                                      \
    {                                                                                              \
        return prefix##_ptr_get_##field(&block);                                                   \
    }                                                                                              \
    LIBSEL4_INLINE void prefix##_ptr_set_##field(type *block, seL4_Word value)                     \
    {                                                                                              \
        block->words[word] = (block->words[word] & ~(SEL4_FIELD_MASK(bits) << (shift))) |          \
                             (value & SEL4_FIELD_MASK(bits)) << (shift);                           \
    }                                                                                              \
    LIBSEL4_INLINE type prefix##_set_##field(type block, seL4_Word value)                          \
    {                                                                                              \
        prefix##_ptr_set_##field(&block, value);                                                   \
        return block;                                                                              \
    }

#define SEL4_BLOCK(prefix, type, tag, list)                                                        \
    list(SEL4_FIELD_ACCESS, SEL4_FIELD_ACCESS, prefix, type)                                       \
        LIBSEL4_INLINE void prefix##_ptr_new(type *block list(                                     \
            SEL4_FIELD_FURTHER_PARAMETER, SEL4_FIELD_FURTHER_PARAMETER, prefix, type))             \
    {                                                                                              \
        const type empty = {{(tag)}};                                                              \
        *block = empty;                                                                            \
        list(SEL4_FIELD_STORE, SEL4_FIELD_STORE, prefix, type)                                     \
    }                                                                                              \
    LIBSEL4_INLINE type prefix##_new(                                                              \
        list(SEL4_FIELD_PARAMETER, SEL4_FIELD_FURTHER_PARAMETER, prefix, type))                    \
    {                                                                                              \
        type block;                                                                                \
        prefix##_ptr_new(&block list(SEL4_FIELD_ARGUMENT, SEL4_FIELD_ARGUMENT, prefix, type));     \
        return block;                                                                              \
    }
