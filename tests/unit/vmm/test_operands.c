/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operands in memory other than one register: strings, stacks, branches, pieces in two pages.
 */
#include "emulate_world.h"

static void strings_to_device(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    put_bytes(emulate_ram + 0x2000, "hello, device!!!", 16);
    run.reg[seL4_VCPUReg_RSI] = 0x2000;
    run.reg[seL4_VCPUReg_RDI] = DEVICE + 0x10;
    run.reg[seL4_VCPUReg_RCX] = 4;
    emulate_run(&run, "\xf3\xa5", 2, EMULATE_DONE); /* REP MOVSD */
    assert_memory_equal(emulate_device + 0x10, "hello, device!!!", 16);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 0);
    assert_int_equal(run.reg[seL4_VCPUReg_RSI], 0x2010);
    assert_int_equal(run.rip, 0x1002);

    emulate_start(&run);
    run.rflags |= 1u << 10; /* backwards */
    run.reg[seL4_VCPUReg_RAX] = 0x5a;
    run.reg[seL4_VCPUReg_RDI] = DEVICE + 7;
    run.reg[seL4_VCPUReg_RCX] = 3;
    emulate_run(&run, "\xf3\xaa", 2, EMULATE_DONE); /* REP STOSB */
    assert_memory_equal(emulate_device + 5, "ZZZ", 3);
    assert_int_equal(run.reg[seL4_VCPUReg_RDI], DEVICE + 4);

    emulate_start(&run);
    put_bytes(emulate_device, "abcXef", 6);
    put_bytes(emulate_ram + 0x2000, "abcdef", 6);
    run.reg[seL4_VCPUReg_RSI] = 0x2000;
    run.reg[seL4_VCPUReg_RDI] = DEVICE;
    run.reg[seL4_VCPUReg_RCX] = 6;
    emulate_run(&run, "\xf3\xa6", 2, EMULATE_DONE); /* REPE CMPSB stops behind the difference */
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 2);
    assert_false(run.rflags & 0x40);

    emulate_start(&run);
    run.reg[seL4_VCPUReg_RAX] = 'X';
    run.reg[seL4_VCPUReg_RDI] = DEVICE;
    run.reg[seL4_VCPUReg_RCX] = 6;
    emulate_run(&run, "\xf2\xae", 2, EMULATE_DONE); /* REPNE SCASB finds it */
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 2);
    assert_true(run.rflags & 0x40);
}

/* A long transfer is done in pieces that leave the guest at the same instruction. */
static void long_repeat(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    run.reg[seL4_VCPUReg_RDI] = 0x4000;
    run.reg[seL4_VCPUReg_RAX] = 7;
    run.reg[seL4_VCPUReg_RCX] = EMULATE_REP_CHUNK + 10;
    emulate_run(&run, "\xf3\xaa", 2, EMULATE_DONE);
    assert_int_equal(run.rip, 0x1000);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 10);
    emulate_run(&run, "\xf3\xaa", 2, EMULATE_DONE);
    assert_int_equal(run.rip, 0x1002);
    assert_int_equal(emulate_ram[0x4000 + EMULATE_REP_CHUNK + 9], 7);
    assert_int_equal(emulate_ram[0x4000 + EMULATE_REP_CHUNK + 10], 0);
}

static void string_ports(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    put_bytes(emulate_ram + 0x2000, "ping", 4);
    run.reg[seL4_VCPUReg_RDX] = 0x300;
    run.reg[seL4_VCPUReg_RSI] = 0x2000;
    run.reg[seL4_VCPUReg_RCX] = 4;
    emulate_run(&run, "\xf3\x6e", 2, EMULATE_DONE); /* REP OUTSB */
    assert_memory_equal(emulate_port_log, "ping", 4);

    emulate_start(&run);
    emulate_ports_logged = 0;
    run.reg[seL4_VCPUReg_RDX] = 0x300;
    run.reg[seL4_VCPUReg_RDI] = 0x3000;
    run.reg[seL4_VCPUReg_RCX] = 2;
    emulate_run(&run, "\xf3\x6d", 2, EMULATE_DONE); /* REP INSD */
    assert_int_equal(*(uint32_t *)(emulate_ram + 0x3000), 0x41424344u + 0x300);
    assert_int_equal(*(uint32_t *)(emulate_ram + 0x3004), 0x41424344u + 0x301);
}

/* 32-bit guests have segment bases, and addresses wrap at 4 GiB. */
static void segments_of_32_bits(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    memset(&run, 0, sizeof(run));
    run.cr0 = CR0_PROTECTED;
    run.cs_attr = 0xc9b;
    run.ss_attr = 0xc93;
    run.rflags = 2;
    run.rip = 0x1000;
    emulate_segments[SEG_FS] = 0xfffff000;
    emulate_segments[SEG_ES] = (uint32_t)DEVICE;
    emulate_segments[SEG_DS] = (uint32_t)DEVICE - 0x100;
    run.reg[seL4_VCPUReg_RBX] = 0x100;
    put_bytes(emulate_ram + 0x1234, "\x11\x22\x33\x44", 4);
    run.reg[seL4_VCPUReg_RSI] = 0x2234;
    run.reg[seL4_VCPUReg_RDI] = 8;
    emulate_run(&run, "\x64\xa5", 2, EMULATE_DONE); /* MOVSD FS: */
    assert_memory_equal(emulate_device + 8, "\x11\x22\x33\x44", 4);

    run.rip = 0x1000;
    run.reg[seL4_VCPUReg_RSP] = 0x5000;
    put_bytes(emulate_device, "\xef\xbe\xad\xde", 4);
    emulate_run(&run, "\xff\x33", 2, EMULATE_DONE); /* PUSH [EBX] */
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x4ffc);
    assert_int_equal(*(uint32_t *)(emulate_ram + 0x4ffc), 0xdeadbeef);
    run.rip = 0x1000;
    *(uint32_t *)(emulate_ram + 0x4ffc) = 0x12345678;
    emulate_run(&run, "\x8f\x03", 2, EMULATE_DONE); /* POP [EBX] */
    assert_int_equal(*(uint32_t *)emulate_device, 0x12345678);
}

/* --- Operands in two pages --- */

/* Linear: the device's first page, RAM, the device's second page, a page that is not there. */
#define DEVICE_PAGE 4u
#define RAM_PAGE    5u
#define DEVICE_NEXT 6u
#define NO_PAGE     7u

static void map_mixed(struct seL4_VCPURun *run)
{
    emulate_map_pages(run);
    *(uint64_t *)(emulate_ram + TABLE + 8 * DEVICE_PAGE) = DEVICE | 3;
    *(uint64_t *)(emulate_ram + TABLE + 8 * DEVICE_NEXT) = (DEVICE + 0x1000) | 3;
    *(uint64_t *)(emulate_ram + TABLE + 8 * NO_PAGE) = 0;
}

/* The same bytes, wherever the border is and whichever piece the processor reports. */
static void across_pages(void **state)
{
    static const struct {
        const char *load, *store;
        unsigned length, size;
    } moves[] = {{"\x66\x8b\x03", "\x66\x89\x03", 3, 2},
                 {"\x8b\x03", "\x89\x03", 2, 4},
                 {"\x48\x8b\x03", "\x48\x89\x03", 3, 8}};
    struct seL4_VCPURun run;

    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(moves) * 7 * 4; i++) {
        unsigned move = i / 28, before = 1 + i / 4 % 7, size = moves[move].size;
        bool from_device = i & 1, second = i & 2; /* the device comes first, or the RAM */
        uint64_t border = (from_device ? RAM_PAGE : DEVICE_NEXT) << 12, value;
        uint64_t mask = size == 8 ? UINT64_MAX : MASK(8 * size), address;
        uint8_t *low = from_device ? emulate_device + 0x1000 : emulate_ram + 0x6000;
        uint8_t *high = from_device ? emulate_ram + 0x5000 : emulate_device + 0x1000;

        if (before >= size)
            continue;
        emulate_start(&run);
        map_mixed(&run);
        value = emulate_random();
        run.reg[seL4_VCPUReg_RBX] = border - before;
        run.reg[seL4_VCPUReg_RAX] = value;
        /* The piece in RAM is never reported; a whole word before the border may be. */
        address = from_device ? DEVICE + 0x1000 - (second ? size : before) : DEVICE + 0x1000;
        emulate_run_at(&run, moves[move].store, moves[move].length, address, EMULATE_DONE);
        assert_memory_equal(low - before, &value, before);
        assert_memory_equal(high, (uint8_t *)&value + before, size - before);

        value = emulate_random();
        memcpy(low - before, &value, before);
        memcpy(high, (uint8_t *)&value + before, size - before);
        run.rip = 0x1000;
        run.reg[seL4_VCPUReg_RAX] = 0;
        emulate_run_at(&run, moves[move].load, moves[move].length, address, EMULATE_DONE);
        assert_int_equal(run.reg[seL4_VCPUReg_RAX], value & mask);
    }
}

/* Not a byte is touched if one of the pages is not there, and CR2 is in that page. */
static void across_a_missing_page(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    map_mixed(&run);
    memset(emulate_device + 0x1ffc, 0x55, 4);
    run.reg[seL4_VCPUReg_RAX] = UINT64_MAX;
    run.reg[seL4_VCPUReg_RBX] = (NO_PAGE << 12) - 3;
    emulate_run_at(&run, "\x01\x03", 2, DEVICE + 0x1ffd, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.vector, 14);
    assert_int_equal(emulate_emulator.error, PAGING_WRITE);
    assert_int_equal(emulate_emulator.cr2, NO_PAGE << 12);
    assert_memory_equal(emulate_device + 0x1ffc, "\x55\x55\x55\x55", 4);
    assert_int_equal(run.rip, 0x1000);
    /* Strings, too; and a port is not read for bytes that have no place. */
    run.reg[seL4_VCPUReg_RDI] = run.reg[seL4_VCPUReg_RBX];
    emulate_run(&run, "\xab", 1, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.cr2, NO_PAGE << 12);
    assert_memory_equal(emulate_device + 0x1ffc, "\x55\x55\x55\x55", 4);
    run.reg[seL4_VCPUReg_RDX] = 0x300;
    run.reg[seL4_VCPUReg_RDI] = (NO_PAGE << 12) - 6;
    run.reg[seL4_VCPUReg_RCX] = 5;
    emulate_run(&run, "\xf3\x6d", 2, EMULATE_EXCEPTION); /* REP INSD: one fits */
    assert_int_equal(emulate_ports_logged, 1);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 4);
    assert_int_equal(run.reg[seL4_VCPUReg_RDI], (NO_PAGE << 12) - 2);
    assert_int_equal(run.rip, 0x1000);
    assert_memory_equal(emulate_device + 0x1ffe, "\x55\x55", 2);
    /* The processor's own check for addresses that cannot be. */
    run.reg[seL4_VCPUReg_RDI] = 0x7fffffffffffull - 1;
    emulate_run(&run, "\xab", 1, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.vector, 13);
}

/* A vector in two pages, and a lock-prefixed pair. */
static void wide_across_pages(void **state)
{
    struct seL4_VCPURun run;
    uint64_t old[2];

    (void)state;
    emulate_start(&run);
    map_mixed(&run);
    for (unsigned i = 0; i < 16; i++)
        (i < 5 ? emulate_device + 0xffb : emulate_ram + 0x4ffb)[i] = (uint8_t)(0xa0 + i);
    run.reg[seL4_VCPUReg_RBX] = 0x4ffb;
    emulate_run_at(&run, "\xf3\x0f\x6f\x0b", 4, DEVICE + 0xffb, EMULATE_DONE);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(((uint8_t *)emulate_vectors[1])[i], 0xa0 + i);
    run.rip = 0x1000;
    memcpy(old, emulate_vectors[1], 16);
    run.reg[seL4_VCPUReg_RAX] = old[0] & UINT32_MAX;
    run.reg[seL4_VCPUReg_RDX] = old[0] >> 32;
    run.reg[seL4_VCPUReg_RCX] = 0x11111111;
    emulate_run_at(&run, "\xf0\x0f\xc7\x0b", 4, DEVICE + 0xffb, EMULATE_DONE);
    assert_int_equal(run.rflags & 0x40, 0x40);
    assert_memory_equal(emulate_ram + 0x5000, "\x11\x11\x11", 3);
    assert_memory_equal(emulate_device + 0xffb, "\xfb\x4f\x00\x00\x11", 5);
}

/* --- Stacks and branches --- */

static void stacks(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    map_mixed(&run);
    /* POP counts RSP up before it finds [RSP + 8]; that is RAM, and the stack a device. */
    run.reg[seL4_VCPUReg_RSP] = 0x4ff8;
    put_bytes(emulate_device + 0xff8, "abcdefgh", 8);
    emulate_run(&run, "\x8f\x44\x24\x08", 4, EMULATE_DONE);
    assert_memory_equal(emulate_ram + 0x5008, "abcdefgh", 8);
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x5000);
    /* The stack is looked for before the register is read. */
    run.rip = 0x1000;
    run.reg[seL4_VCPUReg_RBX] = 0x4000;
    run.reg[seL4_VCPUReg_RSP] = (NO_PAGE << 12) + 8;
    emulate_run(&run, "\xff\x33", 2, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.cr2, NO_PAGE << 12);
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], (NO_PAGE << 12) + 8);
    run.reg[seL4_VCPUReg_RSP] = 0x8000000000000000ull;
    emulate_run(&run, "\xff\x33", 2, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.vector, 12);
    /* 16 bits: only SP moves, and it wraps. */
    emulate_start(&run);
    run.efer = 0;
    run.cs_attr = 0xc9b;
    run.ss_attr = 0x93;
    run.reg[seL4_VCPUReg_RBX] = DEVICE;
    run.reg[seL4_VCPUReg_RSP] = 0x12340002;
    put_bytes(emulate_device, "wxyz", 4);
    emulate_run(&run, "\xff\x33", 2, EMULATE_DONE);
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x1234fffe);
    assert_memory_equal(emulate_ram + 0xfffe, "wxyz", 4);
}

static void branches(void **state)
{
    uint64_t target = 0x7ffffffff123;
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    map_mixed(&run);
    run.reg[seL4_VCPUReg_RBX] = 0x4010;
    run.reg[seL4_VCPUReg_RSP] = 0x3000;
    memcpy(emulate_device + 0x10, &target, 8);
    emulate_run(&run, "\xff\x13", 2, EMULATE_DONE); /* CALL [RBX] */
    assert_int_equal(run.rip, target);
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x2ff8);
    assert_int_equal(*(uint64_t *)(emulate_ram + 0x2ff8), 0x1002);
    run.rip = 0x1000;
    emulate_run_at(&run, "\xff\x23", 2, DEVICE + 0x10, EMULATE_DONE); /* JMP [RBX] */
    assert_int_equal(run.rip, target);
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x2ff8);
    /* To where no code can be: the caller gets #GP, its stack is as it was. */
    run.rip = 0x1000;
    target = 0x800000000000;
    memcpy(emulate_device + 0x10, &target, 8);
    emulate_run(&run, "\xff\x13", 2, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.vector, 13);
    assert_true(emulate_emulator.has_error);
    assert_int_equal(run.rip, 0x1000);
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x2ff8);
    /* 32 bits. */
    emulate_start(&run);
    run.efer = 0;
    run.cs_attr = run.ss_attr = 0xc9b;
    run.reg[seL4_VCPUReg_RBX] = DEVICE + 0x10;
    run.reg[seL4_VCPUReg_RSP] = 0x3000;
    emulate_run(&run, "\xff\x13", 2, EMULATE_DONE);
    assert_int_equal(run.rip, 0);
    assert_int_equal(*(uint32_t *)(emulate_ram + 0x2ffc), 0x1002);
}

/* A single step over a repeated instruction is one element. */
static void single_steps(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    run.rflags |= 1u << 8;
    run.reg[seL4_VCPUReg_RDI] = DEVICE;
    run.reg[seL4_VCPUReg_RCX] = 2;
    emulate_run(&run, "\xf3\xaa", 2, EMULATE_DONE);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 1);
    assert_int_equal(run.rip, 0x1000);
    emulate_run(&run, "\xf3\xaa", 2, EMULATE_DONE);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 0);
    assert_int_equal(run.rip, 0x1002);
}

const struct CMUnitTest operand_tests[] = {
    cmocka_unit_test_setup_teardown(strings_to_device, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(long_repeat, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(string_ports, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(segments_of_32_bits, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(across_pages, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(across_a_missing_page, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(wide_across_pages, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(stacks, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(branches, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(single_steps, emulate_set_up, emulate_tear_down),
};
const unsigned operand_test_count = ARRAY_SIZE(operand_tests);
