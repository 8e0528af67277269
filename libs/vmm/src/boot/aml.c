/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The AML builder (aml.h).
 */
#include "aml.h"

#include <string.h>

#define OP_NAME     0x08
#define OP_BYTE     0x0a
#define OP_WORD     0x0b
#define OP_DWORD    0x0c
#define OP_SCOPE    0x10
#define OP_BUFFER   0x11
#define OP_PACKAGE  0x12
#define OP_EXTENDED 0x5b
#define OP_DEVICE   0x82
#define ROOT_CHAR   '\\'

#define RESOURCE_IRQ      0x22
#define RESOURCE_IO       0x47
#define RESOURCE_END      0x79
#define RESOURCE_FIXED    0x86
#define RESOURCE_DWORD    0x87
#define RESOURCE_WORD     0x88
#define RESOURCE_QWORD    0x8a
#define MEMORY_FIXED_BOTH 0x0c /* minimum and maximum fixed, positive decode */

void aml_byte(struct aml *out, uint8_t value)
{
    if (out->used < out->size)
        out->bytes[out->used++] = value;
    else
        out->overflow = true;
}

void aml_word(struct aml *out, uint16_t value)
{
    aml_byte(out, (uint8_t)value);
    aml_byte(out, (uint8_t)(value >> 8));
}

void aml_dword(struct aml *out, uint32_t value)
{
    aml_word(out, (uint16_t)value);
    aml_word(out, (uint16_t)(value >> 16));
}

void aml_qword(struct aml *out, uint64_t value)
{
    aml_dword(out, (uint32_t)value);
    aml_dword(out, (uint32_t)(value >> 32));
}

void aml_bytes(struct aml *out, const char *bytes, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        aml_byte(out, (uint8_t)bytes[i]);
}

void aml_name(struct aml *out, const char *name)
{
    aml_byte(out, OP_NAME);
    aml_bytes(out, name, 4);
}

void aml_integer(struct aml *out, uint32_t value)
{
    if (value < 2) {
        aml_byte(out, (uint8_t)value); /* ZeroOp and OneOp */
    } else if (value <= 0xff) {
        aml_byte(out, OP_BYTE);
        aml_byte(out, (uint8_t)value);
    } else if (value <= 0xffff) {
        aml_byte(out, OP_WORD);
        aml_word(out, (uint16_t)value);
    } else {
        aml_byte(out, OP_DWORD);
        aml_dword(out, value);
    }
}

void aml_eisa_id(struct aml *out, uint16_t vendor, uint16_t product)
{
    aml_byte(out, OP_DWORD);
    aml_byte(out, (uint8_t)(vendor >> 8)); /* both halves are big-endian */
    aml_byte(out, (uint8_t)vendor);
    aml_byte(out, (uint8_t)(product >> 8));
    aml_byte(out, (uint8_t)product);
}

/* Lengths always take two bytes, so that they can be filled in later. */
static struct aml_package begin(struct aml *out)
{
    struct aml_package package = {out->used, 0};

    aml_word(out, 0);
    return package;
}

void aml_end(struct aml *out, struct aml_package package)
{
    unsigned length = out->used - package.length_at;

    if (out->overflow || length > 0xfff) {
        out->overflow = true;
        return;
    }
    out->bytes[package.length_at] = (uint8_t)(0x40 | (length & 15));
    out->bytes[package.length_at + 1] = (uint8_t)(length >> 4);
}

struct aml_package aml_package(struct aml *out, uint8_t count)
{
    struct aml_package package;

    aml_byte(out, OP_PACKAGE);
    package = begin(out);
    aml_byte(out, count);
    return package;
}

struct aml_package aml_scope(struct aml *out, const char *name)
{
    struct aml_package package;

    aml_byte(out, OP_SCOPE);
    package = begin(out);
    aml_byte(out, ROOT_CHAR);
    aml_bytes(out, name, 4);
    return package;
}

struct aml_package aml_device(struct aml *out, const char *name)
{
    struct aml_package package;

    aml_byte(out, OP_EXTENDED);
    aml_byte(out, OP_DEVICE);
    package = begin(out);
    aml_bytes(out, name, 4);
    return package;
}

struct aml_package aml_buffer(struct aml *out)
{
    struct aml_package package;

    aml_byte(out, OP_BUFFER);
    package = begin(out);
    aml_byte(out, OP_WORD);
    package.size_at = out->used;
    aml_word(out, 0);
    return package;
}

void aml_buffer_end(struct aml *out, struct aml_package buffer)
{
    unsigned count;

    aml_byte(out, RESOURCE_END);
    aml_byte(out, 0); /* a checksum of zero counts as right */
    count = out->used - buffer.size_at - 2;
    if (!out->overflow) {
        out->bytes[buffer.size_at] = (uint8_t)count;
        out->bytes[buffer.size_at + 1] = (uint8_t)(count >> 8);
    }
    aml_end(out, buffer);
}

void aml_io_ports(struct aml *out, uint16_t first, uint8_t count)
{
    aml_byte(out, RESOURCE_IO);
    aml_byte(out, 1); /* decodes 16 bits */
    aml_word(out, first);
    aml_word(out, first);
    aml_byte(out, 1);
    aml_byte(out, count);
}

void aml_irq(struct aml *out, unsigned irq)
{
    aml_byte(out, RESOURCE_IRQ); /* edge, active high */
    aml_word(out, (uint16_t)(1u << irq));
}

void aml_word_range(struct aml *out, enum aml_range type, uint8_t flags, uint8_t type_flags,
                    uint16_t first, uint16_t last)
{
    aml_byte(out, RESOURCE_WORD);
    aml_word(out, 13);
    aml_byte(out, (uint8_t)type);
    aml_byte(out, flags);
    aml_byte(out, type_flags);
    aml_word(out, 0);
    aml_word(out, first);
    aml_word(out, last);
    aml_word(out, 0);
    aml_word(out, (uint16_t)(last - first + 1));
}

void aml_fixed_memory(struct aml *out, uint32_t first, uint32_t size)
{
    aml_byte(out, RESOURCE_FIXED);
    aml_word(out, 9);
    aml_byte(out, 1); /* read-write */
    aml_dword(out, first);
    aml_dword(out, size);
}

void aml_dword_memory(struct aml *out, uint32_t first, uint32_t last)
{
    aml_byte(out, RESOURCE_DWORD);
    aml_word(out, 23);
    aml_byte(out, 0);
    aml_byte(out, MEMORY_FIXED_BOTH);
    aml_byte(out, 1); /* read-write, not cacheable */
    aml_dword(out, 0);
    aml_dword(out, first);
    aml_dword(out, last);
    aml_dword(out, 0);
    aml_dword(out, last - first + 1);
}

void aml_qword_memory(struct aml *out, uint64_t first, uint64_t last)
{
    aml_byte(out, RESOURCE_QWORD);
    aml_word(out, 43);
    aml_byte(out, 0);
    aml_byte(out, MEMORY_FIXED_BOTH);
    aml_byte(out, 1);
    aml_qword(out, 0);
    aml_qword(out, first);
    aml_qword(out, last);
    aml_qword(out, 0);
    aml_qword(out, last - first + 1);
}
