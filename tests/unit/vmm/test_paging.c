/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's page tables under the emulator: walks, rights, faults, walks that are remembered.
 */
#include "emulate_world.h"

#include <errno.h>

static void map_long_mode(struct seL4_VCPURun *run)
{
    emulate_map_pages(run);
    *(uint64_t *)(emulate_ram + DIRECTORY + 8) = 0x83;          /* 2 MiB page at 2 MiB, to 0 */
    *(uint64_t *)(emulate_ram + TABLE + 8 * 9) = 0;             /* page 9 is not there */
    *(uint64_t *)(emulate_ram + TABLE + 8 * 10) = 10 << 12 | 1; /* page 10 cannot be written */
}

static void faults_while_copying(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    map_long_mode(&run);
    put_bytes(emulate_ram + 0x8ff8, "12345678", 8);
    run.reg[seL4_VCPUReg_RSI] = 0x8ff8;
    run.reg[seL4_VCPUReg_RDI] = 0x2000;
    run.reg[seL4_VCPUReg_RCX] = 4;
    emulate_run(&run, "\xf3\xa5", 2, EMULATE_EXCEPTION); /* the third doubleword is on page 9 */
    assert_int_equal(emulate_emulator.vector, 14);
    assert_int_equal(emulate_emulator.error, 0);
    assert_int_equal(emulate_emulator.cr2, 0x9000);
    assert_int_equal(run.reg[seL4_VCPUReg_RCX], 2);
    assert_int_equal(run.rip, 0x1000);

    /* Present, but not for writing: the error code says so. */
    run.reg[seL4_VCPUReg_RDI] = 0xa000;
    emulate_run(&run, "\xaa", 1, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.error, PAGING_WRITE | PAGING_PRESENT);
    /* With CR0.WP clear the supervisor may. */
    run.cr0 &= ~0x10000ull;
    emulate_run(&run, "\xaa", 1, EMULATE_DONE);
}

/* SMAP: string instructions of the supervisor on pages of the user, cached walks or not. */
static void supervisor_on_user_pages(void **state)
{
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    map_long_mode(&run);
    *(uint64_t *)(emulate_ram + PML4) |= 4;
    *(uint64_t *)(emulate_ram + PDPT) |= 4;
    *(uint64_t *)(emulate_ram + DIRECTORY) |= 4;
    *(uint64_t *)(emulate_ram + TABLE + 8 * 2) |= 4; /* page 2 is the user's */
    run.reg[seL4_VCPUReg_RDI] = 0x2000;
    emulate_run(&run, "\xaa", 1, EMULATE_DONE);
    run.cr4 |= 1u << 21;
    emulate_run(&run, "\xaa", 1, EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.error, PAGING_WRITE | PAGING_PRESENT);
    run.rflags |= 1u << 18; /* AC: it means it */
    emulate_run(&run, "\xaa", 1, EMULATE_DONE);
}

/* Address spaces with the same tables below their roots share what is known of an instruction. */
static void code_of_all_address_spaces(void **state)
{
    const uint64_t same = 0x20000, other = 0x21000;
    struct seL4_VCPURun run;
    const struct insn *insn;

    (void)state;
    emulate_start(&run);
    map_long_mode(&run);
    memcpy(emulate_ram + run.rip, "\x0f\x30", 2); /* wrmsr */
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    memcpy(emulate_ram + same, emulate_ram + PML4, 8);
    run.cr3 = same;
    assert_null(emulator_fetched(&emulate_emulator, &run));
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    assert_int_equal(insn->length, 2);
    assert_int_equal(paging_cached(&emulate_emulator.paging, run.rip)->cr3, PML4); /* no walk */
    assert_ptr_equal(emulator_fetched(&emulate_emulator, &run), insn);
    /* One that has other code there, and one that has none. */
    for (uint64_t level = 0; level < 3; level++)
        *(uint64_t *)(emulate_ram + other + 0x1000 * level) = (other + 0x1000 * (level + 1)) | 3;
    *(uint64_t *)(emulate_ram + other + 0x3000 + 8) = 0x5000 | 3;
    emulate_ram[0x5000] = 0xaa; /* stosb */
    run.cr3 = other;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    assert_int_equal(insn->length, 1);
    *(uint64_t *)(emulate_ram + other) = 0;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
}

/* The cached walk must notice that the guest has changed any entry of it. */
static void cached_walks_follow_the_tables(void **state)
{
    struct paging_cache cache;
    struct seL4_VCPURun run;
    uint64_t physical;
    uint32_t error;

    (void)state;
    emulate_start(&run);
    map_long_mode(&run);
    paging_init(&cache, 40);
    assert_true(
        paging_translate(&emulate_memory, &cache, &run, 0x3123, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x3123);
    *(uint64_t *)(emulate_ram + TABLE + 8 * 3) = 0x7000 | 3;
    assert_true(
        paging_translate(&emulate_memory, &cache, &run, 0x3123, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x7123);
    *(uint64_t *)(emulate_ram + DIRECTORY) = 0;
    assert_false(
        paging_translate(&emulate_memory, &cache, &run, 0x3123, PAGING_READ, &physical, &error));
    assert_true(
        paging_translate(&emulate_memory, &cache, &run, 0x234567, PAGING_WRITE, &physical, &error));
    assert_int_equal(physical, 0x34567);
    assert_true(*(uint64_t *)(emulate_ram + DIRECTORY + 8) & 0x40); /* dirty */
    /* User access to a supervisor page. */
    assert_false(
        paging_translate(&emulate_memory, &cache, &run, 0x234567, PAGING_USER, &physical, &error));
    assert_int_equal(error, PAGING_USER | PAGING_PRESENT);
}

static void paging_of_32_bits(void **state)
{
    struct paging_cache cache;
    struct seL4_VCPURun run;
    uint64_t physical;
    uint32_t error;

    (void)state;
    paging_init(&cache, 40);
    memset(&run, 0, sizeof(run));
    run.cr0 = 0x80000001;
    run.cr3 = PML4;
    *(uint32_t *)(emulate_ram + PML4 + 4 * 3) = PDPT | 3;
    *(uint32_t *)(emulate_ram + PDPT + 4 * 5) = 0x1f000 | 3;
    assert_true(
        paging_translate(&emulate_memory, &cache, &run, 0xc05abc, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x1fabc);
    /* 4 MiB pages, only if CR4.PSE says so; PSE-36 puts address bits 39:32 into bits 20:13. */
    *(uint32_t *)(emulate_ram + PML4 + 4) = 0x00800000 | 1u << 13 | 0x83;
    run.cr4 = 0x10;
    assert_true(
        paging_translate(&emulate_memory, &cache, &run, 0x412345, PAGING_READ, &physical, &error));
    assert_int_equal(physical, 0x100812345);
    /* PAE: 2 MiB pages. */
    run.cr4 = 0x20;
    memset(emulate_ram + PML4, 0, 4096);
    *(uint64_t *)(emulate_ram + PML4 + 8 * 3) = PDPT | 1;
    *(uint64_t *)(emulate_ram + PDPT + 8 * 2) = 0x345600000 | 0x83;
    assert_true(paging_translate(&emulate_memory, &cache, &run, 0xc0412345, PAGING_WRITE, &physical,
                                 &error));
    assert_int_equal(physical, 0x345612345);
}

/* Neither what is not to be executed, nor, with SMEP, what is the user's. */
static void code_of_others(void **state)
{
    struct seL4_VCPURun run;
    const struct insn *insn;
    uint64_t *entry = (uint64_t *)(emulate_ram + TABLE + 8 * 4);

    (void)state;
    emulate_start(&run);
    map_long_mode(&run);
    run.rip = 0x4000;
    run.efer |= 0x800;
    put_bytes(emulate_ram + 0x4000, "\x89\x03", 2);
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    *entry |= 1ull << 63;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.error, PAGING_FETCH | PAGING_PRESENT);
    /* Of the upper levels, too, until NX means nothing; then it must be zero. */
    *entry &= ~(1ull << 63);
    *(uint64_t *)(emulate_ram + PDPT) |= 1ull << 63;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    run.efer &= ~0x800ull;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.error, PAGING_PRESENT | PAGING_RESERVED);
    *(uint64_t *)(emulate_ram + PDPT) = DIRECTORY | 7;
    *(uint64_t *)(emulate_ram + PML4) |= 4;
    *(uint64_t *)(emulate_ram + DIRECTORY) |= 4;
    *entry |= 4;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    run.cr4 |= 1u << 20;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.error, PAGING_FETCH | PAGING_PRESENT);
    run.cpl = 3;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
}

/* Bits that must be zero, at each level and in each format. */
static void reserved_bits(void **state)
{
    static const struct {
        uint32_t table, bit;
    } bits[] = {{PML4, 7},   {PML4, 40},          {PDPT, 45},         {DIRECTORY, 51},
                {TABLE, 40}, {DIRECTORY + 8, 13}, {DIRECTORY + 8, 20}};
    struct paging_cache cache;
    struct seL4_VCPURun run;
    uint64_t physical;
    uint32_t error;

    (void)state;
    paging_init(&cache, 40);
    emulate_start(&run);
    map_long_mode(&run);
    for (unsigned i = 0; i < ARRAY_SIZE(bits); i++) {
        uint64_t *entry = (uint64_t *)(emulate_ram + bits[i].table);
        uint64_t at = bits[i].table == DIRECTORY + 8 ? 0x200000 : 0;

        assert_true(paging_translate(&emulate_memory, &cache, &run, at, 0, &physical, &error));
        *entry ^= 1ull << bits[i].bit;
        assert_false(paging_translate(&emulate_memory, &cache, &run, at, 0, &physical, &error));
        assert_int_equal(error, PAGING_PRESENT | PAGING_RESERVED);
        *entry ^= 1ull << bits[i].bit;
    }
    /* PAE's have more of them; 4 MiB pages one. */
    memset(&run, 0, sizeof(run));
    run.cr0 = 0x80000001;
    run.cr4 = 0x20;
    run.cr3 = PDPT;
    assert_true(paging_translate(&emulate_memory, &cache, &run, 0, 0, &physical, &error));
    *(uint64_t *)(emulate_ram + TABLE) |= 1ull << 55;
    assert_false(paging_translate(&emulate_memory, &cache, &run, 0, 0, &physical, &error));
    assert_int_equal(error, PAGING_PRESENT | PAGING_RESERVED);
    run.cr4 = 0x10;
    *(uint32_t *)(emulate_ram + PDPT) = 0x83;
    assert_true(paging_translate(&emulate_memory, &cache, &run, 0, 0, &physical, &error));
    *(uint32_t *)(emulate_ram + PDPT) |= 1u << 21;
    assert_false(paging_translate(&emulate_memory, &cache, &run, 0, 0, &physical, &error));
    assert_int_equal(error, PAGING_PRESENT | PAGING_RESERVED);
}

/* Code that crosses into a page that is not there faults there. */
static void fetch_faults(void **state)
{
    const struct insn *insn;
    struct seL4_VCPURun run;

    (void)state;
    emulate_start(&run);
    map_long_mode(&run);
    run.rip = 0x8ffe;
    put_bytes(emulate_ram + run.rip, "\xc7\x03", 2);
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.cr2, 0x9000);
    assert_int_equal(emulate_emulator.error, 0); /* without NX or SMEP fetches are reads */
    run.efer |= 0x800;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    assert_int_equal(emulate_emulator.error, PAGING_FETCH);
    run.rip = 0x9000;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), EMULATE_EXCEPTION);
    /* Beyond the end of RAM the bus floats: all ones, which are no page fault. */
    run.cr0 = CR0_PROTECTED;
    emulate_emulator.cr2 = 0;
    run.rip = RAM_BYTES - 2;
    put_bytes(emulate_ram + run.rip, "\xc7\x03", 2);
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
    assert_int_equal(insn->immediate, -1);
    run.rip = RAM_BYTES;
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), -EINVAL);
    assert_int_equal(emulate_emulator.cr2, 0);
    map_long_mode(&run);
    /* A complete instruction right at the end of the page is fine. */
    run.rip = 0x8ffe;
    put_bytes(emulate_ram + run.rip, "\x89\x03", 2);
    assert_int_equal(emulator_fetch(&emulate_emulator, &run, &insn), 0);
}

const struct CMUnitTest paging_tests[] = {
    cmocka_unit_test_setup_teardown(faults_while_copying, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(supervisor_on_user_pages, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(code_of_all_address_spaces, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(cached_walks_follow_the_tables, emulate_set_up,
                                    emulate_tear_down),
    cmocka_unit_test_setup_teardown(paging_of_32_bits, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(code_of_others, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(reserved_bits, emulate_set_up, emulate_tear_down),
    cmocka_unit_test_setup_teardown(fetch_faults, emulate_set_up, emulate_tear_down),
};
const unsigned paging_test_count = ARRAY_SIZE(paging_tests);
