/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared between the parts of the emulator: emulate.c (fetch, and what an instruction does),
 * arithmetic.c (results and flags), operand.c (memory operands), strings.c, vector.c.
 */
#pragma once

#include <vmm/emulate.h>
#include <vmm/x86.h>

/* The guest-physical pieces of an operand. */
struct place {
    uint64_t physical[2];
    unsigned first; /* bytes in the first piece; the rest is in the second */
};

/* --- Registers and arithmetic; sizes in bytes --- */

uint64_t emulate_mask(unsigned size);
uint64_t emulate_sign_extend(uint64_t value, unsigned size);
uint64_t emulate_register(const struct seL4_VCPURun *run, unsigned reg, unsigned size, bool high);
void emulate_set_register(struct seL4_VCPURun *run, unsigned reg, unsigned size, bool high,
                          uint64_t value);

/* ADD to CMP, TEST, INC, DEC, NEG, XADD. */
uint64_t emulate_arithmetic(unsigned op, uint64_t a, uint64_t b, unsigned size, uint64_t *rflags);
/* BT to BTC. */
uint64_t emulate_bit(unsigned op, uint64_t value, uint64_t bit, unsigned size, uint64_t *rflags);
/* ROL to SAR. */
uint64_t emulate_shift(unsigned op, uint64_t value, unsigned count, unsigned size,
                       uint64_t *rflags);
/* POPCNT to LZCNT. False: the register keeps its value. */
bool emulate_count(unsigned op, uint64_t value, unsigned size, uint64_t *rflags, uint64_t *result);
/* The accumulator by `value`, MUL to IDIV. False: #DE. */
bool emulate_wide(unsigned op, struct seL4_VCPURun *run, uint64_t value, unsigned size);
/* Both signed; the result has `size` bytes. */
uint64_t emulate_multiply(uint64_t a, uint64_t b, unsigned size, uint64_t *rflags);
bool emulate_condition(unsigned condition, uint64_t rflags);

/* --- Memory. Where a result is bool, false: the exception is in the emulator's fields. --- */

bool emulate_is_canonical(uint64_t address);
void emulate_raise(struct emulator *emulator, unsigned vector, bool has_error);
bool emulate_translate(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t linear,
                       unsigned access, uint64_t *physical);
uint64_t emulate_linear(const struct emulator *emulator, const struct seL4_VCPURun *run,
                        unsigned segment, uint64_t offset);
/* All of it is there, before any of it is touched. */
bool emulate_place(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t linear,
                   unsigned size, unsigned access, struct place *place);
/* The operand of `insn`, of which the processor reported `address`. */
bool emulate_locate(struct emulator *emulator, const struct seL4_VCPURun *run,
                    const struct insn *insn, uint64_t address, unsigned access,
                    struct place *place);
void emulate_access(struct emulator *emulator, const struct place *place, unsigned size,
                    void *buffer, bool write);

/* --- Kinds of instructions: EMULATE_… --- */

int emulate_string(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn);
int emulate_vector(struct emulator *emulator, const struct insn *insn, const struct place *place);
