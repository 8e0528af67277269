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
    INSN_ROL, /* the eight of group 2, in that order */
    INSN_ROR,
    INSN_RCL,
    INSN_RCR,
    INSN_SHL,
    INSN_SHR,
    INSN_SAL,
    INSN_SAR,
    INSN_MUL, /* of the accumulator, to twice its size: F6 and F7 /4 to /7, in that order */
    INSN_IMUL_WIDE,
    INSN_DIV,
    INSN_IDIV,
    INSN_IMUL,     /* register *= memory */
    INSN_IMUL_IMM, /* register = memory * immediate */
    INSN_MOVBE,
    INSN_POPCNT,
    INSN_BSF,
    INSN_BSR,
    INSN_TZCNT,
    INSN_LZCNT,
    INSN_CMPXCHG,
    INSN_CMPXCHG8B, /* 16B with operands of 8 bytes */
    INSN_XADD,
    INSN_SETCC,
    INSN_CMOVCC,
    INSN_PUSH,
    INSN_POP,
    INSN_CALL, /* near, through memory */
    INSN_JMP,
    INSN_VECTOR_LOAD, /* of SSE and AVX: registers that move, no arithmetic */
    INSN_VECTOR_STORE,
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
    INSN_FROM_CL,
};

/* Segment registers by their encoding. */
enum insn_segment { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

#define INSN_NO_REG   0xff /* no base or index; INSN_BASE_RIP as base is RIP-relative */
#define INSN_BASE_RIP 0xfe

struct insn {
    uint8_t op;
    uint8_t length;
    uint8_t size;     /* operand bytes: 1, 2, 4, 8; of vectors 16, 32 */
    uint8_t mem_size; /* bytes touched in memory: differs for MOVZX, MOVSX, CMPXCHG8B, vectors */
    uint8_t address_size;
    uint8_t source;
    uint8_t reg;                /* register operand; condition for SETCC and CMOVCC; CR, DR */
    uint8_t base, index, scale; /* memory operand */
    uint8_t segment;
    bool memory;   /* has an explicit memory operand */
    bool high_reg; /* reg is AH, CH, DH or BH (reg holds 0 to 3) */
    bool rep, repne, lock;
    /* Vectors: */
    bool aligned;  /* the operand must be */
    bool vex;      /* what is above the register's `size` bytes becomes zero */
    bool merge;    /* what is not loaded comes from register `other`, instead of being zero */
    uint8_t other; /* without VEX, `reg` itself */
    uint8_t part;  /* the byte of the register that memory's first byte is */
    uint8_t rm;    /* the register where there is no memory operand */
    int64_t displacement;
    int64_t immediate;
};

/* How the code segment makes the processor read an instruction. */
enum insn_mode { INSN_MODE_16, INSN_MODE_32, INSN_MODE_64 };

/* Returns 0, -EINVAL for what is not decoded here, -ENODATA if `bytes` ends within it. */
int decode(const uint8_t *bytes, unsigned available, enum insn_mode mode, struct insn *insn);
