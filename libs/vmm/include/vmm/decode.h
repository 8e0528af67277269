/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small instruction decoder: the forms that touch memory-mapped registers, plus the few others
 * that exits need the length of. Anything else is refused, never guessed.
 * Rests on: AMD64 Architecture Programmer's Manual, volume 3, appendix A.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DECODE_MAX_BYTES 15

enum insn_op {
    INSN_NONE = 0,
    INSN_ADD, /* the eight of opcode bits 5:3, in that order */
    INSN_OR,
    INSN_ADC,
    INSN_SBB,
    INSN_AND,
    INSN_SUB,
    INSN_XOR,
    INSN_CMP,
    INSN_TEST,
    INSN_MOV,
    INSN_MOVZX,
    INSN_MOVSX,
    INSN_XCHG,
    INSN_INC,
    INSN_DEC,
    INSN_NOT,
    INSN_NEG,
    INSN_BT, /* the four of 0F BA /4 to /7, in that order */
    INSN_BTS,
    INSN_BTR,
    INSN_BTC,
    INSN_CMPXCHG,
    INSN_XADD,
    INSN_SETCC,
    INSN_CMOVCC,
    INSN_PUSH,
    INSN_POP,
    INSN_MOVS,
    INSN_STOS,
    INSN_LODS,
    INSN_CMPS,
    INSN_SCAS,
    /* From here on without a memory operand of their own. */
    INSN_INS,
    INSN_OUTS,
    INSN_IN,
    INSN_OUT,
    INSN_CPUID,
    INSN_RDMSR,
    INSN_WRMSR,
    INSN_HLT,
    INSN_HYPERCALL, /* VMCALL and VMMCALL */
    INSN_XSETBV,
    INSN_MOV_FROM_CR,
    INSN_MOV_TO_CR,
    INSN_CLTS,
    INSN_LMSW,
    INSN_INVD,
    INSN_WBINVD,
    INSN_MOV_FROM_DR,
    INSN_MOV_TO_DR,
};

/* Where the second operand of a memory form comes from. */
enum insn_source {
    INSN_FROM_NONE,
    INSN_FROM_REG, /* memory op= register */
    INSN_TO_REG,   /* register op= memory */
    INSN_FROM_IMM, /* memory op= immediate */
};

/* Segment registers by their encoding. */
enum insn_segment { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

#define INSN_NO_REG   0xff /* no base or index; INSN_BASE_RIP as base is RIP-relative */
#define INSN_BASE_RIP 0xfe

struct insn {
    uint8_t op;
    uint8_t length;
    uint8_t size;     /* operand bytes: 1, 2, 4, 8 */
    uint8_t mem_size; /* bytes touched in memory: differs from size for MOVZX and MOVSX */
    uint8_t address_size;
    uint8_t source;
    uint8_t reg;                /* register operand; condition for SETCC and CMOVCC; CR, DR */
    uint8_t base, index, scale; /* memory operand */
    uint8_t segment;
    bool memory;   /* has an explicit memory operand */
    bool high_reg; /* reg is AH, CH, DH or BH (reg holds 0 to 3) */
    bool rep, repne, lock;
    uint8_t rm; /* the register where there is no memory operand */
    int64_t displacement;
    int64_t immediate;
};

/* How the code segment makes the processor read an instruction. */
enum insn_mode { INSN_MODE_16, INSN_MODE_32, INSN_MODE_64 };

/* Returns 0, -EINVAL for what is not decoded here, -ENODATA if `bytes` ends within it. */
int decode(const uint8_t *bytes, unsigned available, enum insn_mode mode, struct insn *insn);
