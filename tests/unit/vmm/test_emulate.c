/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator against the processor that runs the test: each instruction is executed natively on a
 * memory operand and emulated on a device register with the same contents; registers, flags and
 * memory must come out the same. String forms, stacks and faults are compared with the rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include <errno.h>

#include "fake_backend.h"

#define RAM_BYTES     0x200000u
#define DEVICE        0x10000000ull
#define FLAGS_TESTED  0x8d5ull /* CF PF AF ZF SF OF */
#define EFER_LONG     0x500ull
#define CS_LONG_MODE  0xa9bull
#define CR0_PROTECTED 0x1ull

struct native_state {
    uint64_t reg[16];
    uint64_t rflags;
};

void native_run(struct native_state *state, const void *code);

static uint8_t *ram, *code_page;
static uint8_t device_bytes[0x2000];
static struct guest_memory memory;
static struct mmio_bus mmio;
static struct port_bus ports;
static struct emulator emulator;
static uint64_t segment_bases[6];
static char port_log[64];
static unsigned port_logged;

static uint64_t device_read(void *ctx, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    (void)ctx;
    memcpy(&value, device_bytes + offset, size);
    return value;
}

static void device_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    (void)ctx;
    memcpy(device_bytes + offset, &value, size);
}

static uint64_t segment_base(void *ctx, unsigned segment)
{
    (void)ctx;
    return segment_bases[segment];
}

static uint32_t port_in(void *ctx, uint16_t port, unsigned size)
{
    (void)ctx;
    (void)size;
    return 0x41424344u + port + port_logged++;
}

static void port_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    (void)ctx;
    (void)port;
    (void)size;
    port_log[port_logged++ % sizeof(port_log)] = (char)value;
}

static int set_up(void **state)
{
    const struct mmio_range range = {"device",    DEVICE,       sizeof(device_bytes),
                                     device_read, device_write, NULL};
    const struct port_range port = {"port", 0x300, 0x300, 4, port_in, port_out, NULL};

    (void)state;
    fake_reset();
    memset(segment_bases, 0, sizeof(segment_bases));
    port_logged = 0;
    ram = calloc(1, RAM_BYTES);
    memory = (struct guest_memory){ram, NULL, RAM_BYTES, 0};
    mmio_bus_init(&mmio);
    mmio_bus_add(&mmio, &range);
    port_bus_init(&ports);
    port_bus_add(&ports, &port);
    emulator_init(&emulator, &memory, &mmio, &ports, segment_base, NULL);
    code_page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code_page == MAP_FAILED;
}

static int tear_down(void **state)
{
    (void)state;
    munmap(code_page, 4096);
    free(ram);
    return 0;
}

static uint64_t random_state = 88172645463325252ull;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
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

    return next_random() & 1 ? next_random() : edges[next_random() % (sizeof(edges) / 8)];
}

static void start_64(struct seL4_VCPURun *run)
{
    memset(run, 0, sizeof(*run));
    run->cr0 = CR0_PROTECTED;
    run->efer = EFER_LONG;
    run->cs_attr = CS_LONG_MODE;
    run->rflags = 2;
    run->rip = 0x1000;
}

/* Run one instruction, whose memory operand is [RBX], both ways. */
static void compare_once(const uint8_t *bytes, unsigned size, uint64_t mask)
{
    static uint64_t slot __attribute__((aligned(64)));
    struct native_state native = {0};
    const struct insn *insn;
    struct seL4_VCPURun run;
    uint64_t before = operand();

    start_64(&run);
    for (unsigned reg = 0; reg < 16; reg++)
        run.reg[reg] = native.reg[reg] = operand();
    /* CMPXCHG should succeed now and then. */
    if (next_random() & 1)
        run.reg[0] = native.reg[0] = before;
    native.reg[3] = (uint64_t)&slot;
    run.reg[3] = DEVICE;
    run.rflags = 0x202 | (next_random() & FLAGS_TESTED);
    native.rflags = run.rflags;
    slot = before;
    memcpy(device_bytes, &before, 8);
    memcpy(code_page, bytes, size);
    code_page[size] = 0xc3;
    memcpy(ram + 0x1000, bytes, size);

    native_run(&native, code_page);
    assert_int_equal(emulator_fetch(&emulator, &run, &insn), 0);
    assert_int_equal(insn->length, size);
    assert_int_equal(emulator_execute(&emulator, &run, insn, DEVICE), EMULATE_DONE);

    assert_int_equal(run.rip, 0x1000 + size);
    if (memcmp(device_bytes, &slot, 8))
        printf("memory after %02x %02x %02x %02x\n", bytes[0], bytes[1], bytes[2], bytes[3]);
    assert_memory_equal(device_bytes, &slot, 8);
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
    bool two_byte;
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
    {0x47, 1, 0, 0},    {0x48, 1, 0, 0},
};

static unsigned put_form(const struct form *form, const char *prefix, unsigned reg, uint8_t *bytes)
{
    unsigned at = (unsigned)strlen(prefix), immediate = form->immediate;

    memcpy(bytes, prefix, at);
    if (form->two_byte)
        bytes[at++] = 0x0f;
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
                compare_once(bytes, size, flag_mask(forms[f].opcode, forms[f].two_byte, reg));
                runs++;
            }
        }
    }
    assert_true(runs > 5000);
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

static void execute(struct seL4_VCPURun *run, const char *bytes, unsigned size, int expected)
{
    const struct insn *insn;

    memcpy(ram + run->rip, bytes, size);
    assert_int_equal(emulator_fetch(&emulator, run, &insn), 0);
    assert_int_equal(emulator_execute(&emulator, run, insn, DEVICE), expected);
}

static void strings_to_device(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    start_64(&run);
    memcpy(ram + 0x2000, "hello, device!!!", 16);
    run.reg[seL4_VCPUReg_RSI] = 0x2000;
    run.reg[seL4_VCPUReg_RDI] = DEVICE + 0x10;
    run.reg[seL4_VCPUReg_RCX] = 4;
    execute(&run, "\xf3\xa5", 2, EMULATE_DONE); /* REP MOVSD */
    assert_memory_equal(device_bytes + 0x10, "hello, device!!!", 16);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 0);
    assert_int_equal(run.reg[seL4_VCPUReg_RSI], 0x2010);
    assert_int_equal(run.rip, 0x1002);

    start_64(&run);
    run.rflags |= 1u << 10; /* backwards */
    run.reg[seL4_VCPUReg_RAX] = 0x5a;
    run.reg[seL4_VCPUReg_RDI] = DEVICE + 7;
    run.reg[seL4_VCPUReg_RCX] = 3;
    execute(&run, "\xf3\xaa", 2, EMULATE_DONE); /* REP STOSB */
    assert_memory_equal(device_bytes + 5, "ZZZ", 3);
    assert_int_equal(run.reg[seL4_VCPUReg_RDI], DEVICE + 4);

    start_64(&run);
    memcpy(device_bytes, "abcXef", 6);
    memcpy(ram + 0x2000, "abcdef", 6);
    run.reg[seL4_VCPUReg_RSI] = 0x2000;
    run.reg[seL4_VCPUReg_RDI] = DEVICE;
    run.reg[seL4_VCPUReg_RCX] = 6;
    execute(&run, "\xf3\xa6", 2, EMULATE_DONE); /* REPE CMPSB stops behind the difference */
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 2);
    assert_false(run.rflags & 0x40);

    start_64(&run);
    run.reg[seL4_VCPUReg_RAX] = 'X';
    run.reg[seL4_VCPUReg_RDI] = DEVICE;
    run.reg[seL4_VCPUReg_RCX] = 6;
    execute(&run, "\xf2\xae", 2, EMULATE_DONE); /* REPNE SCASB finds it */
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 2);
    assert_true(run.rflags & 0x40);
}

/* A long transfer is done in pieces that leave the guest at the same instruction. */
static void long_repeat(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    start_64(&run);
    run.reg[seL4_VCPUReg_RDI] = 0x4000;
    run.reg[seL4_VCPUReg_RAX] = 7;
    run.reg[seL4_VCPUReg_RCX] = EMULATE_REP_CHUNK + 10;
    execute(&run, "\xf3\xaa", 2, EMULATE_DONE);
    assert_int_equal(run.rip, 0x1000);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 10);
    execute(&run, "\xf3\xaa", 2, EMULATE_DONE);
    assert_int_equal(run.rip, 0x1002);
    assert_int_equal(ram[0x4000 + EMULATE_REP_CHUNK + 9], 7);
    assert_int_equal(ram[0x4000 + EMULATE_REP_CHUNK + 10], 0);
}

static void string_ports(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    start_64(&run);
    memcpy(ram + 0x2000, "ping", 4);
    run.reg[seL4_VCPUReg_RDX] = 0x300;
    run.reg[seL4_VCPUReg_RSI] = 0x2000;
    run.reg[seL4_VCPUReg_RCX] = 4;
    execute(&run, "\xf3\x6e", 2, EMULATE_DONE); /* REP OUTSB */
    assert_memory_equal(port_log, "ping", 4);

    start_64(&run);
    port_logged = 0;
    run.reg[seL4_VCPUReg_RDX] = 0x300;
    run.reg[seL4_VCPUReg_RDI] = 0x3000;
    run.reg[seL4_VCPUReg_RCX] = 2;
    execute(&run, "\xf3\x6d", 2, EMULATE_DONE); /* REP INSD */
    assert_int_equal(*(uint32_t *)(ram + 0x3000), 0x41424344u + 0x300);
    assert_int_equal(*(uint32_t *)(ram + 0x3004), 0x41424344u + 0x301);
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
    segment_bases[SEG_FS] = 0xfffff000;
    segment_bases[SEG_ES] = (uint32_t)DEVICE;
    memcpy(ram + 0x1234, "\x11\x22\x33\x44", 4);
    run.reg[seL4_VCPUReg_RSI] = 0x2234;
    run.reg[seL4_VCPUReg_RDI] = 8;
    execute(&run, "\x64\xa5", 2, EMULATE_DONE); /* MOVSD FS: */
    assert_memory_equal(device_bytes + 8, "\x11\x22\x33\x44", 4);

    run.rip = 0x1000;
    run.reg[seL4_VCPUReg_RSP] = 0x5000;
    memcpy(device_bytes, "\xef\xbe\xad\xde", 4);
    execute(&run, "\xff\x33", 2, EMULATE_DONE); /* PUSH [EBX] */
    assert_int_equal(run.reg[seL4_VCPUReg_RSP], 0x4ffc);
    assert_int_equal(*(uint32_t *)(ram + 0x4ffc), 0xdeadbeef);
    run.rip = 0x1000;
    *(uint32_t *)(ram + 0x4ffc) = 0x12345678;
    execute(&run, "\x8f\x03", 2, EMULATE_DONE); /* POP [EBX] */
    assert_int_equal(*(uint32_t *)device_bytes, 0x12345678);
}

/* --- page tables --- */

#define PML4      0x10000u
#define PDPT      0x11000u
#define DIRECTORY 0x12000u
#define TABLE     0x13000u

static void map_long_mode(struct seL4_VCPURun *run)
{
    *(uint64_t *)(ram + PML4) = PDPT | 3;
    *(uint64_t *)(ram + PDPT) = DIRECTORY | 3;
    *(uint64_t *)(ram + DIRECTORY) = TABLE | 3;
    *(uint64_t *)(ram + DIRECTORY + 8) = 0x83; /* 2 MiB page at 2 MiB, to 0 */
    for (uint64_t i = 0; i < 16; i++)
        *(uint64_t *)(ram + TABLE + 8 * i) = i << 12 | 3;
    *(uint64_t *)(ram + TABLE + 8 * 9) = 0;             /* page 9 is not there */
    *(uint64_t *)(ram + TABLE + 8 * 10) = 10 << 12 | 1; /* page 10 cannot be written */
    run->cr0 |= 0x80010000;
    run->cr3 = PML4;
    run->cr4 = 0x20;
}

static void faults_while_copying(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    start_64(&run);
    map_long_mode(&run);
    memcpy(ram + 0x8ff8, "12345678", 8);
    run.reg[seL4_VCPUReg_RSI] = 0x8ff8;
    run.reg[seL4_VCPUReg_RDI] = 0x2000;
    run.reg[seL4_VCPUReg_RCX] = 4;
    execute(&run, "\xf3\xa5", 2, EMULATE_EXCEPTION); /* the third doubleword is on page 9 */
    assert_int_equal(emulator.vector, 14);
    assert_int_equal(emulator.error, 0);
    assert_int_equal(emulator.cr2, 0x9000);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 2);
    assert_int_equal(run.rip, 0x1000);

    /* Present, but not for writing: the error code says so. */
    run.reg[seL4_VCPUReg_RDI] = 0xa000;
    execute(&run, "\xaa", 1, EMULATE_EXCEPTION);
    assert_int_equal(emulator.error, PAGING_WRITE | PAGING_PRESENT);
    /* With CR0.WP clear the supervisor may. */
    run.cr0 &= ~0x10000ull;
    execute(&run, "\xaa", 1, EMULATE_DONE);
}

/* SMAP: string instructions of the supervisor on pages of the user, cached walks or not. */
static void supervisor_on_user_pages(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    start_64(&run);
    map_long_mode(&run);
    *(uint64_t *)(ram + PML4) |= 4;
    *(uint64_t *)(ram + PDPT) |= 4;
    *(uint64_t *)(ram + DIRECTORY) |= 4;
    *(uint64_t *)(ram + TABLE + 8 * 2) |= 4; /* page 2 is the user's */
    run.reg[seL4_VCPUReg_RDI] = 0x2000;
    execute(&run, "\xaa", 1, EMULATE_DONE);
    run.cr4 |= 1u << 21;
    execute(&run, "\xaa", 1, EMULATE_EXCEPTION);
    assert_int_equal(emulator.error, PAGING_WRITE | PAGING_PRESENT);
    run.rflags |= 1u << 18; /* AC: it means it */
    execute(&run, "\xaa", 1, EMULATE_DONE);
}

/* The cached walk must notice that the guest has changed any entry of it. */
static void cached_walks_follow_the_tables(void **state)
{
    struct paging_cache cache;
    struct seL4_VCPURun run;
    uint64_t physical;
    uint32_t error;

    (void)state;
    start_64(&run);
    map_long_mode(&run);
    paging_cache_clear(&cache);
    assert_true(paging_translate(&memory, &cache, &run, 0x3123, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x3123);
    *(uint64_t *)(ram + TABLE + 8 * 3) = 0x7000 | 3;
    assert_true(paging_translate(&memory, &cache, &run, 0x3123, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x7123);
    *(uint64_t *)(ram + DIRECTORY) = 0;
    assert_false(paging_translate(&memory, &cache, &run, 0x3123, PAGING_READ, &physical, &error));
    assert_true(paging_translate(&memory, &cache, &run, 0x234567, PAGING_WRITE, &physical, &error));
    assert_int_equal(physical, 0x34567);
    assert_true(*(uint64_t *)(ram + DIRECTORY + 8) & 0x40); /* dirty */
    /* User access to a supervisor page. */
    assert_false(paging_translate(&memory, &cache, &run, 0x234567, PAGING_USER, &physical, &error));
    assert_int_equal(error, PAGING_USER | PAGING_PRESENT);
}

static void paging_of_32_bits(void **state)
{
    struct seL4_VCPURun run;
    uint64_t physical;
    uint32_t error;

    (void)state;
    memset(&run, 0, sizeof(run));
    run.cr0 = 0x80000001;
    run.cr3 = PML4;
    *(uint32_t *)(ram + PML4 + 4 * 3) = PDPT | 3;
    *(uint32_t *)(ram + PDPT + 4 * 5) = 0x1f000 | 3;
    assert_true(paging_translate(&memory, NULL, &run, 0xc05abc, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x1fabc);
    /* 4 MiB pages, only if CR4.PSE says so; PSE-36 puts address bits 39:32 into bits 20:13. */
    *(uint32_t *)(ram + PML4 + 4) = 0x00800000 | 1u << 13 | 0x83;
    run.cr4 = 0x10;
    assert_true(paging_translate(&memory, NULL, &run, 0x412345, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x100812345);
    /* PAE: 2 MiB pages. */
    run.cr4 = 0x20;
    memset(ram + PML4, 0, 4096);
    *(uint64_t *)(ram + PML4 + 8 * 3) = PDPT | 1;
    *(uint64_t *)(ram + PDPT + 8 * 2) = 0x345600000 | 0x83;
    assert_true(paging_translate(&memory, NULL, &run, 0xc0412345, PAGING_WRITE, &physical, &error));
    assert_int_equal(physical, 0x345612345);
}

/* Code that crosses into a page that is not there faults there. */
static void fetch_faults(void **state)
{
    const struct insn *insn;
    struct seL4_VCPURun run;

    (void)state;
    start_64(&run);
    map_long_mode(&run);
    run.rip = 0x8ffe;
    memcpy(ram + run.rip, "\xc7\x03", 2);
    assert_int_equal(emulator_fetch(&emulator, &run, &insn), EMULATE_EXCEPTION);
    assert_int_equal(emulator.cr2, 0x9000);
    assert_int_equal(emulator.error, PAGING_FETCH);
    run.rip = 0x9000;
    assert_int_equal(emulator_fetch(&emulator, &run, &insn), EMULATE_EXCEPTION);
    /* Beyond the end of RAM the bus floats: all ones, which are no page fault. */
    run.cr0 = CR0_PROTECTED;
    emulator.cr2 = 0;
    run.rip = RAM_BYTES - 2;
    memcpy(ram + run.rip, "\xc7\x03", 2);
    assert_int_equal(emulator_fetch(&emulator, &run, &insn), 0);
    assert_int_equal(insn->immediate, -1);
    run.rip = RAM_BYTES;
    assert_int_equal(emulator_fetch(&emulator, &run, &insn), -EINVAL);
    assert_int_equal(emulator.cr2, 0);
    map_long_mode(&run);
    /* A complete instruction right at the end of the page is fine. */
    run.rip = 0x8ffe;
    memcpy(ram + run.rip, "\x89\x03", 2);
    assert_int_equal(emulator_fetch(&emulator, &run, &insn), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(like_the_processor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(high_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strings_to_device, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_repeat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(string_ports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(segments_of_32_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_while_copying, set_up, tear_down),
        cmocka_unit_test_setup_teardown(supervisor_on_user_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cached_walks_follow_the_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paging_of_32_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fetch_faults, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
