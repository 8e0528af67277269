/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared between the parts of the decoder: decode.c (the bytes), decode_tables.c (integer opcodes),
 * decode_vector.c (vector registers).
 */
#pragma once

#include <vmm/decode.h>
#include <base/bits.h>

enum form {
    F_NONE,    /* no operands worth describing */
    F_RM_REG,  /* r/m, reg */
    F_REG_RM,  /* reg, r/m */
    F_RM_IMM,  /* r/m, immediate of the operand's size (32 bits at most) */
    F_RM_IMM8, /* r/m, byte */
    F_RM_ONE,  /* r/m, 1 */
    F_RM_CL,   /* r/m, CL */
    F_REG_RM_IMM,
    F_RM, /* r/m alone */
    F_ACC_MOFFS,
    F_MOFFS_ACC,
    F_STRING,
    F_PORT_IMM,
    F_PORT_DX,
    F_GROUP1,     /* op from the reg field: ADD … CMP */
    F_GROUP2,     /* C0, C1 */
    F_GROUP2_ONE, /* D0, D1 */
    F_GROUP2_CL,  /* D2, D3 */
    F_GROUP3,     /* F6, F7 */
    F_GROUP4,     /* FE */
    F_GROUP5,     /* FF */
    F_GROUP7,     /* 0F 01 */
    F_GROUP8,     /* 0F BA */
    F_GROUP9,     /* 0F C7 */
    F_MOV_IMM,    /* C6, C7 /0 */
    F_POP,        /* 8F /0 */
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

struct opcode {
    uint8_t op, form, flags;
};

extern const struct opcode decode_one_byte[256], decode_two_byte[256];
/* 0F 38 F0 and F1. */
extern const struct opcode decode_movbe[2];

/* The bytes that are left. */
struct cursor {
    const uint8_t *bytes;
    unsigned at, end;
    bool overrun;
};

struct prefixes {
    bool operand, address, rep, repne, lock;
    int segment; /* -1 = none */
    uint8_t rex;
};

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

/* Little-endian; 0 with `overrun` set where the bytes end. */
uint64_t decode_take(struct cursor *cur, unsigned size);
/* ModRM and what belongs to it. Returns the byte. */
uint8_t decode_modrm(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre,
                     struct insn *insn);

/* Both return 0, -EINVAL, -ENODATA. Opcode `byte` of map 1 (0F) or 2 (0F 38): */
int decode_vector(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre, unsigned map,
                  uint8_t byte, struct insn *insn);
/* After the byte C4 or C5, which is `first`. */
int decode_vex(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre, uint8_t first,
               struct insn *insn);
