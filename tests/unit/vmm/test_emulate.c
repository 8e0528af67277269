/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator against the processor that runs the test: each instruction is executed natively on a
 * memory operand and emulated on a device register with the same contents; registers, flags and
 * memory must come out the same.
 */
#include "emulate_world.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#define FLAGS_TESTED 0x8d5ull /* CF PF AF ZF SF OF */

struct native_state {
    uint64_t reg[16];
    uint64_t rflags;
};

void native_run(struct native_state *state, const void *code);
void native_vectors(uint64_t vectors[16][4], void *memory, const void *code);

static uint8_t *code_page;
static unsigned divisions;

static int set_up(void **state)
{
    code_page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code_page == MAP_FAILED ? -1 : emulate_set_up(state);
}

static int tear_down(void **state)
{
    munmap(code_page, 4096);
    return emulate_tear_down(state);
}

/* Values at the edges come up more often than chance would have it. */
static uint64_t operand(void)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     0x7f,
                                     0x80,
                                     0xff,
                                     0x7fff,
                                     0x8000,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x7fffffffffffffff,
                                     0x8000000000000000,
                                     UINT64_MAX};

    return emulate_random() & 1 ? emulate_random() : edges[emulate_random() % (sizeof(edges) / 8)];
}

static sigjmp_buf trap;

static void on_trap(int number)
{
    siglongjmp(trap, number);
}

/* False: it raises #DE. */
static bool run_natively(struct native_state *native)
{
    bool done = false;

    if (sigsetjmp(trap, 1) == 0) {
        native_run(native, code_page);
        done = true;
    }
    return done;
}

/*
 * Run one instruction, whose emulate_memory operand is [RBX] or, for bit tests, near it, both ways.
 */
#define WINDOW 128

static void compare_once(const uint8_t *bytes, unsigned size, uint64_t mask)
{
    static uint8_t window[WINDOW] __attribute__((aligned(64)));
    struct native_state native = {0};
    const struct insn *insn;
    struct seL4_VCPURun run;
    uint64_t before = operand(), address = DEVICE + WINDOW / 2;
    bool done;

    emulate_start(&run);
    for (unsigned reg = 0; reg < 16; reg++)
        run.reg[reg] = native.reg[reg] = operand();
    /* CMPXCHG should succeed now and then. */
    if (emulate_random() & 1)
        run.reg[0] = native.reg[0] = before;
    /* CMPXCHG16B, too. */
    if (emulate_random() & 1)
        run.reg[2] = native.reg[2] = 0;
    native.reg[3] = (uint64_t)&window[WINDOW / 2];
    run.reg[3] = address;
    run.rflags = 0x202 | (emulate_random() & FLAGS_TESTED);
    native.rflags = run.rflags;
    for (unsigned i = 0; i < WINDOW; i++)
        window[i] = (uint8_t)emulate_random();
    memcpy(&window[WINDOW / 2], &before, 8);
    if (emulate_random() & 1)
        memset(&window[WINDOW / 2 + 8], 0, 8);
    memcpy(emulate_device, window, WINDOW);
    memcpy(code_page, bytes, size);
    code_page[size] = 0xc3;
    memcpy(emulate_ram + 0x1000, bytes, size);

    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    assert_int_equal(insn->length, size);
    if (insn->op >= INSN_BT && insn->op <= INSN_BTC && insn->source == INSN_FROM_REG) {
        /* As the processor would report it. */
        int64_t bit = (int64_t)(emulate_random() % 512) - 256;

        native.reg[insn->reg] = run.reg[insn->reg] = (uint64_t)bit;
        address += (uint64_t)(bit >> (insn->size == 8 ? 6 : insn->size == 4 ? 5 : 4)) * insn->size;
    }
    done = run_natively(&native);
    assert_int_equal(emulator_execute(&emulate_emulator, &run, insn, address),
                     done ? EMULATE_DONE : EMULATE_EXCEPTION);
    divisions += !done;
    if (!done) {
        assert_int_equal(emulate_emulator.vector, 0);
        assert_int_equal(run.rip, 0x1000);
        return;
    }
    assert_int_equal(run.rip, 0x1000 + size);
    if (insn->op == INSN_CMPXCHG8B && (native.rflags & 0x40)) {
        /* It stored RBX, and there the two differ. */
        assert_memory_equal(emulate_device + WINDOW / 2, &run.reg[3], insn->size);
        memcpy(emulate_device + WINDOW / 2, &native.reg[3], insn->size);
    }
    if (memcmp(emulate_device, window, WINDOW) != 0)
        printf("memory after %02x %02x %02x %02x\n", bytes[0], bytes[1], bytes[2], bytes[3]);
    assert_memory_equal(emulate_device, window, WINDOW);
    for (unsigned reg = 0; reg < 16; reg++) {
        if (reg != 3 && reg != 4 && reg != 5 && run.reg[reg] != native.reg[reg]) {
            printf("register %u after %02x %02x %02x %02x\n", reg, bytes[0], bytes[1], bytes[2],
                   bytes[3]);
            assert_int_equal(run.reg[reg], native.reg[reg]);
        }
    }
    if ((run.rflags ^ native.rflags) & mask) {
        printf("flags after %02x %02x %02x %02x\n", bytes[0], bytes[1], bytes[2], bytes[3]);
        assert_int_equal(run.rflags & mask, native.rflags & mask);
    }
}

/* Undefined flags differ between processors and are left out: these count. */
static uint64_t flag_mask(unsigned opcode, bool two_byte, unsigned field)
{
    if (!two_byte && (opcode == 0x69 || opcode == 0x6b || ((opcode & 0xfe) == 0xf6 && field > 3)))
        return field < 6 || opcode < 0x70 ? 0x801 : 0; /* MUL: CF and OF; DIV: none */
    if (two_byte && opcode == 0xaf)
        return 0x801;
    if (!two_byte && (opcode & 0xfe) == 0xd0)
        return field < 4 ? FLAGS_TESTED : FLAGS_TESTED & ~0x10ull;
    if (!two_byte && ((opcode & 0xfe) == 0xc0 || (opcode & 0xfe) == 0xd2))
        return field < 4 ? 0xd5 : 0xc5; /* OF is defined for one bit; AF left alone by rotations */
    if (two_byte && (opcode == 0xbc || opcode == 0xbd))
        return 0x40; /* what BSF and TZCNT both define */
    if (two_byte &&
        (opcode == 0xa3 || opcode == 0xab || opcode == 0xb3 || opcode == 0xbb || opcode == 0xba))
        return 0x1; /* bit tests define CF alone */
    if ((!two_byte && opcode < 0x40 &&
         (opcode >> 3 == 1 || opcode >> 3 == 4 || opcode >> 3 == 6)) ||
        (!two_byte && (opcode == 0x84 || opcode == 0x85)) ||
        (!two_byte && opcode >= 0x80 && opcode <= 0x83 &&
         (field == 1 || field == 4 || field == 6)) ||
        (!two_byte && (opcode & 0xfe) == 0xf6 && field < 2))
        return FLAGS_TESTED & ~0x10ull; /* logic leaves AF undefined */
    return FLAGS_TESTED;
}

struct form {
    uint8_t opcode;
    uint8_t map;       /* 0; 1: 0F; 2: 0F 38; 3: F3 0F */
    uint8_t fields;    /* group opcodes: bit set of ModRM reg fields; 0 = reg is a register */
    uint8_t immediate; /* bytes; 4 shrinks to 2 with the operand-size prefix */
};

static const struct form forms[] = {
    {0x00, 0, 0, 0},    {0x01, 0, 0, 0},    {0x02, 0, 0, 0},    {0x03, 0, 0, 0},
    {0x08, 0, 0, 0},    {0x09, 0, 0, 0},    {0x0a, 0, 0, 0},    {0x0b, 0, 0, 0},
    {0x10, 0, 0, 0},    {0x11, 0, 0, 0},    {0x12, 0, 0, 0},    {0x13, 0, 0, 0},
    {0x18, 0, 0, 0},    {0x19, 0, 0, 0},    {0x1a, 0, 0, 0},    {0x1b, 0, 0, 0},
    {0x20, 0, 0, 0},    {0x21, 0, 0, 0},    {0x22, 0, 0, 0},    {0x23, 0, 0, 0},
    {0x28, 0, 0, 0},    {0x29, 0, 0, 0},    {0x2a, 0, 0, 0},    {0x2b, 0, 0, 0},
    {0x30, 0, 0, 0},    {0x31, 0, 0, 0},    {0x32, 0, 0, 0},    {0x33, 0, 0, 0},
    {0x38, 0, 0, 0},    {0x39, 0, 0, 0},    {0x3a, 0, 0, 0},    {0x3b, 0, 0, 0},
    {0x84, 0, 0, 0},    {0x85, 0, 0, 0},    {0x86, 0, 0, 0},    {0x87, 0, 0, 0},
    {0x88, 0, 0, 0},    {0x89, 0, 0, 0},    {0x8a, 0, 0, 0},    {0x8b, 0, 0, 0},
    {0x80, 0, 0xff, 1}, {0x81, 0, 0xff, 4}, {0x83, 0, 0xff, 1}, {0xc6, 0, 0x01, 1},
    {0xc7, 0, 0x01, 4}, {0xf6, 0, 0x03, 1}, {0xf7, 0, 0x03, 4}, {0xf6, 0, 0x0c, 0},
    {0xf7, 0, 0x0c, 0}, {0xfe, 0, 0x03, 0}, {0xff, 0, 0x03, 0}, {0xb6, 1, 0, 0},
    {0xb7, 1, 0, 0},    {0xbe, 1, 0, 0},    {0xbf, 1, 0, 0},    {0xb0, 1, 0, 0},
    {0xb1, 1, 0, 0},    {0xc0, 1, 0, 0},    {0xc1, 1, 0, 0},    {0xba, 1, 0xf0, 1},
    {0x90, 1, 0x01, 0}, {0x9f, 1, 0x01, 0}, {0x96, 1, 0x01, 0}, {0x9c, 1, 0x01, 0},
    {0x94, 1, 0x01, 0}, {0x9a, 1, 0x01, 0}, {0x42, 1, 0, 0},    {0x4d, 1, 0, 0},
    {0x47, 1, 0, 0},    {0x48, 1, 0, 0},    {0xa3, 1, 0, 0},    {0xab, 1, 0, 0},
    {0xb3, 1, 0, 0},    {0xbb, 1, 0, 0},    {0x69, 0, 0, 4},    {0x6b, 0, 0, 1},
    {0xc0, 0, 0xff, 1}, {0xc1, 0, 0xff, 1}, {0xd0, 0, 0xff, 0}, {0xd1, 0, 0xff, 0},
    {0xd2, 0, 0xff, 0}, {0xd3, 0, 0xff, 0}, {0xf6, 0, 0xf0, 0}, {0xf7, 0, 0xf0, 0},
    {0xaf, 1, 0, 0},    {0xbc, 1, 0, 0},    {0xbd, 1, 0, 0},    {0xc7, 1, 0x02, 0},
    {0xf0, 2, 0, 0},    {0xf1, 2, 0, 0},    {0xb8, 3, 0, 0},    {0xbc, 3, 0, 0},
    {0xbd, 3, 0, 0},
};

static unsigned put_form(const struct form *form, const char *prefix, unsigned reg, uint8_t *bytes)
{
    unsigned at = 0, immediate = form->immediate;

    if (form->map == 3)
        bytes[at++] = 0xf3;
    put_bytes(bytes + at, prefix, strlen(prefix));
    at += (unsigned)strlen(prefix);
    if (form->map)
        bytes[at++] = 0x0f;
    if (form->map == 2)
        bytes[at++] = 0x38;
    bytes[at++] = form->opcode;
    bytes[at++] = (uint8_t)(reg << 3 | 3); /* [RBX] */
    if (immediate == 4 && strchr(prefix, 0x66) && !strchr(prefix, 0x48))
        immediate = 2;
    for (unsigned i = 0; i < immediate; i++)
        bytes[at++] = (uint8_t)operand();
    return at;
}

static void like_the_processor(void **state)
{
    static const char *const prefixes[] = {"", "\x66", "\x48", "\x44"};
    /* RBX holds the address, RSP and RBP are not ours to change: 3, 4, 5 stay out, and 7, BH. */
    static const uint8_t plain[] = {0, 1, 2, 6}, with_rex[] = {0, 1, 2, 3, 4, 5, 6, 7};
    unsigned runs = 0;

    (void)state;
    divisions = 0;
    signal(SIGFPE, on_trap);
    for (size_t f = 0; f < ARRAY_SIZE(forms); f++) {
        for (size_t p = 0; p < 4; p++) {
            bool extended = strchr(prefixes[p], 0x44);
            const uint8_t *regs = extended || forms[f].fields ? with_rex : plain;
            size_t count = extended || forms[f].fields ? 8 : 4;

            for (size_t r = 0; r < count * 12; r++) {
                uint8_t bytes[16];
                unsigned reg = regs[r % count], size;

                if (forms[f].fields && !(forms[f].fields >> reg & 1))
                    continue;
                size = put_form(&forms[f], prefixes[p], reg, bytes);
                compare_once(bytes, size, flag_mask(forms[f].opcode, forms[f].map, reg));
                runs++;
            }
        }
    }
    assert_true(runs > 5000);
    assert_in_range(divisions, 1, runs / 10);
}

/* AH to BH: byte registers without REX whose numbers are 4 to 7. AH, CH and DH are safe to use. */
static void high_bytes(void **state)
{
    static const uint8_t opcodes[] = {0x88, 0x8a, 0x00, 0x02, 0x38, 0x86};

    (void)state;
    for (size_t i = 0; i < sizeof(opcodes) * 8; i++) {
        const uint8_t bytes[2] = {opcodes[i % sizeof(opcodes)], (uint8_t)((4 + i % 3) << 3 | 3)};

        compare_once(bytes, 2, FLAGS_TESTED);
    }
}

/* --- Vector registers --- */

static void compare_vector(const uint8_t *bytes, const struct insn *insn, unsigned offset)
{
    static uint8_t window[WINDOW] __attribute__((aligned(64)));
    uint64_t native[16][4];
    struct seL4_VCPURun run;

    emulate_start(&run);
    run.reg[3] = DEVICE + offset;
    memcpy(emulate_ram + 0x1000, bytes, insn->length);
    memcpy(code_page, bytes, insn->length);
    code_page[insn->length] = 0xc3;
    for (unsigned i = 0; i < 64; i++)
        emulate_vectors[i / 4][i % 4] = emulate_random();
    for (unsigned i = 0; i < WINDOW; i++)
        window[i] = emulate_device[i] = (uint8_t)emulate_random();
    memcpy(native, emulate_vectors, sizeof(native));
    native_vectors(native, window + offset, code_page);
    assert_int_equal(emulator_execute(&emulate_emulator, &run, insn, DEVICE + offset),
                     EMULATE_DONE);
    if (memcmp(native, emulate_vectors, sizeof(native)) != 0 ||
        memcmp(emulate_device, window, WINDOW) != 0)
        printf("%02x %02x %02x %02x\n", bytes[0], bytes[1], bytes[2], bytes[3]);
    assert_memory_equal(native, emulate_vectors, sizeof(native));
    assert_memory_equal(emulate_device, window, WINDOW);
    assert_int_equal(run.rip, 0x1000 + insn->length);
}

/* Every load and store that the decoder knows. */
static void vectors_like_the_processor(void **state)
{
    static const char *const starts[] = {
        "\x0f",         "\x66\x0f",     "\xf3\x0f",     "\xf2\x0f",     "\x44\x0f",
        "\x66\x4c\x0f", "\x66\x0f\x38", "\xc5\xf8",     "\xc5\xf9",     "\xc5\xfa",
        "\xc5\xfb",     "\xc5\xfc",     "\xc5\xfd",     "\xc5\xfe",     "\xc5\xff",
        "\xc5\xa8",     "\xc5\x31",     "\xc4\xe1\xf9", "\xc4\xe2\x79", "\xc4\xe2\x7d",
    };
    unsigned runs = 0, refused = 0;

    (void)state;
    if (!__builtin_cpu_supports("avx2"))
        skip();
    for (unsigned i = 0; i < ARRAY_SIZE(starts) * 256 * 8; i++) {
        uint8_t bytes[16] = {0};
        size_t at = strlen(starts[i / 2048]);
        struct seL4_VCPURun run;
        struct insn insn;

        memcpy(bytes, starts[i / 2048], at);
        bytes[at++] = (uint8_t)(i / 8);
        bytes[at++] = (uint8_t)(i % 8 << 3 | 3); /* [RBX] */
        if (decode(bytes, DECODE_MAX_BYTES, INSN_MODE_64, &insn) ||
            (insn.op != INSN_VECTOR_LOAD && insn.op != INSN_VECTOR_STORE))
            continue;
        compare_vector(bytes, &insn, 64);
        runs++;
        if (!insn.aligned) {
            compare_vector(bytes, &insn, 37);
            continue;
        }
        emulate_start(&run);
        assert_int_equal(emulator_execute(&emulate_emulator, &run, &insn, DEVICE + 8),
                         EMULATE_EXCEPTION);
        assert_int_equal(emulate_emulator.vector, 13);
        refused++;
    }
    assert_true(runs > 400 && refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(like_the_processor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(high_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vectors_like_the_processor, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) +
           _cmocka_run_group_tests("operands", operand_tests, operand_test_count, NULL, NULL) +
           _cmocka_run_group_tests("paging", paging_tests, paging_test_count, NULL, NULL);
}
