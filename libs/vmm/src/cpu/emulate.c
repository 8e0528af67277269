/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator (emulate.h): instructions with one memory operand. String forms are in strings.c.
 * Flag rules: APM volume 3, the entry of each instruction.
 */
#include "emulate_private.h"

#include <errno.h>

#define CS_LONG BIT(9)
#define CS_BIG  BIT(10)

#define FLAGS_ARITHMETIC (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

void emulator_init(struct emulator *emulator, const struct guest_memory *memory,
                   struct mmio_bus *mmio, struct port_bus *ports,
                   uint64_t (*segment_base)(void *, unsigned), void *ctx)
{
    memset(emulator, 0, sizeof(*emulator));
    emulator->memory = memory;
    emulator->mmio = mmio;
    emulator->ports = ports;
    emulator->segment_base = segment_base;
    emulator->ctx = ctx;
    paging_cache_clear(&emulator->paging);
}

enum insn_mode emulator_mode(const struct seL4_VCPURun *run)
{
    if ((run->efer & EFER_LMA) && (run->cs_attr & CS_LONG))
        return INSN_MODE_64;
    return (run->cr0 & CR0_PE) && (run->cs_attr & CS_BIG) ? INSN_MODE_32 : INSN_MODE_16;
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

/* Code at a guest-physical address; where there is no RAM, a bus that nobody drives: all ones. */
static void read_code(const struct emulator *emulator, uint64_t physical, void *bytes,
                      unsigned size)
{
    if (!guest_read(emulator->memory, physical, bytes, size))
        memset(bytes, 0xff, size);
}

/* Up to 15 bytes at linear address `at`; less where the next page is not there. */
static unsigned fetch_bytes(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t at,
                            uint8_t *bytes)
{
    unsigned done = 0;

    while (done < DECODE_MAX_BYTES) {
        unsigned size = MIN(guest_page_rest(at + done), DECODE_MAX_BYTES - done);
        uint64_t physical;

        if (!emulate_translate(emulator, run, at + done, PAGING_FETCH, &physical))
            break;
        read_code(emulator, physical, bytes + done, size);
        done += size;
    }
    return done;
}

static int fetch_slow(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t at,
                      enum insn_mode mode, struct decoded *slot)
{
    uint8_t bytes[16] = {0};
    unsigned available = fetch_bytes(emulator, run, at, bytes);
    int error = decode(bytes, available, mode, &slot->insn);

    slot->mode = 0;
    if (error == -ENODATA)
        return EMULATE_EXCEPTION; /* the fetch of the missing bytes set up the page fault */
    return error;
}

int emulator_fetch(struct emulator *emulator, const struct seL4_VCPURun *run,
                   const struct insn **insn)
{
    enum insn_mode mode = emulator_mode(run);
    uint64_t at = mode == INSN_MODE_64 ? run->rip : (uint32_t)(run->cs_base + run->rip);
    struct decoded *slot = &emulator->decoded[at % EMULATE_CACHE_SIZE];
    uint64_t physical, bytes[2];
    int error;

    if (guest_page_rest(at) < sizeof(bytes)) {
        *insn = &slot->insn;
        return fetch_slow(emulator, run, at, mode, slot);
    }
    if (!emulate_translate(emulator, run, at, PAGING_FETCH, &physical))
        return EMULATE_EXCEPTION;
    read_code(emulator, physical, bytes, sizeof(bytes));
    *insn = &slot->insn;
    if (slot->mode == mode + 1u && slot->bytes[0] == bytes[0] && slot->bytes[1] == bytes[1])
        return 0;
    error = decode((const uint8_t *)bytes, DECODE_MAX_BYTES, mode, &slot->insn);
    slot->bytes[0] = bytes[0];
    slot->bytes[1] = bytes[1];
    slot->mode = error ? 0 : mode + 1u;
    return error;
}

/* --- Registers --- */

uint64_t emulate_mask(unsigned size)
{
    return size == 8 ? UINT64_MAX : MASK(8 * size);
}

static uint64_t get_register(const struct seL4_VCPURun *run, unsigned reg, unsigned size, bool high)
{
    return (run->reg[reg] >> (high ? 8 : 0)) & emulate_mask(size);
}

void emulate_set_register(struct seL4_VCPURun *run, unsigned reg, unsigned size, bool high,
                          uint64_t value)
{
    unsigned shift = high ? 8 : 0;
    uint64_t mask = emulate_mask(size) << shift;

    if (size >= 4)
        run->reg[reg] = value & emulate_mask(size); /* 32-bit results clear the upper half */
    else
        run->reg[reg] = (run->reg[reg] & ~mask) | (value << shift & mask);
}

static uint64_t sign_extend(uint64_t value, unsigned size)
{
    unsigned shift = 64 - 8 * size;

    return (uint64_t)((int64_t)(value << shift) >> shift);
}

/* --- Arithmetic --- */

static uint64_t result_flags(uint64_t result, unsigned size)
{
    uint64_t flags = 0;

    result &= emulate_mask(size);
    flags |= result ? 0 : RFLAGS_ZF;
    flags |= result >> (8 * size - 1) ? RFLAGS_SF : 0;
    flags |= __builtin_parity((unsigned)result & 0xff) ? 0 : RFLAGS_PF;
    return flags;
}

static uint64_t add(uint64_t a, uint64_t b, bool carry, unsigned size, uint64_t *flags)
{
    unsigned __int128 wide = (unsigned __int128)a + b + carry;
    uint64_t result = (uint64_t)wide & emulate_mask(size);

    *flags = result_flags(result, size);
    *flags |= (uint64_t)(wide >> (8 * size)) & 1 ? RFLAGS_CF : 0;
    *flags |= (a ^ b ^ result) & 0x10 ? RFLAGS_AF : 0;
    *flags |= (~(a ^ b) & (a ^ result)) >> (8 * size - 1) & 1 ? RFLAGS_OF : 0;
    return result;
}

static uint64_t subtract(uint64_t a, uint64_t b, bool borrow, unsigned size, uint64_t *flags)
{
    unsigned __int128 wide = (unsigned __int128)a - b - borrow;
    uint64_t result = (uint64_t)wide & emulate_mask(size);

    *flags = result_flags(result, size);
    *flags |= (uint64_t)(wide >> (8 * size)) & 1 ? RFLAGS_CF : 0;
    *flags |= (a ^ b ^ result) & 0x10 ? RFLAGS_AF : 0;
    *flags |= ((a ^ b) & (a ^ result)) >> (8 * size - 1) & 1 ? RFLAGS_OF : 0;
    return result;
}

uint64_t emulate_arithmetic(unsigned op, uint64_t a, uint64_t b, unsigned size, uint64_t *rflags)
{
    bool carry = *rflags & RFLAGS_CF;
    uint64_t flags = 0, result;

    switch (op) {
    case INSN_ADD:
    case INSN_XADD:
        result = add(a, b, false, size, &flags);
        break;
    case INSN_ADC:
        result = add(a, b, carry, size, &flags);
        break;
    case INSN_SUB:
    case INSN_CMP:
        result = subtract(a, b, false, size, &flags);
        break;
    case INSN_SBB:
        result = subtract(a, b, carry, size, &flags);
        break;
    case INSN_INC:
    case INSN_DEC:
        result =
            op == INSN_INC ? add(a, 1, false, size, &flags) : subtract(a, 1, false, size, &flags);
        flags = (flags & ~RFLAGS_CF) | (carry ? RFLAGS_CF : 0);
        break;
    case INSN_NEG:
        result = subtract(0, a, false, size, &flags);
        break;
    case INSN_OR:
        result = a | b;
        flags = result_flags(result, size);
        break;
    case INSN_XOR:
        result = a ^ b;
        flags = result_flags(result, size);
        break;
    default: /* AND, TEST */
        result = a & b;
        flags = result_flags(result, size);
    }
    *rflags = (*rflags & ~FLAGS_ARITHMETIC) | flags;
    return result & emulate_mask(size);
}

static bool condition_holds(unsigned condition, uint64_t rflags)
{
    bool cf = rflags & RFLAGS_CF, zf = rflags & RFLAGS_ZF, sf = rflags & RFLAGS_SF;
    bool of = rflags & RFLAGS_OF, pf = rflags & RFLAGS_PF;
    const bool holds[] = {of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of};

    return holds[condition >> 1] != (bool)(condition & 1);
}

static uint64_t bit_operation(unsigned op, uint64_t value, uint64_t bit, unsigned size,
                              uint64_t *rflags)
{
    uint64_t mask = BIT(bit & (8 * size - 1));

    *rflags = (*rflags & ~RFLAGS_CF) | (value & mask ? RFLAGS_CF : 0);
    switch (op) {
    case INSN_BTS:
        return value | mask;
    case INSN_BTR:
        return value & ~mask;
    case INSN_BTC:
        return value ^ mask;
    default:
        return value;
    }
}

/* --- One memory operand --- */

static uint64_t read_device(struct emulator *emulator, uint64_t address, unsigned size)
{
    uint64_t value;

    mmio_bus_read(emulator->mmio, address, size, &value);
    return value & emulate_mask(size);
}

static void write_device(struct emulator *emulator, uint64_t address, unsigned size, uint64_t value)
{
    mmio_bus_write(emulator->mmio, address, size, value & emulate_mask(size));
}

/* PUSH and POP: the stack is ordinary memory. */
static int execute_stack(struct emulator *emulator, struct seL4_VCPURun *run,
                         const struct insn *insn, uint64_t address)
{
    enum insn_mode mode = emulator_mode(run);
    uint64_t rsp = run->reg[seL4_VCPUReg_RSP], base = 0, physical, value = 0;
    bool push = insn->op == INSN_PUSH;

    if (mode != INSN_MODE_64) {
        base = emulator->segment_base(emulator->ctx, SEG_SS);
        if (!(run->ss_attr & CS_BIG))
            return -EINVAL; /* 16-bit stacks belong to guests that map no devices */
    }
    if (push) {
        value = read_device(emulator, address, insn->size);
        rsp -= insn->size;
    }
    if (mode != INSN_MODE_64)
        rsp = (uint32_t)rsp;
    if (guest_page_rest(rsp) < insn->size)
        return -EINVAL;
    if (!emulate_translate(emulator, run, base + rsp, push ? PAGING_WRITE : PAGING_READ, &physical))
        return EMULATE_EXCEPTION;
    if (push ? !guest_write(emulator->memory, physical, &value, insn->size)
             : !guest_read(emulator->memory, physical, &value, insn->size))
        return -EINVAL;
    if (!push) {
        write_device(emulator, address, insn->size, value);
        rsp += insn->size;
    }
    run->reg[seL4_VCPUReg_RSP] = mode == INSN_MODE_64 ? rsp : (uint32_t)rsp;
    return EMULATE_DONE;
}

static void compare_exchange(struct emulator *emulator, struct seL4_VCPURun *run,
                             const struct insn *insn, uint64_t address)
{
    uint64_t old = read_device(emulator, address, insn->size);
    uint64_t expected = get_register(run, seL4_VCPUReg_RAX, insn->size, false);

    emulate_arithmetic(INSN_CMP, expected, old, insn->size, &run->rflags);
    if (old == expected) {
        write_device(emulator, address, insn->size,
                     get_register(run, insn->reg, insn->size, insn->high_reg));
    } else {
        write_device(emulator, address, insn->size, old);
        emulate_set_register(run, seL4_VCPUReg_RAX, insn->size, false, old);
    }
}

static int execute_memory(struct emulator *emulator, struct seL4_VCPURun *run,
                          const struct insn *insn, uint64_t address)
{
    unsigned size = insn->size;
    uint64_t operand = 0, value;

    if (insn->source == INSN_FROM_IMM)
        operand = (uint64_t)insn->immediate & emulate_mask(size);
    else if (insn->source != INSN_FROM_NONE)
        operand = get_register(run, insn->reg, size, insn->high_reg);
    switch (insn->op) {
    case INSN_MOV:
        if (insn->source == INSN_TO_REG) {
            value = read_device(emulator, address, size);
            emulate_set_register(run, insn->reg, size, insn->high_reg, value);
        } else {
            write_device(emulator, address, size, operand);
        }
        return EMULATE_DONE;
    case INSN_MOVZX:
    case INSN_MOVSX:
        value = read_device(emulator, address, insn->mem_size);
        value = insn->op == INSN_MOVSX ? sign_extend(value, insn->mem_size) : value;
        emulate_set_register(run, insn->reg, size, false, value & emulate_mask(size));
        return EMULATE_DONE;
    case INSN_ADD ... INSN_XOR:
        value = read_device(emulator, address, size);
        if (insn->source == INSN_TO_REG) {
            value = emulate_arithmetic(insn->op, operand, value, size, &run->rflags);
            emulate_set_register(run, insn->reg, size, insn->high_reg, value);
        } else {
            value = emulate_arithmetic(insn->op, value, operand, size, &run->rflags);
            write_device(emulator, address, size, value);
        }
        return EMULATE_DONE;
    case INSN_CMP:
    case INSN_TEST:
        value = read_device(emulator, address, size);
        if (insn->source == INSN_TO_REG)
            emulate_arithmetic(insn->op, operand, value, size, &run->rflags);
        else
            emulate_arithmetic(insn->op, value, operand, size, &run->rflags);
        return EMULATE_DONE;
    case INSN_XCHG:
        value = read_device(emulator, address, size);
        write_device(emulator, address, size, operand);
        emulate_set_register(run, insn->reg, size, insn->high_reg, value);
        return EMULATE_DONE;
    case INSN_INC:
    case INSN_DEC:
    case INSN_NEG:
        value = read_device(emulator, address, size);
        write_device(emulator, address, size,
                     emulate_arithmetic(insn->op, value, 0, size, &run->rflags));
        return EMULATE_DONE;
    case INSN_NOT:
        write_device(emulator, address, size, ~read_device(emulator, address, size));
        return EMULATE_DONE;
    case INSN_BT ... INSN_BTC:
        value = read_device(emulator, address, size);
        value = bit_operation(insn->op, value, operand, size, &run->rflags);
        if (insn->op != INSN_BT)
            write_device(emulator, address, size, value);
        return EMULATE_DONE;
    case INSN_XADD:
        value = read_device(emulator, address, size);
        write_device(emulator, address, size,
                     emulate_arithmetic(INSN_XADD, value, operand, size, &run->rflags));
        emulate_set_register(run, insn->reg, size, insn->high_reg, value);
        return EMULATE_DONE;
    case INSN_CMPXCHG:
        compare_exchange(emulator, run, insn, address);
        return EMULATE_DONE;
    case INSN_SETCC:
        write_device(emulator, address, 1, condition_holds((unsigned)insn->immediate, run->rflags));
        return EMULATE_DONE;
    case INSN_CMOVCC:
        value = read_device(emulator, address, size);
        if (!condition_holds((unsigned)insn->immediate, run->rflags))
            value = get_register(run, insn->reg, size, false);
        emulate_set_register(run, insn->reg, size, false, value);
        return EMULATE_DONE;
    case INSN_PUSH:
    case INSN_POP:
        return execute_stack(emulator, run, insn, address);
    default:
        return -EINVAL;
    }
}

int emulator_execute(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn,
                     uint64_t address)
{
    int result;

    if (insn->op >= INSN_MOVS && insn->op <= INSN_OUTS)
        return emulate_string(emulator, run, insn);
    if (!insn->memory)
        return -EINVAL;
    result = execute_memory(emulator, run, insn, address);
    if (result == EMULATE_DONE) {
        run->rip += insn->length;
        if (emulator_mode(run) != INSN_MODE_64)
            run->rip = (uint32_t)run->rip;
    }
    return result;
}
