/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of VT-d on a model of a unit, which can be what QEMU's is not: with 4 levels only,
 * without large pages or flushes of single pages, with several fault records.
 */
#include "iommu_model.h"
#include "iommu/vtd_registers.h"

#define DEVICE    0x1a2u
#define LOG_MAX   16
#define FAULTS_AT 0x200u
#define FAULTS    4u

/* What most units say: 3 and 4 levels, large pages, single flushes of up to 2^18 pages, drains. */
#define USUAL                                                                                      \
    (2ul | 6ul << 8 | (uint64_t)FAULTS_AT / 16 << 24 | 3ul << 34 | 1ul << 39 |                     \
     (uint64_t)(FAULTS - 1) << 40 | 18ul << 48 | 3ul << 54)
#define USUAL_EXTENDED (1ul | 2ul | 8ul | 16ul)

static struct entry_words {
    uint64_t lo, hi;
} flushes[LOG_MAX];
static unsigned flush_count;
static unsigned buffer_flushes;

static struct entry_words *physical(uint64_t address)
{
    assert_true(address < MEMORY_SIZE);
    return (struct entry_words *)(host_memory + address);
}

static void run_queue(void)
{
    while (*reg64(0x80) != *reg64(REG_QUEUE_TAIL)) {
        struct entry_words *e = physical((*reg64(REG_QUEUE_ADDRESS) & PTE_ADDRESS) + *reg64(0x80));
        if ((e->lo & 15) == FLUSH_WAIT)
            *(uint32_t *)physical(e->hi) = (uint32_t)(e->lo >> 32);
        else
            flushes[flush_count++ % LOG_MAX] = *e;
        *reg64(0x80) = (*reg64(0x80) + 16) % PAGE_SIZE_4K;
    }
}

static void model_read(unsigned offset)
{
    (void)offset;
}

static void model_written(unsigned offset, uint64_t before)
{
    uint32_t *status = reg32(REG_STATUS), command = *reg32(REG_COMMAND);
    if (offset == REG_COMMAND) {
        const uint32_t lasting = 1u << 31 | 1u << 26 | 1u << 25, once = 1u << 30 | 1u << 24;
        *status = (*status & ~lasting) | (command & (lasting | once));
        buffer_flushes += command >> 27 & 1;
    } else if (offset == REG_QUEUE_TAIL) {
        if (*status & COMMAND_QUEUE)
            run_queue();
    } else if (offset == REG_PROTECTED) {
        *reg32(REG_PROTECTED) = *reg32(REG_PROTECTED) & PROTECTED_ON ? ~0u : 0;
    } else if (offset >= FAULTS_AT && offset < FAULTS_AT + 16 * FAULTS && offset % 16 == 12) {
        *reg32(offset) = (uint32_t)before & ~*reg32(offset); /* ones clear */
    }
}

static bool start_with(uint64_t capability, uint64_t extended)
{
    model_reset();
    flush_count = buffer_flushes = 0;
    *reg64(REG_CAPABILITY) = capability;
    *reg64(REG_EXTENDED) = extended;
    *reg32(REG_PROTECTED) = ~0u;
    struct iommu_tables t = {.kind = IOMMU_VTD, .unit_count = 1, .remaps_interrupts = true};
    t.units[0].registers = REGISTERS_AT;
    if (!vtd_driver.prepare(&t, allocate))
        return false;
    vtd_driver.start();
    return true;
}

static struct entry_words *context_of(uint16_t device)
{
    uint64_t root = *reg64(REG_ROOT) & PTE_ADDRESS;
    uint64_t table = physical(root + 16ul * (device >> 8))->lo;
    assert_true(table & 1);
    return physical((table & PTE_ADDRESS) + 16ul * (device & 0xff));
}

static void test_start(void **state)
{
    (void)state;
    assert_true(start_with(USUAL, USUAL_EXTENDED));
    assert_int_equal(*reg32(REG_STATUS) >> 24, 0xc7); /* on, root, queue, interrupts, their table */
    assert_int_equal(*reg32(REG_PROTECTED), ~0u);     /* it has none: not touched */
    assert_int_equal(iommu.levels, 3);
    assert_int_equal(iommu.page_sizes, 7);
    assert_int_equal(iommu.domains, 256);
    assert_true(iommu.remaps && iommu.remaps_lines);
    for (unsigned i = 0; i < 0x10000; i++)
        assert_int_equal(context_of((uint16_t)i)->lo, 0);

    assert_true(start_with((USUAL & ~(31ul << 8 | 3ul << 34 | 7ul)) | 4ul << 8 | 3 << 5, 2));
    assert_int_equal(*reg32(REG_PROTECTED), 0);
    assert_int_equal(iommu.levels, 4);
    assert_int_equal(iommu.page_sizes, 1);
    assert_int_equal(iommu.domains, 16);
    assert_false(iommu.remaps);
    vtd_driver.attach(DEVICE, 7, 0x5000, false);
    assert_int_equal(context_of(DEVICE)->hi, 7 << 8 | 2);

    assert_false(start_with(USUAL & ~(31ul << 8), USUAL_EXTENDED)); /* no depth that we know */
    assert_false(start_with(USUAL, 1));                             /* no queue */
}

static void test_attach(void **state)
{
    (void)state;
    assert_true(start_with(USUAL, USUAL_EXTENDED));
    const struct entry_words *e = context_of(DEVICE);
    vtd_driver.attach(DEVICE, 7, 0x5000, false);
    assert_int_equal(e->lo, 0x5001);
    assert_int_equal(e->hi, 7 << 8 | 1);
    flush_count = 0;
    vtd_driver.attach(DEVICE, 8, 0x6000, true);
    assert_int_equal(e->lo, 0x6003);
    assert_int_equal(e->hi, 8 << 8 | 1);
    /* The device as it was, and all of its old domain. */
    assert_int_equal(flush_count, 2);
    assert_int_equal(flushes[0].lo, 1 | 3 << 4 | 7 << 16 | (uint64_t)DEVICE << 32);
    assert_int_equal(flushes[1].lo, 2 | 2 << 4 | 3 << 6 | 7 << 16);
    vtd_driver.attach(DEVICE, 0, 0, false);
    assert_int_equal(e->lo, 0);

    /* A unit that remembers what was absent is told; and one with a buffer for writes. */
    assert_true(start_with(USUAL | 1 << 7 | 1 << 4, USUAL_EXTENDED & ~1ul));
    assert_true(iommu.keeps_absent);
    flush_count = 0;
    vtd_driver.attach(DEVICE, 7, 0x5000, false);
    assert_int_equal(flush_count, 4);
    assert_true(buffer_flushes > 0);
}

static void test_flush(void **state)
{
    (void)state;
    static const struct {
        uint64_t capability;
        unsigned bits;
        uint64_t lo, hi;
    } flushed[] = {
        {USUAL, 12, 2 | 3 << 4 | 3 << 6 | 9 << 16, 0x40000000},
        {USUAL, 21, 2 | 3 << 4 | 3 << 6 | 9 << 16, 0x40000009},
        {USUAL, 30, 2 | 3 << 4 | 3 << 6 | 9 << 16, 0x40000012},
        {(USUAL & ~(63ul << 48)) | 8ul << 48, 21, 2 | 2 << 4 | 3 << 6 | 9 << 16, 0},
        {USUAL & ~(1ul << 39 | 3ul << 54), 12, 2 | 2 << 4 | 9 << 16, 0},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(flushed); i++) {
        assert_true(start_with(flushed[i].capability, USUAL_EXTENDED));
        flush_count = 0;
        vtd_driver.flush(9, 0x40000000, flushed[i].bits);
        assert_int_equal(flush_count, 1);
        assert_int_equal(flushes[0].lo, flushed[i].lo);
        assert_int_equal(flushes[0].hi, flushed[i].hi);
    }
}

static void put_fault(unsigned record, uint64_t lo, uint64_t hi)
{
    *reg64(FAULTS_AT + 16 * record) = lo;
    *reg64(FAULTS_AT + 16 * record + 8) = hi | 1ul << 63;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(start_with(USUAL, USUAL_EXTENDED));
    struct iommu_fault f;
    assert_false(vtd_driver.take_fault(&f));
    static const struct {
        uint64_t lo, hi;
        bool write, interrupt;
    } faults[] = {
        {0x1234000, 5ul << 32 | DEVICE, true, false},
        {0x1234000, 1ul << 62 | 6ul << 32 | DEVICE, false, false},
        {17ul << 48, 0x26ul << 32 | DEVICE, true, true},
    };
    /* From any record on, all of them, in the order of the records. */
    for (unsigned first = 0; first < 9; first++) {
        for (unsigned i = 0; i < ARRAY_SIZE(faults); i++)
            put_fault((first + i) % FAULTS, faults[i].lo, faults[i].hi);
        unsigned seen = 0;
        while (vtd_driver.take_fault(&f)) {
            unsigned i = 0;
            while (i < ARRAY_SIZE(faults) && faults[i].hi << 24 >> 56 != f.reason)
                i++;
            assert_true(i < ARRAY_SIZE(faults));
            assert_int_equal(f.device, DEVICE);
            assert_int_equal(f.write, faults[i].write);
            assert_int_equal(f.interrupt, faults[i].interrupt);
            assert_int_equal(f.address, faults[i].lo & PTE_ADDRESS);
            seen |= 1u << i;
        }
        assert_int_equal(seen, 7);
    }
    vtd_driver.route_faults(0xe1, 0x103);
    assert_int_equal(*reg32(REG_FAULT_ADDRESS), 0xfee03000);
    assert_int_equal(*reg32(REG_FAULT_ADDRESS_HIGH), 0x100);
    assert_int_equal(*reg32(REG_FAULT_DATA), 0xe1);
    assert_int_equal(*reg32(REG_FAULT_CONTROL), 0);
    vtd_driver.hold_faults(true);
    assert_int_equal(*reg32(REG_FAULT_CONTROL), 1u << 31);
}

static void test_interrupts(void **state)
{
    (void)state;
    const struct iommu_interrupt a = {.lapic_id = 3, .sender = DEVICE, .vector = 0x31},
                                 line = {
                                     .lapic_id = 3, .vector = 0x32, .anybody = true, .level = true};
    assert_true(start_with(USUAL, USUAL_EXTENDED));
    assert_int_equal(*reg64(REG_INTERRUPTS) & 0xfff, 7);
    const struct entry_words *e = physical(*reg64(REG_INTERRUPTS) & PTE_ADDRESS);
    flush_count = 0;
    vtd_driver.set_interrupt(17, &a, true);
    vtd_driver.set_interrupt(18, &line, true);
    assert_int_equal(e[17].lo, 3ul << 40 | 0x31 << 16 | 1);
    assert_int_equal(e[17].hi, 1 << 18 | DEVICE);
    assert_int_equal(e[18].lo, 3ul << 40 | 0x32 << 16 | 1 << 4 | 1);
    assert_int_equal(e[18].hi, 0);
    assert_int_equal(flushes[0].lo, 4 | 1 << 4 | 17ul << 32);
    vtd_driver.set_interrupt(17, &a, false);
    assert_int_equal(e[17].lo, 0);

    /* In x2APIC mode identities have 32 bits, or nothing is remapped. */
    assert_true(start_with(USUAL, USUAL_EXTENDED));
    x2apic = true;
    struct iommu_tables t = {.kind = IOMMU_VTD, .unit_count = 1, .remaps_interrupts = true};
    t.units[0].registers = REGISTERS_AT;
    assert_true(vtd_driver.prepare(&t, allocate));
    vtd_driver.start();
    assert_int_equal(*reg64(REG_INTERRUPTS) & 0xfff, 7 | 1 << 11);
    e = physical(*reg64(REG_INTERRUPTS) & PTE_ADDRESS);
    vtd_driver.set_interrupt(17, &a, true);
    assert_int_equal(e[17].lo, 3ul << 32 | 0x31 << 16 | 1);
    *reg64(REG_EXTENDED) = USUAL_EXTENDED & ~16ul;
    assert_true(vtd_driver.prepare(&t, allocate));
    assert_false(iommu.remaps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),      cmocka_unit_test(test_attach),
        cmocka_unit_test(test_flush),      cmocka_unit_test(test_faults),
        cmocka_unit_test(test_interrupts),
    };
    return cmocka_run_group_tests_name("VT-d", tests, NULL, NULL);
}
