/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator (emulate.h): executes instructions with an operand in memory. One that raises an
 * exception has changed nothing; a device may have been read.
 */
#include "emulate_private.h"

#include <errno.h>

#define CS_BIG BIT(10)

struct operation {
    struct emulator *emulator;
    struct seL4_VCPURun *run;
    const struct insn *insn;
    struct place place; /* of the operand in memory */
};

static uint64_t load(const struct operation *o, unsigned size)
{
    uint64_t value = 0;

    emulate_access(o->emulator, &o->place, size, &value, false);
    return value;
}

static void store(const struct operation *o, unsigned size, uint64_t value)
{
    emulate_access(o->emulator, &o->place, size, &value, true);
}

static int raise(const struct operation *o, unsigned vector, bool has_error)
{
    emulate_raise(o->emulator, vector, has_error);
    return EMULATE_EXCEPTION;
}

/* Bytes of the stack pointer that count. */
static unsigned stack_width(const struct seL4_VCPURun *run)
{
    return emulator_mode(run) == INSN_MODE_64 ? 8 : run->ss_attr & CS_BIG ? 4 : 2;
}

/* The stack's `size` bytes at RSP + `offset`. */
static bool place_stack(const struct operation *o, int64_t offset, unsigned access,
                        struct place *stack)
{
    uint64_t rsp = o->run->reg[seL4_VCPUReg_RSP] + (uint64_t)offset;
    uint64_t linear =
        emulate_linear(o->emulator, o->run, SEG_SS, rsp & emulate_mask(stack_width(o->run)));

    if (emulate_place(o->emulator, o->run, linear, o->insn->size, access, stack))
        return true;
    if (o->emulator->vector == EXCEPTION_GP)
        o->emulator->vector = EXCEPTION_SS;
    return false;
}

static void move_stack(const struct operation *o, int64_t offset)
{
    emulate_set_register(o->run, seL4_VCPUReg_RSP, stack_width(o->run), false,
                         o->run->reg[seL4_VCPUReg_RSP] + (uint64_t)offset);
}

static int push(const struct operation *o, uint64_t value, const struct place *stack)
{
    emulate_access(o->emulator, stack, o->insn->size, &value, true);
    move_stack(o, -(int64_t)o->insn->size);
    return EMULATE_DONE;
}

static int execute_stack(const struct operation *o)
{
    bool pushes = o->insn->op == INSN_PUSH;
    struct place stack;
    uint64_t value = 0;

    if (!place_stack(o, pushes ? -(int64_t)o->insn->size : 0, pushes ? PAGING_WRITE : PAGING_READ,
                     &stack))
        return EMULATE_EXCEPTION;
    if (pushes)
        return push(o, load(o, o->insn->size), &stack);
    emulate_access(o->emulator, &stack, o->insn->size, &value, false);
    store(o, o->insn->size, value);
    move_stack(o, o->insn->size);
    return EMULATE_DONE;
}

/* CALL and JMP. RIP ends at the target. */
static int execute_branch(const struct operation *o)
{
    struct seL4_VCPURun *run = o->run;
    uint64_t next = run->rip + o->insn->length, target;
    struct place stack;

    if (o->insn->op == INSN_CALL && !place_stack(o, -(int64_t)o->insn->size, PAGING_WRITE, &stack))
        return EMULATE_EXCEPTION;
    target = load(o, o->insn->size);
    if (o->insn->size == 8 && !emulate_is_canonical(target))
        return raise(o, EXCEPTION_GP, true);
    if (o->insn->op == INSN_CALL)
        push(o, next, &stack);
    run->rip = target;
    return EMULATE_DONE;
}

static int compare_exchange(const struct operation *o)
{
    const struct insn *insn = o->insn;
    struct seL4_VCPURun *run = o->run;
    uint64_t old = load(o, insn->size);
    uint64_t expected = emulate_register(run, seL4_VCPUReg_RAX, insn->size, false);

    emulate_arithmetic(INSN_CMP, expected, old, insn->size, &run->rflags);
    if (old == expected) {
        store(o, insn->size, emulate_register(run, insn->reg, insn->size, insn->high_reg));
    } else {
        store(o, insn->size, old);
        emulate_set_register(run, seL4_VCPUReg_RAX, insn->size, false, old);
    }
    return EMULATE_DONE;
}

/* CMPXCHG8B and CMPXCHG16B, whose operand must be aligned. */
static int compare_exchange_pair(const struct operation *o)
{
    static const uint8_t low[] = {seL4_VCPUReg_RAX, seL4_VCPUReg_RBX};
    static const uint8_t high[] = {seL4_VCPUReg_RDX, seL4_VCPUReg_RCX};
    unsigned size = o->insn->size;
    uint8_t bytes[16];
    uint64_t old[2] = {0, 0}, word[2][2];
    struct seL4_VCPURun *run = o->run;

    if (size == 8 && o->place.physical[0] % sizeof(bytes))
        return raise(o, EXCEPTION_GP, true);
    emulate_access(o->emulator, &o->place, 2 * size, bytes, false);
    memcpy(&old[0], bytes, size);
    memcpy(&old[1], bytes + size, size);
    for (unsigned i = 0; i < 2; i++) {
        word[i][0] = emulate_register(run, low[i], size, false);
        word[i][1] = emulate_register(run, high[i], size, false);
    }
    if (old[0] == word[0][0] && old[1] == word[0][1]) {
        memcpy(bytes, &word[1][0], size);
        memcpy(bytes + size, &word[1][1], size);
        run->rflags |= RFLAGS_ZF;
    } else {
        emulate_set_register(run, low[0], size, false, old[0]);
        emulate_set_register(run, high[0], size, false, old[1]);
        run->rflags &= ~RFLAGS_ZF;
    }
    emulate_access(o->emulator, &o->place, 2 * size, bytes, true);
    return EMULATE_DONE;
}

static uint64_t swap_bytes(uint64_t value, unsigned size)
{
    return __builtin_bswap64(value) >> (64 - 8 * size);
}

/* The register takes what comes of memory. */
static int execute_load(const struct operation *o, uint64_t operand)
{
    const struct insn *insn = o->insn;
    struct seL4_VCPURun *run = o->run;
    unsigned size = insn->size;
    uint64_t value = load(o, insn->mem_size);

    switch (insn->op) {
    case INSN_MOV:
    case INSN_MOVZX:
        break;
    case INSN_MOVSX:
        value = emulate_sign_extend(value, insn->mem_size) & emulate_mask(size);
        break;
    case INSN_MOVBE:
        value = swap_bytes(value, size);
        break;
    case INSN_ADD ... INSN_XOR:
        value = emulate_arithmetic(insn->op, operand, value, size, &run->rflags);
        break;
    case INSN_CMP:
        emulate_arithmetic(insn->op, operand, value, size, &run->rflags);
        return EMULATE_DONE;
    case INSN_IMUL:
        value = emulate_multiply(operand, value, size, &run->rflags);
        break;
    case INSN_IMUL_IMM:
        value = emulate_multiply(value, (uint64_t)insn->immediate, size, &run->rflags);
        break;
    case INSN_CMOVCC:
        value = emulate_condition((unsigned)insn->immediate, run->rflags) ? value : operand;
        break;
    case INSN_POPCNT ... INSN_LZCNT:
        if (!emulate_count(insn->op, value, size, &run->rflags, &value))
            return EMULATE_DONE;
        break;
    default:
        return -EINVAL;
    }
    emulate_set_register(run, insn->reg, size, insn->high_reg, value);
    return EMULATE_DONE;
}

/* Memory takes it, or nothing does. */
static int execute_store(const struct operation *o, uint64_t operand)
{
    const struct insn *insn = o->insn;
    struct seL4_VCPURun *run = o->run;
    unsigned size = insn->size;
    uint64_t value;

    switch (insn->op) {
    case INSN_MOV:
        store(o, size, operand);
        return EMULATE_DONE;
    case INSN_MOVBE:
        store(o, size, swap_bytes(operand, size));
        return EMULATE_DONE;
    case INSN_SETCC:
        store(o, 1, emulate_condition((unsigned)insn->immediate, run->rflags));
        return EMULATE_DONE;
    default:
        break;
    }
    value = load(o, size);
    switch (insn->op) {
    case INSN_CMP:
    case INSN_TEST:
        emulate_arithmetic(insn->op, value, operand, size, &run->rflags);
        return EMULATE_DONE;
    case INSN_BT:
        emulate_bit(insn->op, value, operand, size, &run->rflags);
        return EMULATE_DONE;
    case INSN_MUL ... INSN_IDIV:
        return emulate_wide(insn->op, run, value, size) ? EMULATE_DONE
                                                        : raise(o, EXCEPTION_DE, false);
    case INSN_XCHG:
        store(o, size, operand);
        emulate_set_register(run, insn->reg, size, insn->high_reg, value);
        return EMULATE_DONE;
    case INSN_XADD:
        store(o, size, emulate_arithmetic(INSN_XADD, value, operand, size, &run->rflags));
        emulate_set_register(run, insn->reg, size, insn->high_reg, value);
        return EMULATE_DONE;
    case INSN_ADD ... INSN_XOR:
    case INSN_INC:
    case INSN_DEC:
    case INSN_NEG:
        value = emulate_arithmetic(insn->op, value, operand, size, &run->rflags);
        break;
    case INSN_NOT:
        value = ~value;
        break;
    case INSN_BTS ... INSN_BTC:
        value = emulate_bit(insn->op, value, operand, size, &run->rflags);
        break;
    case INSN_ROL ... INSN_SAR:
        value = emulate_shift(insn->op, value, (uint8_t)operand, size, &run->rflags);
        break;
    default:
        return -EINVAL;
    }
    store(o, size, value);
    return EMULATE_DONE;
}

static bool only_reads(const struct insn *insn)
{
    switch (insn->op) {
    case INSN_CMP:
    case INSN_TEST:
    case INSN_BT:
    case INSN_MUL ... INSN_IDIV:
    case INSN_PUSH:
    case INSN_CALL:
    case INSN_JMP:
    case INSN_VECTOR_LOAD:
        return true;
    default:
        return insn->source == INSN_TO_REG;
    }
}

static uint64_t second_operand(const struct seL4_VCPURun *run, const struct insn *insn)
{
    switch (insn->source) {
    case INSN_FROM_IMM:
        return (uint64_t)insn->immediate & emulate_mask(insn->size);
    case INSN_FROM_CL:
        return run->reg[seL4_VCPUReg_RCX];
    case INSN_FROM_REG:
    case INSN_TO_REG:
        return emulate_register(run, insn->reg, insn->size, insn->high_reg);
    default:
        return 0;
    }
}

static int execute_memory(const struct operation *o)
{
    switch (o->insn->op) {
    case INSN_PUSH:
    case INSN_POP:
        return execute_stack(o);
    case INSN_CALL:
    case INSN_JMP:
        return execute_branch(o);
    case INSN_CMPXCHG:
        return compare_exchange(o);
    case INSN_CMPXCHG8B:
        return compare_exchange_pair(o);
    case INSN_VECTOR_LOAD:
    case INSN_VECTOR_STORE:
        return emulate_vector(o->emulator, o->insn, &o->place);
    default:
        return o->insn->source == INSN_TO_REG ? execute_load(o, second_operand(o->run, o->insn))
                                              : execute_store(o, second_operand(o->run, o->insn));
    }
}

int emulator_execute(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn,
                     uint64_t address)
{
    struct operation o = {emulator, run, insn, {{0, 0}, 0}};
    int result;

    if (insn->op >= INSN_MOVS && insn->op <= INSN_OUTS)
        return emulate_string(emulator, run, insn);
    if (!insn->memory)
        return -EINVAL;
    if (!emulate_locate(emulator, run, insn, address, only_reads(insn) ? PAGING_READ : PAGING_WRITE,
                        &o.place))
        return EMULATE_EXCEPTION;
    result = execute_memory(&o);
    if (result == EMULATE_DONE) {
        if (insn->op != INSN_CALL && insn->op != INSN_JMP)
            run->rip += insn->length;
        if (emulator_mode(run) != INSN_MODE_64)
            run->rip = (uint32_t)run->rip;
    }
    return result;
}
