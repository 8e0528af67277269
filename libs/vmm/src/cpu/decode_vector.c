/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads and stores of vector registers, as compilers use them to copy: SSE and AVX without
 * arithmetic, without MMX and AVX-512.
 * Rests on: APM volume 4, chapter 1.2 (VEX) and the instructions' pages.
 */
#include "decode_private.h"

#include <errno.h>
#include <stddef.h>

#define WHOLE 0 /* as many bytes as the register has */
#define GPR   1 /* as a general register: 4 bytes, or 8 with REX.W */

#define ALIGNED 0x01
#define MERGE   0x02
#define UPPER   0x04 /* bytes 15:8 of the register */
#define SCALAR  0x08 /* VEX.L is ignored */

enum mandatory { P_NONE, P_66, P_F3, P_F2 };

static const struct vector_form {
    uint8_t map, opcode, prefix, op, bytes, flags;
} forms[] = {
    {1, 0x10, P_NONE, INSN_VECTOR_LOAD, WHOLE, 0}, /* MOVUPS, MOVUPD */
    {1, 0x10, P_66, INSN_VECTOR_LOAD, WHOLE, 0},
    {1, 0x10, P_F3, INSN_VECTOR_LOAD, 4, SCALAR}, /* MOVSS, MOVSD */
    {1, 0x10, P_F2, INSN_VECTOR_LOAD, 8, SCALAR},
    {1, 0x11, P_NONE, INSN_VECTOR_STORE, WHOLE, 0},
    {1, 0x11, P_66, INSN_VECTOR_STORE, WHOLE, 0},
    {1, 0x11, P_F3, INSN_VECTOR_STORE, 4, SCALAR},
    {1, 0x11, P_F2, INSN_VECTOR_STORE, 8, SCALAR},
    {1, 0x12, P_NONE, INSN_VECTOR_LOAD, 8, MERGE}, /* MOVLPS, MOVLPD */
    {1, 0x12, P_66, INSN_VECTOR_LOAD, 8, MERGE},
    {1, 0x13, P_NONE, INSN_VECTOR_STORE, 8, 0},
    {1, 0x13, P_66, INSN_VECTOR_STORE, 8, 0},
    {1, 0x16, P_NONE, INSN_VECTOR_LOAD, 8, MERGE | UPPER}, /* MOVHPS, MOVHPD */
    {1, 0x16, P_66, INSN_VECTOR_LOAD, 8, MERGE | UPPER},
    {1, 0x17, P_NONE, INSN_VECTOR_STORE, 8, UPPER},
    {1, 0x17, P_66, INSN_VECTOR_STORE, 8, UPPER},
    {1, 0x28, P_NONE, INSN_VECTOR_LOAD, WHOLE, ALIGNED}, /* MOVAPS, MOVAPD */
    {1, 0x28, P_66, INSN_VECTOR_LOAD, WHOLE, ALIGNED},
    {1, 0x29, P_NONE, INSN_VECTOR_STORE, WHOLE, ALIGNED},
    {1, 0x29, P_66, INSN_VECTOR_STORE, WHOLE, ALIGNED},
    {1, 0x2b, P_NONE, INSN_VECTOR_STORE, WHOLE, ALIGNED}, /* MOVNTPS, MOVNTPD */
    {1, 0x2b, P_66, INSN_VECTOR_STORE, WHOLE, ALIGNED},
    {1, 0x6e, P_66, INSN_VECTOR_LOAD, GPR, 0},         /* MOVD, MOVQ */
    {1, 0x6f, P_66, INSN_VECTOR_LOAD, WHOLE, ALIGNED}, /* MOVDQA, MOVDQU */
    {1, 0x6f, P_F3, INSN_VECTOR_LOAD, WHOLE, 0},
    {1, 0x7e, P_66, INSN_VECTOR_STORE, GPR, 0},
    {1, 0x7e, P_F3, INSN_VECTOR_LOAD, 8, 0},
    {1, 0x7f, P_66, INSN_VECTOR_STORE, WHOLE, ALIGNED},
    {1, 0x7f, P_F3, INSN_VECTOR_STORE, WHOLE, 0},
    {1, 0xd6, P_66, INSN_VECTOR_STORE, 8, 0},
    {1, 0xe7, P_66, INSN_VECTOR_STORE, WHOLE, ALIGNED}, /* MOVNTDQ */
    {1, 0xf0, P_F2, INSN_VECTOR_LOAD, WHOLE, 0},        /* LDDQU */
    {2, 0x2a, P_66, INSN_VECTOR_LOAD, WHOLE, ALIGNED},  /* MOVNTDQA */
};

static const struct vector_form *find_form(unsigned map, uint8_t opcode, unsigned prefix)
{
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++)
        if (forms[i].opcode == opcode && forms[i].map == map && forms[i].prefix == prefix)
            return &forms[i];
    return NULL;
}

/* ModRM and memory of `form`; the caller knows about VEX. */
static int take_operands(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre,
                         const struct vector_form *form, unsigned size, struct insn *insn)
{
    decode_modrm(cur, mode, pre, insn);
    if (cur->overrun)
        return -ENODATA;
    if (!insn->memory)
        return -EINVAL;
    insn->op = form->op;
    insn->source = form->op == INSN_VECTOR_LOAD ? INSN_TO_REG : INSN_FROM_REG;
    insn->size = (uint8_t)size;
    insn->mem_size = form->bytes;
    if (form->bytes == WHOLE)
        insn->mem_size = insn->size;
    else if (form->bytes == GPR)
        insn->mem_size = pre->rex & REX_W && mode == INSN_MODE_64 ? 8 : 4;
    insn->aligned = form->flags & ALIGNED;
    insn->merge = form->flags & MERGE;
    insn->part = form->flags & UPPER ? 8 : 0;
    return 0;
}

int decode_vector(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre, unsigned map,
                  uint8_t byte, struct insn *insn)
{
    unsigned prefix = pre->repne ? P_F2 : pre->rep ? P_F3 : pre->operand ? P_66 : P_NONE;
    const struct vector_form *form = find_form(map, byte, prefix);
    int error;

    if (!form || pre->lock)
        return -EINVAL;
    error = take_operands(cur, mode, pre, form, 16, insn);
    insn->other = insn->reg;
    return error;
}

int decode_vex(struct cursor *cur, enum insn_mode mode, const struct prefixes *pre, uint8_t first,
               struct insn *insn)
{
    struct prefixes vex = *pre;
    uint8_t high, low, opcode;
    const struct vector_form *form;
    bool wide;
    int error;

    if ((first & 0xfe) != 0xc4)
        return -EINVAL;
    high = (uint8_t)decode_take(cur, 1);
    low = first == 0xc4 ? (uint8_t)decode_take(cur, 1) : high & 0x7f;
    opcode = (uint8_t)decode_take(cur, 1);
    if (cur->overrun)
        return -ENODATA;
    if (mode != INSN_MODE_64 && high < 0xc0)
        return -EINVAL; /* LES or LDS */
    if (pre->rex || pre->operand || pre->rep || pre->repne || pre->lock)
        return -EINVAL;
    vex.rex = (uint8_t)(0x40 | (high & 0x80 ? 0 : REX_R) | (low & 0x80 ? REX_W : 0));
    if (first == 0xc4 && mode == INSN_MODE_64)
        vex.rex |= (uint8_t)((high & 0x40 ? 0 : REX_X) | (high & 0x20 ? 0 : REX_B));
    wide = low & 4;
    form = find_form(first == 0xc4 ? high & 31 : 1, opcode, low & 3);
    if (!form || (wide && form->bytes != WHOLE && !(form->flags & SCALAR)))
        return -EINVAL;
    error = take_operands(cur, mode, &vex, form, wide && form->bytes == WHOLE ? 32 : 16, insn);
    if (error)
        return error;
    insn->vex = true;
    insn->other = (uint8_t)(~low >> 3 & 15);
    if (insn->other && !insn->merge)
        return -EINVAL; /* an operand that it has not */
    if (mode != INSN_MODE_64)
        insn->other &= 7;
    return 0;
}
