/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * String instructions of the emulator: MOVS, STOS, LODS, CMPS, SCAS on device registers, and INS
 * and OUTS on ports, with their repeat prefixes. State is written back after each element, so that
 * a fault or a full chunk leaves the guest where the processor would.
 */
#include "emulate_private.h"

struct string_state {
    struct emulator *emulator;
    struct seL4_VCPURun *run;
    const struct insn *insn;
};

static uint64_t address_mask(const struct insn *insn)
{
    return emulate_mask(insn->address_size);
}

/* Of the element that a register points to, in a segment. */
static bool place_element(const struct string_state *s, unsigned reg, unsigned segment,
                          unsigned access, struct place *place)
{
    uint64_t linear =
        emulate_linear(s->emulator, s->run, segment, s->run->reg[reg] & address_mask(s->insn));

    return emulate_place(s->emulator, s->run, linear, s->insn->size, access, place);
}

static void advance(struct string_state *s, unsigned reg)
{
    uint64_t step = s->run->rflags & RFLAGS_DF ? (uint64_t)0 - s->insn->size : s->insn->size;

    emulate_set_register(s->run, reg, s->insn->address_size, false,
                         (s->run->reg[reg] + step) & address_mask(s->insn));
}

static bool uses_source(unsigned op)
{
    return op == INSN_MOVS || op == INSN_LODS || op == INSN_CMPS || op == INSN_OUTS;
}

static bool uses_target(unsigned op)
{
    return op != INSN_LODS && op != INSN_OUTS;
}

static bool writes_target(unsigned op)
{
    return op == INSN_MOVS || op == INSN_STOS || op == INSN_INS;
}

/* One element. All of its memory is there before any of it, or a port, is touched. */
static int step(struct string_state *s)
{
    const struct insn *insn = s->insn;
    struct seL4_VCPURun *run = s->run;
    uint16_t port = (uint16_t)run->reg[seL4_VCPUReg_RDX];
    uint64_t value = run->reg[seL4_VCPUReg_RAX] & emulate_mask(insn->size), other = 0;
    struct place source, target;

    if (uses_source(insn->op) &&
        !place_element(s, seL4_VCPUReg_RSI, insn->segment, PAGING_READ, &source))
        return EMULATE_EXCEPTION;
    if (uses_target(insn->op) &&
        !place_element(s, seL4_VCPUReg_RDI, SEG_ES,
                       writes_target(insn->op) ? PAGING_WRITE : PAGING_READ, &target))
        return EMULATE_EXCEPTION;
    if (uses_source(insn->op)) {
        value = 0;
        emulate_access(s->emulator, &source, insn->size, &value, false);
    }
    switch (insn->op) {
    case INSN_INS:
        value = port_bus_in(s->emulator->ports, port, insn->size);
        break;
    case INSN_OUTS:
        port_bus_out(s->emulator->ports, port, insn->size, (uint32_t)value);
        break;
    case INSN_LODS:
        emulate_set_register(run, seL4_VCPUReg_RAX, insn->size, false, value);
        break;
    case INSN_SCAS:
    case INSN_CMPS:
        emulate_access(s->emulator, &target, insn->size, &other, false);
        emulate_arithmetic(INSN_CMP, value, other, insn->size, &run->rflags);
        break;
    default:
        break;
    }
    if (writes_target(insn->op))
        emulate_access(s->emulator, &target, insn->size, &value, true);
    if (uses_source(insn->op))
        advance(s, seL4_VCPUReg_RSI);
    if (uses_target(insn->op))
        advance(s, seL4_VCPUReg_RDI);
    return EMULATE_DONE;
}

static bool stops_on_flags(const struct insn *insn, uint64_t rflags)
{
    if (insn->op != INSN_CMPS && insn->op != INSN_SCAS)
        return false;
    return insn->repne == (bool)(rflags & RFLAGS_ZF);
}

int emulate_string(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn)
{
    struct string_state s = {emulator, run, insn};
    uint64_t mask = address_mask(insn), count;
    /* A single step is one element. */
    unsigned chunk = run->rflags & RFLAGS_TF ? 1 : EMULATE_REP_CHUNK;

    for (;;) {
        int error;

        count = run->reg[seL4_VCPUReg_RCX] & mask;
        if (insn->rep && count == 0)
            break;
        if (chunk-- == 0)
            return EMULATE_DONE; /* RIP stays: the rest follows when the guest comes back */
        error = step(&s);
        if (error)
            return error;
        if (!insn->rep)
            break;
        emulate_set_register(run, seL4_VCPUReg_RCX, insn->address_size, false, (count - 1) & mask);
        if (stops_on_flags(insn, run->rflags))
            break;
    }
    run->rip += insn->length;
    if (emulator_mode(run) != INSN_MODE_64)
        run->rip = (uint32_t)run->rip;
    return EMULATE_DONE;
}
