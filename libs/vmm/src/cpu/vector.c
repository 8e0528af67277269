/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads and stores of vector registers. The registers are the kernel's to keep, 8 bytes a message.
 */
#include "emulate_private.h"

#define SSE_WORDS 2
#define AVX_WORDS 4

static void store(struct emulator *emulator, const struct insn *insn, const struct place *place)
{
    unsigned first = insn->part / 8, words = insn->mem_size < 8 ? 1 : insn->mem_size / 8;
    uint64_t value[AVX_WORDS];

    for (unsigned i = 0; i < words; i++)
        value[i] = emulator->ops->vector_read(emulator->ctx, insn->reg, first + i);
    emulate_access(emulator, place, insn->mem_size, value, true);
}

static void load(struct emulator *emulator, const struct insn *insn, const struct place *place)
{
    uint64_t value[AVX_WORDS] = {0};
    unsigned words = insn->vex ? AVX_WORDS : SSE_WORDS;

    for (unsigned i = 0; i < SSE_WORDS && insn->merge; i++)
        value[i] = emulator->ops->vector_read(emulator->ctx, insn->other, i);
    emulate_access(emulator, place, insn->mem_size, &value[insn->part / 8], false);
    for (unsigned i = 0; i < words; i++)
        emulator->ops->vector_write(emulator->ctx, insn->reg, i, value[i]);
}

int emulate_vector(struct emulator *emulator, const struct insn *insn, const struct place *place)
{
    if (insn->aligned && place->physical[0] % insn->mem_size) {
        emulate_raise(emulator, EXCEPTION_GP, true);
        return EMULATE_EXCEPTION;
    }
    if (insn->op == INSN_VECTOR_STORE)
        store(emulator, insn, place);
    else
        load(emulator, insn, place);
    return EMULATE_DONE;
}
