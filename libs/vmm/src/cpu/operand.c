/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an instruction's memory operand is: its linear address, the one or two pages that it lies
 * in, and the bytes there, be they RAM, device registers or nothing.
 */
#include "emulate_private.h"

void emulate_raise(struct emulator *emulator, unsigned vector, bool has_error)
{
    emulator->vector = (uint8_t)vector;
    emulator->has_error = has_error;
    emulator->error = 0;
}

bool emulate_translate(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t linear,
                       unsigned access, uint64_t *physical)
{
    if (run->cpl == 3)
        access |= PAGING_USER;
    if (paging_translate(emulator->memory, &emulator->paging, run, linear, access, physical,
                         &emulator->error))
        return true;
    emulator->vector = EXCEPTION_PF;
    emulator->has_error = true;
    emulator->cr2 = linear;
    return false;
}

bool emulate_is_canonical(uint64_t address)
{
    return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

/* Outside of 64-bit mode linear addresses wrap at 4 GiB. */
static uint64_t wrap(const struct seL4_VCPURun *run, uint64_t linear)
{
    return emulator_mode(run) == INSN_MODE_64 ? linear : (uint32_t)linear;
}

bool emulate_place(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t linear,
                   unsigned size, unsigned access, struct place *place)
{
    if (emulator_mode(run) == INSN_MODE_64 &&
        !(emulate_is_canonical(linear) && emulate_is_canonical(linear + size - 1))) {
        emulate_raise(emulator, EXCEPTION_GP, true);
        return false;
    }
    place->first = MIN(guest_page_rest(linear), size);
    return emulate_translate(emulator, run, linear, access, &place->physical[0]) &&
           (place->first == size ||
            emulate_translate(emulator, run, wrap(run, linear + place->first), access,
                              &place->physical[1]));
}

/* Bytes of one page. A device sees accesses of 1, 2, 4 or 8 bytes, the lowest address first. */
static void access_page(struct emulator *emulator, uint64_t physical, unsigned size, uint8_t *bytes,
                        bool write)
{
    uint8_t *ram = guest_pointer(emulator->memory, physical, size);

    if (ram) {
        memcpy(write ? ram : bytes, write ? bytes : ram, size);
        return;
    }
    while (size != 0) {
        unsigned part = 8;
        uint64_t value = 0;

        while (part > size)
            part /= 2;
        if (write) {
            memcpy(&value, bytes, part);
            mmio_bus_write(emulator->mmio, physical, part, value);
        } else {
            mmio_bus_read(emulator->mmio, physical, part, &value);
            memcpy(bytes, &value, part);
        }
        physical += part;
        bytes += part;
        size -= part;
    }
}

void emulate_access(struct emulator *emulator, const struct place *place, unsigned size,
                    void *buffer, bool write)
{
    uint8_t *bytes = buffer;

    access_page(emulator, place->physical[0], place->first, bytes, write);
    if (place->first < size)
        access_page(emulator, place->physical[1], size - place->first, bytes + place->first, write);
}

/* Bit tests with a register reach beyond their operand: its upper bits count whole operands. */
static uint64_t bit_string_offset(const struct seL4_VCPURun *run, const struct insn *insn)
{
    int64_t bit = (int64_t)emulate_sign_extend(run->reg[insn->reg], insn->size);

    return (uint64_t)(bit >> (3 + __builtin_ctz(insn->size))) * insn->size;
}

static uint64_t effective_address(const struct seL4_VCPURun *run, const struct insn *insn)
{
    uint64_t address = (uint64_t)insn->displacement;

    if (insn->base == INSN_BASE_RIP)
        address += run->rip + insn->length;
    else if (insn->base != INSN_NO_REG)
        address += run->reg[insn->base];
    if (insn->index != INSN_NO_REG)
        address += run->reg[insn->index] << insn->scale;
    if (insn->op >= INSN_BT && insn->op <= INSN_BTC && insn->source == INSN_FROM_REG)
        address += bit_string_offset(run, insn);
    if (insn->op == INSN_POP && insn->base == seL4_VCPUReg_RSP)
        address += insn->size; /* it counts as popped already */
    return address & emulate_mask(insn->address_size);
}

uint64_t emulate_linear(const struct emulator *emulator, const struct seL4_VCPURun *run,
                        unsigned segment, uint64_t offset)
{
    if (emulator_mode(run) == INSN_MODE_64) {
        return segment < SEG_FS ? offset
                                : offset + emulator->ops->segment_base(emulator->ctx, segment);
    }
    return (uint32_t)(offset + emulator->ops->segment_base(emulator->ctx, segment));
}

/*
 * What of an operand in two pages is missing may be reported as the first byte of the second, or
 * (by TCG) as the last whole word of the first.
 */
static bool may_cross(const struct insn *insn, uint64_t address)
{
    uint64_t offset = address & MASK(PAGE_BITS_4K);

    return offset == 0 || offset + insn->mem_size >= PAGE_SIZE_4K;
}

bool emulator_crosses(const struct emulator *emulator, const struct seL4_VCPURun *run,
                      const struct insn *insn, uint64_t address)
{
    uint64_t linear;

    if (!may_cross(insn, address))
        return false;
    linear = emulate_linear(emulator, run, insn->segment, effective_address(run, insn));
    return guest_page_rest(linear) < insn->mem_size;
}

bool emulate_locate(struct emulator *emulator, const struct seL4_VCPURun *run,
                    const struct insn *insn, uint64_t address, unsigned access, struct place *place)
{
    /* Where an instruction has two operands in memory, the address may be the other one's. */
    bool stack = insn->op == INSN_PUSH || insn->op == INSN_POP || insn->op == INSN_CALL;

    if (!stack && !emulator_crosses(emulator, run, insn, address)) {
        *place = (struct place){{address, 0}, insn->mem_size};
        return true;
    }
    return emulate_place(emulator, run,
                         emulate_linear(emulator, run, insn->segment, effective_address(run, insn)),
                         insn->mem_size, access, place);
}
