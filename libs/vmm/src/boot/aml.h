/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tiny builder of AML, the byte code of ACPI's definition blocks: just the forms that a static
 * description needs. Rests on: ACPI specification 6.4, sections 20.2 (grammar) and 6.4 (resources).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct aml {
    uint8_t *bytes;
    unsigned used, size;
    bool overflow; /* something did not fit; the rest was dropped */
};

/* An open package, scope, device or buffer, whose length is not known yet. */
struct aml_package {
    unsigned length_at;
    unsigned size_at; /* buffers: where their byte count goes */
};

enum aml_range { AML_RANGE_IO = 1, AML_RANGE_BUS = 2 };

void aml_byte(struct aml *out, uint8_t value);
void aml_word(struct aml *out, uint16_t value);
void aml_dword(struct aml *out, uint32_t value);
void aml_qword(struct aml *out, uint64_t value);
void aml_bytes(struct aml *out, const char *bytes, unsigned size);

/* Objects. Names have four characters. */
void aml_name(struct aml *out, const char *name);
void aml_integer(struct aml *out, uint32_t value);
void aml_eisa_id(struct aml *out, uint16_t vendor, uint16_t product);
struct aml_package aml_package(struct aml *out, uint8_t count);
struct aml_package aml_scope(struct aml *out, const char *name);
struct aml_package aml_device(struct aml *out, const char *name);
void aml_end(struct aml *out, struct aml_package package);

/* Resource templates. */
struct aml_package aml_buffer(struct aml *out);
void aml_buffer_end(struct aml *out, struct aml_package buffer);
void aml_io_ports(struct aml *out, uint16_t first, uint8_t count);
void aml_irq(struct aml *out, unsigned irq);
void aml_word_range(struct aml *out, enum aml_range type, uint8_t flags, uint8_t type_flags,
                    uint16_t first, uint16_t last);
void aml_fixed_memory(struct aml *out, uint32_t first, uint32_t size);
void aml_dword_memory(struct aml *out, uint32_t first, uint32_t last);
void aml_qword_memory(struct aml *out, uint64_t first, uint64_t last);
