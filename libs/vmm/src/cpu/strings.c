/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * String instructions of the emulator: MOVS, STOS, LODS, CMPS, SCAS on device registers, and INS
 * and OUTS on ports, with their repeat prefixes. State is written back after each element, so that
 * a fault or a full chunk leaves the guest where the processor would.
 */
#include "emulate_private.h"

#include <errno.h>

struct string_state {
    struct emulator *emulator;
    struct seL4_VCPURun *run;
    const struct insn *insn;
    uint64_t source_base, target_base;
    bool long_mode;
};

static uint64_t address_mask(const struct insn *insn)
{
    return emulate_mask(insn->address_size);
}

/* One element at linear `at`, which may span two pages and may be RAM or a device. */
static int access_element(struct string_state *s, uint64_t at, void *buffer, bool write)
{
    unsigned done = 0, size = s->insn->size;
    uint8_t *bytes = buffer;

    while (done < size) {
        unsigned part = MIN(guest_page_rest(at + done), size - done);
        uint64_t physical, value = 0;
        uint8_t *ram;

        if (!emulate_translate(s->emulator, s->run, at + done, write ? PAGING_WRITE : PAGING_READ,
                               &physical))
            return EMULATE_EXCEPTION;
        ram = guest_pointer(s->emulator->memory, physical, part);
        if (ram) {
            memcpy(write ? ram : bytes + done, write ? bytes + done : ram, part);
        } else if (write) {
            memcpy(&value, bytes + done, part);
            mmio_bus_write(s->emulator->mmio, physical, part, value);
        } else {
            mmio_bus_read(s->emulator->mmio, physical, part, &value);
            memcpy(bytes + done, &value, part);
        }
        done += part;
    }
    return EMULATE_DONE;
}

/* Outside of 64-bit mode linear addresses wrap at 4 GiB. */
static uint64_t linear(const struct string_state *s, uint64_t base, unsigned reg)
{
    uint64_t address = base + (s->run->reg[reg] & address_mask(s->insn));

    return s->long_mode ? address : (uint32_t)address;
}

static uint64_t source_address(const struct string_state *s)
{
    return linear(s, s->source_base, seL4_VCPUReg_RSI);
}

static uint64_t target_address(const struct string_state *s)
{
    return linear(s, s->target_base, seL4_VCPUReg_RDI);
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

/* One element; registers move only if all of it worked. */
static int step(struct string_state *s)
{
    const struct insn *insn = s->insn;
    struct seL4_VCPURun *run = s->run;
    uint64_t value = 0, other = 0;
    uint16_t port = (uint16_t)run->reg[seL4_VCPUReg_RDX];
    int error = EMULATE_DONE;

    if (uses_source(insn->op))
        error = access_element(s, source_address(s), &value, false);
    if (!error && (insn->op == INSN_CMPS || insn->op == INSN_SCAS))
        error = access_element(s, target_address(s), &other, false);
    if (error)
        return error;
    switch (insn->op) {
    case INSN_STOS:
        value = run->reg[seL4_VCPUReg_RAX] & emulate_mask(insn->size);
        break;
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
        value = run->reg[seL4_VCPUReg_RAX] & emulate_mask(insn->size);
        /* fall through */
    case INSN_CMPS:
        emulate_arithmetic(INSN_CMP, value, other, insn->size, &run->rflags);
        break;
    default:
        break;
    }
    if (insn->op == INSN_MOVS || insn->op == INSN_STOS || insn->op == INSN_INS) {
        error = access_element(s, target_address(s), &value, true);
        if (error)
            return error;
    }
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

static void set_bases(struct string_state *s)
{
    struct emulator *emulator = s->emulator;
    const struct insn *insn = s->insn;

    s->long_mode = emulator_mode(s->run) == INSN_MODE_64;
    if (uses_source(insn->op) && (!s->long_mode || insn->segment >= SEG_FS))
        s->source_base = emulator->segment_base(emulator->ctx, insn->segment);
    if (uses_target(insn->op) && !s->long_mode)
        s->target_base = emulator->segment_base(emulator->ctx, SEG_ES);
}

int emulate_string(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn)
{
    struct string_state s = {emulator, run, insn, 0, 0, false};
    uint64_t mask = address_mask(insn), count;
    unsigned chunk = EMULATE_REP_CHUNK;

    set_bases(&s);
    if (insn->op == INSN_INS) {
        uint64_t physical;

        /* Reading a port may change the device: be sure first that the result has a place to go. */
        if ((!insn->rep || (run->reg[seL4_VCPUReg_RCX] & mask)) &&
            !emulate_translate(emulator, run, target_address(&s), PAGING_WRITE, &physical))
            return EMULATE_EXCEPTION;
    }
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
