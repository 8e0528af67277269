/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoder against two oracles: every opcode, ModRM and prefix that matters against Zydis, with
 * operands; random bytes against Zydis both ways; lengths of all that is accepted against Capstone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <vmm/decode.h>
#include <base/bits.h>

#include <Zydis/Zydis.h>
#include <capstone/capstone.h>

struct oracle {
    ZydisDecoder zydis;
    csh capstone;
    cs_insn *scratch;
    enum insn_mode mode;
};

static struct oracle oracles[3];
static unsigned long accepted;

static void describe(const uint8_t *bytes, enum insn_mode mode, const char *what)
{
    printf("mode %d, bytes", mode == INSN_MODE_16 ? 16 : mode == INSN_MODE_32 ? 32 : 64);
    for (int i = 0; i < DECODE_MAX_BYTES; i++)
        printf(" %02x", bytes[i]);
    printf(": %s\n", what);
}

/* Our operation for a mnemonic; INSN_NONE for all that we do not decode. */
static enum insn_op op_of(ZydisMnemonic mnemonic)
{
    switch (mnemonic) {
#define SAME(name)                                                                                 \
    case ZYDIS_MNEMONIC_##name:                                                                    \
        return INSN_##name
        SAME(ADD);
        SAME(OR);
        SAME(ADC);
        SAME(SBB);
        SAME(AND);
        SAME(SUB);
        SAME(XOR);
        SAME(CMP);
        SAME(TEST);
        SAME(MOV);
        SAME(MOVZX);
        SAME(MOVSX);
        SAME(XCHG);
        SAME(INC);
        SAME(DEC);
        SAME(NOT);
        SAME(NEG);
        SAME(BT);
        SAME(BTS);
        SAME(BTR);
        SAME(BTC);
        SAME(CMPXCHG);
        SAME(XADD);
        SAME(ROL);
        SAME(ROR);
        SAME(RCL);
        SAME(RCR);
        SAME(SHL);
        SAME(SHR);
        SAME(SAR);
        SAME(MUL);
        SAME(DIV);
        SAME(IDIV);
        SAME(IMUL);
        SAME(MOVBE);
        SAME(CMPXCHG8B);
        SAME(CALL);
        SAME(JMP);
        SAME(PUSH);
        SAME(POP);
        SAME(POPCNT);
        SAME(BSF);
        SAME(BSR);
        SAME(TZCNT);
        SAME(LZCNT);
#undef SAME
    case ZYDIS_MNEMONIC_MOVNTI:
        return INSN_MOV;
    case ZYDIS_MNEMONIC_CMPXCHG16B:
        return INSN_CMPXCHG8B;
    case ZYDIS_MNEMONIC_MOVSXD:
        return INSN_MOVSX;
    case ZYDIS_MNEMONIC_SETB ... ZYDIS_MNEMONIC_SETZ:
        return mnemonic == ZYDIS_MNEMONIC_SETSSBSY ? INSN_NONE : INSN_SETCC;
    case ZYDIS_MNEMONIC_CMOVB ... ZYDIS_MNEMONIC_CMOVZ:
        return INSN_CMOVCC;
    default:
        return INSN_NONE;
    }
}

/* Loads and stores of vector registers: which of the two, the operands tell. */
static bool moves_vector(ZydisMnemonic mnemonic)
{
    switch (mnemonic) {
#define BOTH(name)                                                                                 \
    case ZYDIS_MNEMONIC_##name:                                                                    \
    case ZYDIS_MNEMONIC_V##name
        BOTH(MOVUPS)
            : BOTH(MOVUPD)
            : BOTH(MOVAPS)
            : BOTH(MOVAPD)
            : BOTH(MOVDQU)
            : BOTH(MOVDQA)
            : BOTH(MOVSS)
            : BOTH(MOVSD)
            : BOTH(MOVLPS)
            : BOTH(MOVLPD)
            : BOTH(MOVHPS)
            : BOTH(MOVHPD)
            : BOTH(MOVNTPS)
            : BOTH(MOVNTPD)
            : BOTH(MOVNTDQ) : BOTH(MOVNTDQA) : BOTH(MOVD) : BOTH(MOVQ) : BOTH(LDDQU) : return true;
#undef BOTH
    default:
        return false;
    }
}

/* What we decode without an explicit memory operand. */
static enum insn_op other_op_of(ZydisMnemonic mnemonic)
{
    switch (mnemonic) {
    case ZYDIS_MNEMONIC_MOVSB ... ZYDIS_MNEMONIC_MOVSW:
        return INSN_MOVS;
    case ZYDIS_MNEMONIC_STOSB ... ZYDIS_MNEMONIC_STOSW:
        return INSN_STOS;
    case ZYDIS_MNEMONIC_LODSB ... ZYDIS_MNEMONIC_LODSW:
        return INSN_LODS;
    case ZYDIS_MNEMONIC_CMPSB ... ZYDIS_MNEMONIC_CMPSW:
        return INSN_CMPS;
    case ZYDIS_MNEMONIC_SCASB ... ZYDIS_MNEMONIC_SCASW:
        return INSN_SCAS;
    case ZYDIS_MNEMONIC_INSB ... ZYDIS_MNEMONIC_INSW:
        return INSN_INS;
    case ZYDIS_MNEMONIC_OUTSB ... ZYDIS_MNEMONIC_OUTSW:
        return INSN_OUTS;
    case ZYDIS_MNEMONIC_IN:
        return INSN_IN;
    case ZYDIS_MNEMONIC_OUT:
        return INSN_OUT;
    case ZYDIS_MNEMONIC_CPUID:
        return INSN_CPUID;
    case ZYDIS_MNEMONIC_RDMSR:
        return INSN_RDMSR;
    case ZYDIS_MNEMONIC_WRMSR:
        return INSN_WRMSR;
    case ZYDIS_MNEMONIC_HLT:
        return INSN_HLT;
    case ZYDIS_MNEMONIC_VMCALL:
    case ZYDIS_MNEMONIC_VMMCALL:
        return INSN_HYPERCALL;
    case ZYDIS_MNEMONIC_XSETBV:
        return INSN_XSETBV;
    case ZYDIS_MNEMONIC_CLTS:
        return INSN_CLTS;
    case ZYDIS_MNEMONIC_LMSW:
        return INSN_LMSW;
    case ZYDIS_MNEMONIC_INVD:
        return INSN_INVD;
    case ZYDIS_MNEMONIC_WBINVD:
        return INSN_WBINVD;
    default:
        return INSN_NONE;
    }
}

static unsigned register_number(ZydisRegister reg)
{
    if (reg == ZYDIS_REGISTER_NONE)
        return INSN_NO_REG;
    if (reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP)
        return INSN_BASE_RIP;
    return (unsigned)ZydisRegisterGetId(reg);
}

static unsigned segment_number(ZydisRegister reg)
{
    return (unsigned)(reg - ZYDIS_REGISTER_ES);
}

static const ZydisDecodedOperand *explicit_memory(const ZydisDecodedInstruction *z,
                                                  const ZydisDecodedOperand *operands)
{
    for (int i = 0; i < z->operand_count_visible; i++)
        if (operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
            operands[i].mem.type == ZYDIS_MEMOP_TYPE_MEM)
            return &operands[i];
    return NULL;
}

static const char *compare_memory(const struct insn *insn, const ZydisDecodedOperand *memory,
                                  const ZydisDecodedInstruction *z)
{
    unsigned scale = memory->mem.scale ? (unsigned)__builtin_ctz(memory->mem.scale) : 0;
    uint64_t mask = z->address_width == 64 ? UINT64_MAX : MASK(z->address_width);

    /*
     * Zydis 4.0 sees R13D in one form that has no base (67, REX.B, mod 0, base 5); manuals do not.
     */
    if (insn->base != register_number(memory->mem.base) &&
        !(memory->mem.base == ZYDIS_REGISTER_R13D && z->raw.modrm.mod == 0))
        return "base register";
    if (insn->index != register_number(memory->mem.index))
        return "index register";
    if (insn->index != INSN_NO_REG && insn->scale != scale)
        return "scale";
    /* The raw field, because that form's operand loses it, too. */
    if ((((uint64_t)z->raw.disp.value ^ (uint64_t)insn->displacement) & mask) != 0 &&
        (((uint64_t)memory->mem.disp.value ^ (uint64_t)insn->displacement) & mask) != 0)
        return "displacement";
    if (insn->segment != segment_number(memory->mem.segment))
        return "segment";
    return insn->mem_size * 8 == memory->size ? NULL : "size of memory operand";
}

static const char *compare_vector(const struct insn *insn, const ZydisDecodedInstruction *z,
                                  const ZydisDecodedOperand *operands)
{
    bool load = operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER;

    if (load != (insn->op == INSN_VECTOR_LOAD))
        return "direction";
    if (insn->vex != (z->encoding == ZYDIS_INSTRUCTION_ENCODING_VEX))
        return "encoding";
    if (insn->merge && insn->vex && ZydisRegisterGetId(operands[1].reg.value) != (int)insn->other)
        return "register that gives the other half";
    return NULL;
}

static const char *compare_register(const struct insn *insn, const ZydisDecodedInstruction *z,
                                    const ZydisDecodedOperand *operands)
{
    for (int i = 0; i < z->operand_count_visible; i++) {
        ZydisRegister reg = operands[i].reg.value;
        bool high = reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
        unsigned number;

        if (operands[i].type != ZYDIS_OPERAND_TYPE_REGISTER)
            continue;
        number = high ? (unsigned)(reg - ZYDIS_REGISTER_AH)
                      : (unsigned)ZydisRegisterGetId(
                            ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg));
        if (number != insn->reg || high != insn->high_reg)
            return "register operand";
        if (insn->op == INSN_VECTOR_LOAD || insn->op == INSN_VECTOR_STORE)
            return compare_vector(insn, z, operands);
        return operands[i].size == insn->size * 8 ? NULL : "operand size";
    }
    return "no register operand";
}

static const char *compare_operands(const struct insn *insn, const ZydisDecodedInstruction *z,
                                    const ZydisDecodedOperand *operands)
{
    const ZydisDecodedOperand *memory = explicit_memory(z, operands);
    const char *wrong = memory ? compare_memory(insn, memory, z) : "no memory operand";

    if (!wrong && (insn->source == INSN_FROM_REG || insn->source == INSN_TO_REG))
        wrong = compare_register(insn, z, operands);
    if (!wrong && insn->source == INSN_FROM_IMM) {
        uint64_t mask = insn->size == 8 ? UINT64_MAX : MASK(8 * insn->size);
        uint64_t value = operands[z->operand_count_visible - 1].imm.value.u;

        wrong = ((value ^ (uint64_t)insn->immediate) & mask) ? "immediate" : NULL;
    }
    return wrong;
}

/* Segment, debug and control registers move by instructions of the same name. */
static bool moves_system_register(const ZydisDecodedInstruction *z,
                                  const ZydisDecodedOperand *operands)
{
    for (int i = 0; i < z->operand_count_visible; i++) {
        ZydisRegisterClass class = ZydisRegisterGetClass(operands[i].reg.value);

        if (operands[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
            (class == ZYDIS_REGCLASS_SEGMENT || class == ZYDIS_REGCLASS_DEBUG))
            return true;
    }
    return false;
}

/* One mnemonic may stand for several of our operations. */
static bool is_operation(unsigned op, ZydisMnemonic mnemonic)
{
    if (op == INSN_SAL) /* /6, which does what /4 does */
        op = INSN_SHL;
    if (op == INSN_IMUL_WIDE || op == INSN_IMUL_IMM)
        op = INSN_IMUL;
    if (op == INSN_VECTOR_LOAD || op == INSN_VECTOR_STORE)
        return moves_vector(mnemonic);
    return op == op_of(mnemonic);
}

static bool in_mmx(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *operands)
{
    for (int i = 0; i < z->operand_count_visible; i++)
        if (operands[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
            ZydisRegisterGetClass(operands[i].reg.value) == ZYDIS_REGCLASS_MMX)
            return true;
    return false;
}

/* An access to memory that guests use: not those of MMX and AVX-512, of far pointers… */
static bool should_be_known(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *operands)
{
    if (!explicit_memory(z, operands) || moves_system_register(z, operands) || in_mmx(z, operands))
        return false;
    if (moves_vector(z->mnemonic))
        return z->encoding <= ZYDIS_INSTRUCTION_ENCODING_VEX;
    return z->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY && op_of(z->mnemonic) &&
           z->meta.branch_type != ZYDIS_BRANCH_TYPE_FAR &&
           !(z->mnemonic == ZYDIS_MNEMONIC_MOVSXD && z->operand_width == 16) &&
           !(z->meta.branch_type == ZYDIS_BRANCH_TYPE_NEAR && z->stack_width == 64 &&
             (z->attributes & ZYDIS_ATTRIB_HAS_OPERANDSIZE));
}

/* What is wrong with our answer for these bytes, or null. */
static const char *check(struct oracle *oracle, const uint8_t *bytes)
{
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    ZydisDecodedInstruction z;
    struct insn insn;
    int error = decode(bytes, DECODE_MAX_BYTES, oracle->mode, &insn);
    bool valid =
        ZYAN_SUCCESS(ZydisDecoderDecodeFull(&oracle->zydis, bytes, DECODE_MAX_BYTES, &z, operands));

    if (error) {
        return valid && should_be_known(&z, operands)
                   ? "refused, but it is an access to memory that guests use"
                   : NULL;
    }
    accepted++;
    if (!valid)
        return "accepted, but there is no such instruction";
    if (insn.length != z.length)
        return "length";
    if (insn.memory && insn.op != INSN_LMSW)
        return is_operation(insn.op, z.mnemonic) ? compare_operands(&insn, &z, operands)
                                                 : "operation";
    if (insn.op == INSN_MOV_FROM_CR || insn.op == INSN_MOV_TO_CR || insn.op == INSN_MOV_FROM_DR ||
        insn.op == INSN_MOV_TO_DR)
        return z.mnemonic == ZYDIS_MNEMONIC_MOV ? NULL : "operation";
    if (insn.op >= INSN_MOVS && insn.op <= INSN_OUTS && insn.size * 8 != z.operand_width &&
        insn.size != 1 && insn.size != 4)
        return "size of string element";
    return is_operation(insn.op, z.mnemonic) || insn.op == other_op_of(z.mnemonic) ? NULL
                                                                                   : "operation";
}

static void expect_right(struct oracle *oracle, const uint8_t *bytes, unsigned *failures)
{
    const char *wrong = check(oracle, bytes);

    if (wrong && (*failures)++ < 20)
        describe(bytes, oracle->mode, wrong);
}

static int set_up(void **state)
{
    static const ZydisMachineMode machine[] = {
        ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_MACHINE_MODE_LONG_64};
    static const ZydisStackWidth width[] = {ZYDIS_STACK_WIDTH_16, ZYDIS_STACK_WIDTH_32,
                                            ZYDIS_STACK_WIDTH_64};
    static const cs_mode modes[] = {CS_MODE_16, CS_MODE_32, CS_MODE_64};

    (void)state;
    for (int i = 0; i < 3; i++) {
        ZydisDecoderInit(&oracles[i].zydis, machine[i], width[i]);
        cs_open(CS_ARCH_X86, modes[i], &oracles[i].capstone);
        oracles[i].scratch = cs_malloc(oracles[i].capstone);
        oracles[i].mode = (enum insn_mode)i;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        cs_free(oracles[i].scratch, 1);
        cs_close(&oracles[i].capstone);
    }
    return 0;
}

/* What stands before the opcode; the last ones only exist in 64-bit mode. */
static const char *const prefixes[] = {
    "",
    "\x66",
    "\x67",
    "\xf2",
    "\xf3",
    "\xf0",
    "\x26",
    "\x2e",
    "\x64",
    "\x66\x67",
    "\x65\x66\xf3",
    "\xf2\x66",
    "\x0f\x38",
    "\x66\x0f\x38",
    "\xf2\x0f\x38",
    /* VEX */
    "\xc5\xf8",
    "\xc5\xf9",
    "\xc5\xfa",
    "\xc5\xff",
    "\xc5\xfd",
    "\xc5\xe8",
    "\xc5\xd1",
    "\x64\xc5\xfe",
    "\x66\xc5\xf9",
    "\xc4\xe1\x78",
    "\xc4\xe1\xf9",
    "\xc4\xe2\x79",
    "\xc4\xe2\x7d",
    "\x67\xc4\xe2\x7d",
#define LEGACY_PREFIXES 29
    "\x48",
    "\x44",
    "\x43",
    "\x66\x4f",
    "\x67\x48",
    "\xf0\x41",
    "\x40",
    "\x48\x0f\x38",
    "\x66\x47\x0f\x38",
    "\xc5\x78",
    "\xc5\x02",
    "\xc4\x41\x38",
    "\xc4\x21\x7d",
    "\xc4\x01\xf9",
    "\x41\xc5\xf8",
};

static void every_form(void **state)
{
    static const uint8_t sibs[] = {0x00, 0x25, 0x64, 0x9c, 0xed};
    unsigned failures = 0;

    (void)state;
    for (int mode = 0; mode < 3; mode++) {
        size_t count = mode == INSN_MODE_64 ? ARRAY_SIZE(prefixes) : LEGACY_PREFIXES;

        for (size_t p = 0; p < count; p++) {
            for (unsigned op = 0; op < 0x200; op++) {
                for (unsigned modrm = 0; modrm < 256; modrm++) {
                    uint8_t bytes[16] = {0};
                    size_t at = strlen(prefixes[p]), sib_count;

                    memcpy(bytes, prefixes[p], at);
                    if (op & 0x100)
                        bytes[at++] = 0x0f;
                    bytes[at++] = (uint8_t)op;
                    bytes[at++] = (uint8_t)modrm;
                    for (size_t i = at; i < sizeof(bytes); i++)
                        bytes[i] = (uint8_t)(0x91 + 0x13 * i);
                    sib_count = (modrm & 7) == 4 && modrm < 0xc0 ? sizeof(sibs) : 1;
                    for (size_t s = 0; s < sib_count; s++) {
                        bytes[at] = sib_count > 1 ? sibs[s] : bytes[at];
                        expect_right(&oracles[mode], bytes, &failures);
                    }
                }
            }
        }
    }
    assert_int_equal(failures, 0);
    assert_true(accepted > 100000);
}

static uint64_t random_state = 0x9e3779b97f4a7c15ull;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void random_bytes(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (unsigned i = 0; i < 1500000; i++) {
        uint64_t words[2] = {next_random(), next_random()};
        uint8_t bytes[16];

        memcpy(bytes, words, sizeof(bytes));
        if (i & 1)
            bytes[0] = (uint8_t)prefixes[1 + i / 2 % (ARRAY_SIZE(prefixes) - 1)][0];
        expect_right(&oracles[i % 3], bytes, &failures);
    }
    assert_int_equal(failures, 0);
}

/*
 * A second opinion on lengths. Capstone knows no difference between the prefixes that do nothing.
 */
static void lengths_by_capstone(void **state)
{
    unsigned compared = 0;

    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        struct oracle *oracle = &oracles[1 + i % 2];
        uint64_t words[2] = {next_random(), next_random()}, address = 0;
        uint8_t bytes[16];
        const uint8_t *code = bytes;
        size_t size = DECODE_MAX_BYTES;
        struct insn insn;

        memcpy(bytes, words, sizeof(bytes));
        if (decode(bytes, DECODE_MAX_BYTES, oracle->mode, &insn) || !insn.memory)
            continue;
        if (!cs_disasm_iter(oracle->capstone, &code, &size, &address, oracle->scratch))
            continue;
        if (oracle->scratch->size != insn.length)
            describe(bytes, oracle->mode, oracle->scratch->mnemonic);
        assert_int_equal(oracle->scratch->size, insn.length);
        compared++;
    }
    assert_true(compared > 10000);
}

/* Cut short anywhere, an instruction is "not all there", never something else. */
static void cut_short(void **state)
{
    static const uint8_t insn_bytes[] = {0x65, 0x66, 0x42, 0x81, 0x84, 0x9d, 1, 2, 3, 4, 5, 6};
    struct insn insn;

    (void)state;
    assert_int_equal(decode(insn_bytes, sizeof(insn_bytes), INSN_MODE_64, &insn), 0);
    assert_int_equal(insn.length, 12);
    for (unsigned size = 0; size < sizeof(insn_bytes); size++)
        assert_true(decode(insn_bytes, size, INSN_MODE_64, &insn) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),
        cmocka_unit_test(random_bytes),
        cmocka_unit_test(lengths_by_capstone),
        cmocka_unit_test(cut_short),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
