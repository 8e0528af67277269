/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder (decode.h): two opcode tables and one pass over the bytes.
 */
#include <vmm/decode.h>
#include <base/bits.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum form {
    F_NONE,    /* no operands worth describing */
    F_RM_REG,  /* r/m, reg */
    F_REG_RM,  /* reg, r/m */
    F_RM_IMM,  /* r/m, immediate of the operand's size (32 bits at most) */
    F_RM_IMM8, /* r/m, sign-extended byte */
    F_RM,      /* r/m alone */
    F_ACC_MOFFS,
    F_MOFFS_ACC,
    F_STRING,
    F_PORT_IMM,
    F_PORT_DX,
    F_GROUP1,  /* op from the reg field: ADD … CMP */
    F_GROUP3,  /* F6, F7 */
    F_GROUP4,  /* FE */
    F_GROUP5,  /* FF */
    F_GROUP8,  /* 0F BA */
    F_GROUP9,  /* 0F 01 */
    F_MOV_IMM, /* C6, C7 /0 */
    F_POP,     /* 8F /0 */
    F_CR,
    F_DR,
};

#define BYTE   0x01 /* operand is a byte whatever the prefixes say */
#define IMM8   0x02 /* the immediate is a byte, sign extended */
#define SRC8   0x04 /* memory side is a byte */
#define SRC16  0x08 /* memory side is a word */
#define LOCK   0x10 /* takes a LOCK prefix when it writes memory */
#define D64    0x20 /* 64-bit operands by default in 64-bit mode */
#define SRC32  0x40 /* memory side is a doubleword */
#define ONLY64 0x80

#define CONTROL_REGISTERS 0x11du /* CR0, CR2, CR3, CR4, CR8 */
#define DEBUG_REGISTERS   0xffu

struct opcode {
    uint8_t op, form, flags;
};

#define ALU(base, op, lock)                                                                        \
    [base] = {op, F_RM_REG, BYTE | (lock)}, [(base) + 1] = {op, F_RM_REG, lock},                   \
    [(base) + 2] = {op, F_REG_RM, BYTE}, [(base) + 3] = {op, F_REG_RM, 0}

static const struct opcode one_byte[256] = {
    ALU(0x00, INSN_ADD, LOCK),
    ALU(0x08, INSN_OR, LOCK),
    ALU(0x10, INSN_ADC, LOCK),
    ALU(0x18, INSN_SBB, LOCK),
    ALU(0x20, INSN_AND, LOCK),
    ALU(0x28, INSN_SUB, LOCK),
    ALU(0x30, INSN_XOR, LOCK),
    ALU(0x38, INSN_CMP, 0),
    [0x63] = {INSN_MOVSX, F_REG_RM, SRC32 | ONLY64},
    [0x6c] = {INSN_INS, F_STRING, BYTE},
    [0x6d] = {INSN_INS, F_STRING, 0},
    [0x6e] = {INSN_OUTS, F_STRING, BYTE},
    [0x6f] = {INSN_OUTS, F_STRING, 0},
    [0x80] = {0, F_GROUP1, BYTE | IMM8},
    [0x81] = {0, F_GROUP1, 0},
    [0x82] = {0, F_GROUP1, BYTE | IMM8}, /* 0x80 again, but not in 64-bit mode */
    [0x83] = {0, F_GROUP1, IMM8},
    [0x84] = {INSN_TEST, F_RM_REG, BYTE},
    [0x85] = {INSN_TEST, F_RM_REG, 0},
    [0x86] = {INSN_XCHG, F_RM_REG, BYTE | LOCK},
    [0x87] = {INSN_XCHG, F_RM_REG, LOCK},
    [0x88] = {INSN_MOV, F_RM_REG, BYTE},
    [0x89] = {INSN_MOV, F_RM_REG, 0},
    [0x8a] = {INSN_MOV, F_REG_RM, BYTE},
    [0x8b] = {INSN_MOV, F_REG_RM, 0},
    [0x8f] = {INSN_POP, F_POP, D64},
    [0xa0] = {INSN_MOV, F_ACC_MOFFS, BYTE},
    [0xa1] = {INSN_MOV, F_ACC_MOFFS, 0},
    [0xa2] = {INSN_MOV, F_MOFFS_ACC, BYTE},
    [0xa3] = {INSN_MOV, F_MOFFS_ACC, 0},
    [0xa4] = {INSN_MOVS, F_STRING, BYTE},
    [0xa5] = {INSN_MOVS, F_STRING, 0},
    [0xa6] = {INSN_CMPS, F_STRING, BYTE},
    [0xa7] = {INSN_CMPS, F_STRING, 0},
    [0xaa] = {INSN_STOS, F_STRING, BYTE},
    [0xab] = {INSN_STOS, F_STRING, 0},
    [0xac] = {INSN_LODS, F_STRING, BYTE},
    [0xad] = {INSN_LODS, F_STRING, 0},
    [0xae] = {INSN_SCAS, F_STRING, BYTE},
    [0xaf] = {INSN_SCAS, F_STRING, 0},
    [0xc6] = {INSN_MOV, F_MOV_IMM, BYTE | IMM8},
    [0xc7] = {INSN_MOV, F_MOV_IMM, 0},
    [0xe4] = {INSN_IN, F_PORT_IMM, BYTE},
    [0xe5] = {INSN_IN, F_PORT_IMM, 0},
    [0xe6] = {INSN_OUT, F_PORT_IMM, BYTE},
    [0xe7] = {INSN_OUT, F_PORT_IMM, 0},
    [0xec] = {INSN_IN, F_PORT_DX, BYTE},
    [0xed] = {INSN_IN, F_PORT_DX, 0},
    [0xee] = {INSN_OUT, F_PORT_DX, BYTE},
    [0xef] = {INSN_OUT, F_PORT_DX, 0},
    [0xf4] = {INSN_HLT, F_NONE, 0},
    [0xf6] = {0, F_GROUP3, BYTE},
    [0xf7] = {0, F_GROUP3, 0},
    [0xfe] = {0, F_GROUP4, BYTE},
    [0xff] = {0, F_GROUP5, 0},
};

static const struct opcode two_byte[256] = {
    [0x01] = {0, F_GROUP9, 0},
    [0x06] = {INSN_CLTS, F_NONE, 0},
    [0x08] = {INSN_INVD, F_NONE, 0},
    [0x09] = {INSN_WBINVD, F_NONE, 0},
    [0x20] = {INSN_MOV_FROM_CR, F_CR, 0},
    [0x21] = {INSN_MOV_FROM_DR, F_DR, 0},
    [0x22] = {INSN_MOV_TO_CR, F_CR, 0},
    [0x23] = {INSN_MOV_TO_DR, F_DR, 0},
    [0x30] = {INSN_WRMSR, F_NONE, 0},
    [0x32] = {INSN_RDMSR, F_NONE, 0},
    [0x40 ... 0x4f] = {INSN_CMOVCC, F_REG_RM, 0},
    [0x90 ... 0x9f] = {INSN_SETCC, F_RM, BYTE},
    [0xa2] = {INSN_CPUID, F_NONE, 0},
    [0xa3] = {INSN_BT, F_RM_REG, 0},
    [0xab] = {INSN_BTS, F_RM_REG, LOCK},
    [0xb0] = {INSN_CMPXCHG, F_RM_REG, BYTE | LOCK},
    [0xb1] = {INSN_CMPXCHG, F_RM_REG, LOCK},
    [0xb3] = {INSN_BTR, F_RM_REG, LOCK},
    [0xb6] = {INSN_MOVZX, F_REG_RM, SRC8},
    [0xb7] = {INSN_MOVZX, F_REG_RM, SRC16},
    [0xba] = {0, F_GROUP8, 0},
    [0xbb] = {INSN_BTC, F_RM_REG, LOCK},
    [0xbe] = {INSN_MOVSX, F_REG_RM, SRC8},
    [0xbf] = {INSN_MOVSX, F_REG_RM, SRC16},
    [0xc0] = {INSN_XADD, F_RM_REG, BYTE | LOCK},
    [0xc1] = {INSN_XADD, F_RM_REG, LOCK},
    [0xc3] = {INSN_MOV, F_RM_REG, 0}, /* MOVNTI */
};

/* MOVBE would need 0F 38; compilers of kernels for "any x86-64" do not emit it. */

struct cursor {
    const uint8_t *bytes;
    unsigned at, end;
    bool overrun;
};

static uint64_t take(struct cursor *cur, unsigned size)
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
    uint64_t value = take(cur, size);
    unsigned shift = 64 - 8 * size;

    return (int64_t)(value << shift) >> shift;
}

struct prefixes {
    bool operand, address, rep, repne, lock;
    int segment; /* -1 = none */
    uint8_t rex;
};

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

static uint8_t take_prefixes(struct cursor *cur, enum insn_mode mode, struct prefixes *pre)
{
    memset(pre, 0, sizeof(*pre));
    pre->segment = -1;
    for (;;) {
        uint8_t byte = (uint8_t)take(cur, 1);

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
        uint8_t sib = (uint8_t)take(cur, 1);
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

static uint8_t take_modrm(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre,
                          struct insn *insn)
{
    uint8_t modrm = (uint8_t)take(cur, 1);

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
    static const uint8_t group3[8] = {INSN_TEST, INSN_TEST, INSN_NOT, INSN_NEG};
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
        return insn->op == INSN_NONE ? -1 : insn->op == INSN_TEST ? 0 : LOCK;
    case F_GROUP4:
    case F_GROUP5:
        if (field == 6 && form == F_GROUP5) {
            insn->op = INSN_PUSH;
            return D64;
        }
        insn->op = field ? INSN_DEC : INSN_INC;
        return field < 2 ? LOCK : -1;
    case F_GROUP8:
        insn->op = (uint8_t)(INSN_BT + field - 4);
        *resolved = F_RM_IMM8;
        return field < 4 ? -1 : field == 4 ? 0 : LOCK;
    case F_GROUP9:
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
    insn->mem_size = insn->size;
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
        insn->immediate = (int64_t)take(cur, 1);
        break;
    case F_ACC_MOFFS:
    case F_MOFFS_ACC:
        insn->source = form == F_ACC_MOFFS ? INSN_TO_REG : INSN_FROM_REG;
        insn->memory = true;
        insn->reg = 0;
        insn->displacement = (int64_t)take(cur, insn->address_size);
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
        insn->immediate = (int64_t)take(cur, 1);
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
    const struct opcode *code = &one_byte[byte];
    uint8_t modrm = 0, form;
    int more;

    if (byte == 0x0f) {
        byte = (uint8_t)take(cur, 1);
        code = &two_byte[byte];
    }
    if (cur->overrun)
        return -ENODATA;
    if (code->form == F_NONE && code->op == INSN_NONE)
        return -EINVAL;
    if ((code->flags & ONLY64) && (mode != INSN_MODE_64 || (pre->operand && !(pre->rex & REX_W))))
        return -EINVAL; /* with a 16-bit result, processors disagree about MOVSXD */
    if (code == &one_byte[0x82] && mode == INSN_MODE_64)
        return -EINVAL;
    insn->op = code->op;
    form = code->form;
    more = 0;
    if (has_modrm(form)) {
        if (form == F_CR || form == F_DR) {
            uint32_t there_are = form == F_CR ? CONTROL_REGISTERS : DEBUG_REGISTERS;

            /* The mod field is ignored here: always a register. */
            modrm = (uint8_t)take(cur, 1);
            insn->reg = (uint8_t)((modrm >> 3 & 7) | (pre->rex & REX_R ? 8 : 0));
            insn->rm = (uint8_t)((modrm & 7) | (pre->rex & REX_B ? 8 : 0));
            if (!(there_are >> insn->reg & 1))
                return -EINVAL;
        } else {
            modrm = take_modrm(cur, mode, pre, insn);
        }
        if (cur->overrun)
            return -ENODATA;
        more = resolve_group(form, modrm, insn, &form);
        if (more < 0)
            return -EINVAL;
    }
    set_sizes(mode, pre, (uint8_t)(code->flags | more), insn);
    finish_operands(cur, pre, form, code->flags, mode, insn);
    if (cur->overrun)
        return -ENODATA;
    if (insn->op == INSN_SETCC || insn->op == INSN_CMOVCC)
        insn->immediate = byte & 15;
    if (code == &two_byte[0xc3] && insn->size == 2)
        insn->size = insn->mem_size = 4; /* MOVNTI knows no words */
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
    if (insn->op == INSN_WBINVD && pre->rep)
        return true; /* WBNOINVD */
    if ((insn->op == INSN_HYPERCALL || insn->op == INSN_XSETBV) &&
        (pre->rep || pre->repne || pre->operand))
        return true; /* VMGEXIT and others share these */
    return false;
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
