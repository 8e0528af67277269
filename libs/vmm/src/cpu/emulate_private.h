/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared between the two halves of the emulator: emulate.c and strings.c.
 */
#pragma once

#include <vmm/emulate.h>
#include <vmm/x86.h>

uint64_t emulate_mask(unsigned size);
void emulate_set_register(struct seL4_VCPURun *run, unsigned reg, unsigned size, bool high,
                          uint64_t value);
uint64_t emulate_arithmetic(unsigned op, uint64_t a, uint64_t b, unsigned size, uint64_t *rflags);
/* False: the page fault is in the emulator's exception fields. */
bool emulate_translate(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t linear,
                       unsigned access, uint64_t *physical);
int emulate_string(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn);
