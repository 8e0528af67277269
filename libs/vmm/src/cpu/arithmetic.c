/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator's registers, results and flags. Flags that the manual leaves undefined keep their
 * values or take those of the simplest rule.
 * Rests on: APM volume 3, the entry of each instruction.
 */
#include "emulate_private.h"

#define FLAGS_ARITHMETIC (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

uint64_t emulate_mask(unsigned size)
{
    return size == 8 ? UINT64_MAX : MASK(8 * size);
}

uint64_t emulate_register(const struct seL4_VCPURun *run, unsigned reg, unsigned size, bool high)
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

uint64_t emulate_sign_extend(uint64_t value, unsigned size)
{
    unsigned shift = 64 - 8 * size;

    return (uint64_t)((int64_t)(value << shift) >> shift);
}

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

bool emulate_condition(unsigned condition, uint64_t rflags)
{
    bool cf = rflags & RFLAGS_CF, zf = rflags & RFLAGS_ZF, sf = rflags & RFLAGS_SF;
    bool of = rflags & RFLAGS_OF, pf = rflags & RFLAGS_PF;
    const bool holds[] = {of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of};

    return holds[condition >> 1] != (bool)(condition & 1);
}

uint64_t emulate_bit(unsigned op, uint64_t value, uint64_t bit, unsigned size, uint64_t *rflags)
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

/*
 * Bit by bit: even operations go left, odd ones right. What comes in is what went out (rotations),
 * the carry flag (through carry), zeros, or copies of the sign (SAR).
 */
uint64_t emulate_shift(unsigned op, uint64_t value, unsigned count, unsigned size, uint64_t *rflags)
{
    unsigned top = 8 * size - 1;
    bool left = (op - INSN_ROL) % 2 == 0, carry = *rflags & RFLAGS_CF, overflow;

    count &= size == 8 ? 63 : 31;
    if (count == 0)
        return value;
    for (unsigned i = 0; i < count; i++) {
        bool out = left ? value >> top & 1 : value & 1, in = false;

        if (op == INSN_ROL || op == INSN_ROR)
            in = out;
        else if (op == INSN_RCL || op == INSN_RCR)
            in = carry;
        else if (op == INSN_SAR)
            in = value >> top & 1;
        value = left ? (value << 1 | in) & emulate_mask(size) : value >> 1 | (uint64_t)in << top;
        carry = out;
    }
    overflow = (value >> top & 1) != (left ? carry : value >> (top - 1) & 1);
    if (op >= INSN_SHL)
        *rflags = (*rflags & ~FLAGS_ARITHMETIC) | result_flags(value, size);
    *rflags &= ~(RFLAGS_CF | RFLAGS_OF);
    *rflags |= (carry ? RFLAGS_CF : 0) | (overflow ? RFLAGS_OF : 0);
    return value;
}

bool emulate_count(unsigned op, uint64_t value, unsigned size, uint64_t *rflags, uint64_t *result)
{
    unsigned bits = 8 * size;
    uint64_t flags = 0;

    switch (op) {
    case INSN_POPCNT:
        *result = (uint64_t)__builtin_popcountll(value);
        *rflags &= ~FLAGS_ARITHMETIC;
        flags = value ? 0 : RFLAGS_ZF;
        break;
    case INSN_TZCNT:
        *result = value ? (uint64_t)__builtin_ctzll(value) : bits;
        flags = (value ? 0 : RFLAGS_CF) | (*result ? 0 : RFLAGS_ZF);
        break;
    case INSN_LZCNT:
        *result = value ? (uint64_t)__builtin_clzll(value) - (64 - bits) : bits;
        flags = (value ? 0 : RFLAGS_CF) | (*result ? 0 : RFLAGS_ZF);
        break;
    default: /* BSF, BSR */
        *rflags &= ~RFLAGS_ZF;
        *rflags |= value ? 0 : RFLAGS_ZF;
        if (value)
            *result =
                (uint64_t)(op == INSN_BSF ? __builtin_ctzll(value) : 63 - __builtin_clzll(value));
        return value;
    }
    *rflags = (*rflags & ~(RFLAGS_CF | RFLAGS_ZF)) | flags;
    return true;
}

static void set_carry_overflow(uint64_t *rflags, bool set)
{
    *rflags = (*rflags & ~(RFLAGS_CF | RFLAGS_OF)) | (set ? RFLAGS_CF | RFLAGS_OF : 0);
}

uint64_t emulate_multiply(uint64_t a, uint64_t b, unsigned size, uint64_t *rflags)
{
    __int128 product =
        (__int128)(int64_t)emulate_sign_extend(a, size) * (int64_t)emulate_sign_extend(b, size);
    uint64_t result = (uint64_t)product & emulate_mask(size);

    set_carry_overflow(rflags, (int64_t)emulate_sign_extend(result, size) != product);
    return result;
}

/* RDX:RAX and their halves; of bytes, AX. */
static unsigned __int128 get_wide(const struct seL4_VCPURun *run, unsigned size)
{
    uint64_t low = run->reg[seL4_VCPUReg_RAX], high = run->reg[seL4_VCPUReg_RDX];

    if (size == 1)
        return low & 0xffff;
    return (unsigned __int128)(high & emulate_mask(size)) << (8 * size) |
           (low & emulate_mask(size));
}

static void set_wide(struct seL4_VCPURun *run, unsigned size, uint64_t low, uint64_t high)
{
    if (size == 1) {
        emulate_set_register(run, seL4_VCPUReg_RAX, 2, false, (low & 0xff) | high << 8);
    } else {
        emulate_set_register(run, seL4_VCPUReg_RAX, size, false, low);
        emulate_set_register(run, seL4_VCPUReg_RDX, size, false, high);
    }
}

static bool divide(struct seL4_VCPURun *run, uint64_t divisor, unsigned size)
{
    unsigned __int128 dividend = get_wide(run, size);

    if (dividend >> (8 * size) >= divisor)
        return false; /* by zero, too */
    set_wide(run, size, (uint64_t)(dividend / divisor), (uint64_t)(dividend % divisor));
    return true;
}

static bool divide_signed(struct seL4_VCPURun *run, uint64_t value, unsigned size)
{
    unsigned shift = 128 - 16 * size;
    __int128 dividend = (__int128)(get_wide(run, size) << shift) >> shift, quotient;
    int64_t divisor = (int64_t)emulate_sign_extend(value, size);

    if (divisor == 0 || (divisor == -1 && dividend == (__int128)((unsigned __int128)1 << 127)))
        return false;
    quotient = dividend / divisor;
    if ((int64_t)emulate_sign_extend((uint64_t)quotient, size) != quotient)
        return false;
    set_wide(run, size, (uint64_t)quotient, (uint64_t)(dividend % divisor));
    return true;
}

bool emulate_wide(unsigned op, struct seL4_VCPURun *run, uint64_t value, unsigned size)
{
    uint64_t accumulator = run->reg[seL4_VCPUReg_RAX] & emulate_mask(size), low;
    unsigned __int128 product;

    if (op == INSN_DIV)
        return divide(run, value, size);
    if (op == INSN_IDIV)
        return divide_signed(run, value, size);
    if (op == INSN_MUL) {
        product = (unsigned __int128)accumulator * value;
        set_carry_overflow(&run->rflags, product >> (8 * size));
    } else {
        product = (unsigned __int128)((__int128)(int64_t)emulate_sign_extend(accumulator, size) *
                                      (int64_t)emulate_sign_extend(value, size));
        emulate_multiply(accumulator, value, size, &run->rflags);
    }
    low = (uint64_t)product & emulate_mask(size);
    set_wide(run, size, low, (uint64_t)(product >> (8 * size)));
    return true;
}
