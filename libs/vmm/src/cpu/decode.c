/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder (decode.h): one pass over the bytes.
 */
#include "decode_private.h"

#include <errno.h>
#include <string.h>

#define MODRM_VMMCALL 0xd9

#define CONTROL_REGISTERS 0x11du /* CR0, CR2, CR3, CR4, CR8 */
#define DEBUG_REGISTERS   0xffu

uint64_t decode_take(struct cursor *cur, unsigned size)
{
    uint64_t value = 0;

    if (size > cur->end - cur->at) {
        cur->overrun = true;
        cur->at = cur->end;
        return 0;
    }
    memcpy(&value, cur->bytes + cur->at, size);
    cur->at += size;
    return value;
}

static int64_t take_signed(struct cursor *cur, unsigned size)
{
    uint64_t value = decode_take(cur, size);
    unsigned shift = 64 - 8 * size;

    return (int64_t)(value << shift) >> shift;
}

static uint8_t take_prefixes(struct cursor *cur, enum insn_mode mode, struct prefixes *pre)
{
    memset(pre, 0, sizeof(*pre));
    pre->segment = -1;
    for (;;) {
        uint8_t byte = (uint8_t)decode_take(cur, 1);

        switch (byte) {
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
            /* In 64-bit mode these four are accepted and mean nothing. */
            pre->segment = mode == INSN_MODE_64 ? pre->segment : byte >> 3 & 3;
            break;
        case 0x64:
        case 0x65:
            pre->segment = SEG_FS + (byte & 1);
            break;
        case 0x66:
            pre->operand = true;
            break;
        case 0x67:
            pre->address = true;
            break;
        case 0xf0:
            pre->lock = true;
            break;
        case 0xf2:
            pre->repne = true;
            pre->rep = false;
            break;
        case 0xf3:
            pre->rep = true;
            pre->repne = false;
            break;
        default:
            if (mode == INSN_MODE_64 && (byte & 0xf0) == 0x40) {
                uint8_t next = cur->at < cur->end ? cur->bytes[cur->at] : 0;

                pre->rex = byte;
                /* A REX not right before the opcode is ignored: look at what follows. */
                if (next == 0x66 || next == 0x67 || (next & 0xfe) == 0xf2 || next == 0xf0 ||
                    (next & 0xfe) == 0x64 || (next & 0xe7) == 0x26 || (next & 0xf0) == 0x40)
                    pre->rex = 0;
                break;
            }
            return byte;
        }
        if (cur->overrun)
            return 0;
    }
}

static void take_memory16(struct cursor *cur, uint8_t modrm, struct insn *insn)
{
    static const uint8_t bases[8] = {3, 3, 5, 5, 6, 7, 5, 3};
    static const uint8_t indexes[8] = {6,           7,           6,           7,
                                       INSN_NO_REG, INSN_NO_REG, INSN_NO_REG, INSN_NO_REG};
    uint8_t mod = modrm >> 6, rm = modrm & 7;

    insn->base = bases[rm];
    insn->index = indexes[rm];
    if (mod == 0 && rm == 6) {
        insn->base = INSN_NO_REG;
        insn->displacement = take_signed(cur, 2);
    } else if (mod) {
        insn->displacement = take_signed(cur, mod == 1 ? 1 : 2);
    }
    if (insn->base == 5)
        insn->segment = SEG_SS;
}

static void take_memory(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre,
                        uint8_t modrm, struct insn *insn)
{
    uint8_t mod = modrm >> 6, rm = modrm & 7;
    bool no_base = false;

    if (rm == 4) {
        uint8_t sib = (uint8_t)decode_take(cur, 1);
        uint8_t index = (uint8_t)((sib >> 3 & 7) | (pre->rex & REX_X ? 8 : 0));

        insn->scale = sib >> 6;
        insn->index = index == 4 ? INSN_NO_REG : index;
        insn->base = (uint8_t)((sib & 7) | (pre->rex & REX_B ? 8 : 0));
        no_base = mod == 0 && (sib & 7) == 5;
        if (no_base)
            insn->base = INSN_NO_REG;
    } else if (mod == 0 && rm == 5) {
        insn->base = mode == INSN_MODE_64 ? INSN_BASE_RIP : INSN_NO_REG;
        no_base = true;
    } else {
        insn->base = (uint8_t)(rm | (pre->rex & REX_B ? 8 : 0));
    }
    if (mod == 1)
        insn->displacement = take_signed(cur, 1);
    else if (mod == 2 || no_base)
        insn->displacement = take_signed(cur, 4);
    if (insn->base == 4 || insn->base == 5)
        insn->segment = SEG_SS;
}

uint8_t decode_modrm(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre,
                     struct insn *insn)
{
    uint8_t modrm = (uint8_t)decode_take(cur, 1);

    insn->reg = (uint8_t)((modrm >> 3 & 7) | (pre->rex & REX_R ? 8 : 0));
    insn->rm = (uint8_t)((modrm & 7) | (pre->rex & REX_B ? 8 : 0));
    insn->memory = modrm >> 6 != 3;
    insn->segment = SEG_DS;
    if (insn->memory && insn->address_size == 2)
        take_memory16(cur, modrm, insn);
    else if (insn->memory)
        take_memory(cur, mode, pre, modrm, insn);
    if (pre->segment >= 0)
        insn->segment = (uint8_t)pre->segment;
    return modrm;
}

/* Resolve the group forms by the reg field. Returns the flags that then hold, -1 if undefined. */
static int resolve_group(uint8_t form, uint8_t modrm, struct insn *insn, uint8_t *resolved)
{
    static const uint8_t group3[8] = {INSN_TEST, INSN_TEST,      INSN_NOT, INSN_NEG,
                                      INSN_MUL,  INSN_IMUL_WIDE, INSN_DIV, INSN_IDIV};
    static const uint8_t group5[8] = {INSN_INC, INSN_DEC,  INSN_CALL, INSN_NONE,
                                      INSN_JMP, INSN_NONE, INSN_PUSH, INSN_NONE};
    uint8_t field = modrm >> 3 & 7;

    *resolved = F_RM;
    switch (form) {
    case F_GROUP1:
        insn->op = (uint8_t)(INSN_ADD + field);
        *resolved = F_RM_IMM;
        return insn->op == INSN_CMP ? 0 : LOCK;
    case F_GROUP3:
        insn->op = group3[field];
        *resolved = insn->op == INSN_TEST ? F_RM_IMM : F_RM;
        return insn->op == INSN_NOT || insn->op == INSN_NEG ? LOCK : 0;
    case F_GROUP2:
    case F_GROUP2_ONE:
    case F_GROUP2_CL:
        insn->op = (uint8_t)(INSN_ROL + field);
        *resolved = form == F_GROUP2 ? F_RM_IMM8 : form == F_GROUP2_ONE ? F_RM_ONE : F_RM_CL;
        return 0;
    case F_GROUP4:
    case F_GROUP5:
        insn->op = field < 2 || form == F_GROUP5 ? group5[field] : INSN_NONE;
        return insn->op == INSN_NONE ? -1 : field < 2 ? LOCK : D64;
    case F_GROUP9:
        return field != 1 ? -1 : 0;
    case F_GROUP8:
        insn->op = (uint8_t)(INSN_BT + field - 4);
        *resolved = F_RM_IMM8;
        return field < 4 ? -1 : field == 4 ? 0 : LOCK;
    case F_GROUP7:
        insn->op = modrm == 0xc1 || modrm == 0xd9 ? INSN_HYPERCALL
                   : modrm == 0xd1                ? INSN_XSETBV
                   : field == 6                   ? INSN_LMSW
                                                  : INSN_NONE;
        return insn->op == INSN_NONE ? -1 : 0;
    case F_MOV_IMM:
        *resolved = F_RM_IMM;
        return field ? -1 : 0;
    case F_POP:
        return field ? -1 : D64;
    default:
        *resolved = form;
        return 0;
    }
}

static bool has_modrm(uint8_t form)
{
    return form != F_NONE && form != F_ACC_MOFFS && form != F_MOFFS_ACC && form != F_STRING &&
           form != F_PORT_IMM && form != F_PORT_DX;
}

static void set_sizes(enum insn_mode mode, const struct prefixes *pre, uint8_t flags,
                      struct insn *insn)
{
    bool wide = mode != INSN_MODE_16;

    if (flags & BYTE)
        insn->size = 1;
    else if (pre->rex & REX_W)
        insn->size = 8;
    else if (flags & D64 && mode == INSN_MODE_64)
        insn->size = pre->operand ? 2 : 8;
    else
        insn->size = wide != pre->operand ? 4 : 2;
    if (insn->op == INSN_CMPXCHG8B && insn->size == 2)
        insn->size = 4;
    insn->mem_size = insn->op == INSN_CMPXCHG8B ? 2 * insn->size : insn->size;
    if (flags & (SRC8 | SRC16 | SRC32))
        insn->mem_size = flags & SRC8 ? 1 : flags & SRC16 ? 2 : 4;
}

/* AH to BH in place of SPL to DIL, where a byte register is named without REX. */
static void fix_high_register(const struct prefixes *pre, struct insn *insn)
{
    if (insn->size == 1 && !pre->rex && insn->reg >= 4 && insn->op != INSN_SETCC) {
        insn->high_reg = true;
        insn->reg -= 4;
    }
}

static void finish_operands(struct cursor *cur, const struct prefixes *pre, uint8_t form,
                            uint8_t flags, enum insn_mode mode, struct insn *insn)
{
    switch (form) {
    case F_RM_REG:
        insn->source = INSN_FROM_REG;
        fix_high_register(pre, insn);
        break;
    case F_REG_RM:
        insn->source = INSN_TO_REG;
        fix_high_register(pre, insn);
        break;
    case F_RM_IMM:
        insn->source = INSN_FROM_IMM;
        insn->immediate = take_signed(cur, flags & (IMM8 | BYTE) ? 1 : insn->size == 2 ? 2 : 4);
        break;
    case F_RM_IMM8:
        insn->source = INSN_FROM_IMM;
        insn->immediate = (int64_t)decode_take(cur, 1);
        break;
    case F_RM_ONE:
        insn->source = INSN_FROM_IMM;
        insn->immediate = 1;
        break;
    case F_RM_CL:
        insn->source = INSN_FROM_CL;
        break;
    case F_REG_RM_IMM:
        insn->source = INSN_TO_REG;
        insn->immediate = take_signed(cur, flags & IMM8 ? 1 : insn->size == 2 ? 2 : 4);
        break;
    case F_ACC_MOFFS:
    case F_MOFFS_ACC:
        insn->source = form == F_ACC_MOFFS ? INSN_TO_REG : INSN_FROM_REG;
        insn->memory = true;
        insn->reg = 0;
        insn->displacement = (int64_t)decode_take(cur, insn->address_size);
        insn->segment = pre->segment >= 0 ? (uint8_t)pre->segment : SEG_DS;
        break;
    case F_STRING:
        insn->segment = pre->segment >= 0 ? (uint8_t)pre->segment : SEG_DS;
        insn->rep = pre->rep || pre->repne;
        insn->repne = pre->repne;
        if (insn->size == 8 && (insn->op == INSN_INS || insn->op == INSN_OUTS))
            insn->size = insn->mem_size = 4;
        break;
    case F_PORT_IMM:
        insn->immediate = (int64_t)decode_take(cur, 1);
        /* fall through */
    case F_PORT_DX:
        insn->size = insn->size == 8 ? 4 : insn->size;
        insn->mem_size = insn->size;
        break;
    case F_CR:
    case F_DR:
        insn->memory = false;
        insn->size = mode == INSN_MODE_64 ? 8 : 4;
        break;
    default:
        break;
    }
}

static int decode_opcode(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre,
                         uint8_t byte, struct insn *insn)
{
    const struct opcode *code = &decode_one_byte[byte];
    uint8_t modrm = 0, form;
    unsigned map = 0;
    int more;

    if (byte == 0x0f) {
        byte = (uint8_t)decode_take(cur, 1);
        code = &decode_two_byte[byte];
        map = 1;
    }
    if (map == 1 && byte == 0x38) {
        byte = (uint8_t)decode_take(cur, 1);
        code = (byte & 0xfe) == 0xf0 ? &decode_movbe[byte & 1] : code;
        map = 2;
    }
    if (cur->overrun)
        return -ENODATA;
    if (code->form == F_NONE && code->op == INSN_NONE)
        return map ? decode_vector(cur, mode, pre, map, byte, insn)
                   : decode_vex(cur, mode, pre, byte, insn);
    if ((code->flags & ONLY64) && (mode != INSN_MODE_64 || (pre->operand && !(pre->rex & REX_W))))
        return -EINVAL; /* with a 16-bit result, processors disagree about MOVSXD */
    if (code == &decode_one_byte[0x82] && mode == INSN_MODE_64)
        return -EINVAL;
    insn->op = code->op;
    form = code->form;
    more = 0;
    if (has_modrm(form)) {
        if (form == F_CR || form == F_DR) {
            uint32_t there_are = form == F_CR ? CONTROL_REGISTERS : DEBUG_REGISTERS;

            /* The mod field is ignored here: always a register. */
            modrm = (uint8_t)decode_take(cur, 1);
            insn->reg = (uint8_t)((modrm >> 3 & 7) | (pre->rex & REX_R ? 8 : 0));
            insn->rm = (uint8_t)((modrm & 7) | (pre->rex & REX_B ? 8 : 0));
            if (!(there_are >> insn->reg & 1))
                return -EINVAL;
        } else {
            modrm = decode_modrm(cur, mode, pre, insn);
        }
        if (cur->overrun)
            return -ENODATA;
        more = resolve_group(form, modrm, insn, &form);
        if (more < 0)
            return -EINVAL;
    }
    if ((insn->op == INSN_CALL || insn->op == INSN_JMP) && mode == INSN_MODE_64 && pre->operand)
        return -EINVAL; /* processors disagree about 16 bits here, too */
    set_sizes(mode, pre, (uint8_t)(code->flags | more), insn);
    finish_operands(cur, pre, form, code->flags, mode, insn);
    if (cur->overrun)
        return -ENODATA;
    if (insn->op == INSN_SETCC || insn->op == INSN_CMOVCC)
        insn->immediate = byte & 15;
    if (code == &decode_two_byte[0xc3] && insn->size == 2)
        insn->size = insn->mem_size = 4; /* MOVNTI knows no words */
    if ((insn->op == INSN_BSF || insn->op == INSN_BSR) && pre->rep)
        insn->op = insn->op == INSN_BSF ? INSN_TZCNT : INSN_LZCNT;
    insn->lock = pre->lock;
    if (pre->lock && !(((code->flags | more) & LOCK) && insn->memory))
        return -EINVAL; /* the processor raises #UD */
    return 0;
}

/* Forms that a prefix turns into something else, and register-only or memory-only ones. */
static bool is_other_instruction(const struct cursor *cur, const struct prefixes *pre,
                                 const struct insn *insn, uint8_t first)
{
    uint8_t second = first == 0x0f && cur->at > 1 ? 1 : 0;

    if (second && insn->op == INSN_MOV && (!insn->memory || pre->operand || pre->rep || pre->repne))
        return true; /* MOVNTI needs memory, and no mandatory prefix */
    if (insn->op == INSN_MOVBE && (!insn->memory || pre->rep || pre->repne))
        return true; /* CRC32 */
    if (insn->op == INSN_CMPXCHG8B && !insn->memory)
        return true; /* RDRAND */
    if (insn->op == INSN_POPCNT && !pre->rep)
        return true; /* Itanium's JMPE */
    if (insn->op != INSN_HYPERCALL && insn->op != INSN_XSETBV)
        return false;
    /* VMGEXIT and others share these; an operand size means nothing to AMD's call only. */
    return pre->rep || pre->repne || (pre->operand && cur->bytes[cur->at - 1] != MODRM_VMMCALL);
}

int decode(const uint8_t *bytes, unsigned available, enum insn_mode mode, struct insn *insn)
{
    struct cursor cur = {bytes, 0, MIN(available, (unsigned)DECODE_MAX_BYTES), false};
    struct prefixes pre;
    uint8_t byte;
    int error;

    memset(insn, 0, sizeof(*insn));
    insn->base = insn->index = INSN_NO_REG;
    byte = take_prefixes(&cur, mode, &pre);
    if (cur.overrun)
        return available < DECODE_MAX_BYTES ? -ENODATA : -EINVAL;
    if (mode == INSN_MODE_64)
        insn->address_size = pre.address ? 4 : 8;
    else
        insn->address_size = (mode == INSN_MODE_32) != pre.address ? 4 : 2;
    error = decode_opcode(&cur, mode, &pre, byte, insn);
    if (error)
        return error == -ENODATA && available >= DECODE_MAX_BYTES ? -EINVAL : error;
    if (is_other_instruction(&cur, &pre, insn, byte))
        return -EINVAL;
    insn->length = (uint8_t)cur.at;
    return 0;
}
