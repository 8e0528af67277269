/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of AMD-Vi on a model of a unit: its tables and commands, and the log of events, which
 * QEMU does not write before version 10.2.
 */
#include "iommu_model.h"
#include "iommu/amdvi_registers.h"

#define DEVICE  0x1a2u
#define LOG_MAX 16

static uint64_t commands[LOG_MAX][2];
static unsigned command_count;
static unsigned event_tail; /* in events */

static uint64_t *physical(uint64_t address)
{
    assert_true(address < MEMORY_SIZE);
    return (uint64_t *)(host_memory + address);
}

static void run_commands(void)
{
    uint64_t ring = *reg64(REG_COMMANDS) & PTE_ADDRESS;
    while (*reg64(REG_COMMAND_HEAD) != *reg64(REG_COMMAND_TAIL)) {
        const uint64_t *c = physical(ring + *reg64(REG_COMMAND_HEAD));
        if (c[0] >> 60 == 1)
            *physical(c[0] & 0xffffffffffff8) = c[1];
        else
            memcpy(commands[command_count++ % LOG_MAX], c, 16);
        *reg64(REG_COMMAND_HEAD) = (*reg64(REG_COMMAND_HEAD) + 16) % PAGE_SIZE_4K;
    }
}

static void model_read(unsigned offset)
{
    if (offset == REG_STATUS) {
        bool on = *reg64(REG_CONTROL) & CONTROL_EVENTS;
        *reg64(REG_STATUS) = (*reg64(REG_STATUS) & ~STATUS_EVENTS) | (on ? STATUS_EVENTS : 0);
    }
}

static void model_written(unsigned offset, uint64_t before)
{
    uint64_t control = *reg64(REG_CONTROL);
    if (offset == REG_STATUS) /* ones clear */
        *reg64(REG_STATUS) = before & ~*reg64(REG_STATUS);
    else if (offset == REG_EVENTS)
        event_tail = 0;
    else if (offset == REG_COMMAND_TAIL && control & CONTROL_COMMANDS && control & CONTROL_ON)
        run_commands();
}

/* As the unit writes it; nothing when there is no room. */
static void put_event(uint64_t lo, uint64_t hi)
{
    unsigned next = (event_tail + 1) % RING_ENTRIES;
    if (!(*reg64(REG_CONTROL) & CONTROL_EVENTS) || *reg64(REG_STATUS) & STATUS_OVERFLOW)
        return;
    if (next == *reg64(REG_EVENT_HEAD) / 16) {
        *reg64(REG_STATUS) |= STATUS_OVERFLOW;
        return;
    }
    uint64_t *e = physical((*reg64(REG_EVENTS) & PTE_ADDRESS) + 16 * event_tail);
    e[1] = hi;
    e[0] = lo;
    event_tail = next;
    *reg64(REG_STATUS) |= STATUS_EVENT_INT;
}

static uint64_t *entry_of(uint16_t device)
{
    return physical((*reg64(REG_DEVICES) & PTE_ADDRESS) + 32ul * device);
}

static void start_with(bool flush_all, bool ioapic)
{
    model_reset();
    command_count = event_tail = 0;
    *reg64(REG_FEATURES) = flush_all ? FEATURE_FLUSH_ALL : 0;
    struct iommu_tables t = {.kind = IOMMU_AMDVI, .unit_count = 1, .ioapic_count = ioapic};
    t.units[0] = (struct iommu_table_unit){.registers = REGISTERS_AT, .function = 2};
    t.ioapics[0].sender = 0xa0;
    assert_true(amdvi_driver.prepare(&t, allocate));
    amdvi_driver.start();
}

static void test_start(void **state)
{
    (void)state;
    start_with(true, true);
    assert_int_equal(*reg64(REG_DEVICES) & 0x1ff, 511);
    assert_int_equal(command_count, 1);
    assert_int_equal(commands[0][0], 8ul << 60);
    assert_true(iommu.remaps);
    for (unsigned i = 0; i < DEVICE_COUNT; i++) {
        const uint64_t *e = entry_of((uint16_t)i);
        assert_int_equal(e[0] & (DEVICE_VALID | DEVICE_TABLE), DEVICE_VALID | DEVICE_TABLE);
        assert_int_equal(e[0] & (DEVICE_READ | DEVICE_WRITE), 0);
        assert_int_equal(e[2], i == 0xa0 ? 0 : DEVICE_INTERRUPTS); /* that is an abort */
    }
    start_with(false, false);
    assert_int_equal(command_count, 3 * DEVICE_COUNT);
    assert_false(iommu.remaps);
    amdvi_driver.route_faults(0xe1, 3);
    assert_int_equal(message_address, 0xfee03000);
    assert_int_equal(message_data, 0xe1);
    assert_true(*reg64(REG_CONTROL) & CONTROL_EVENT_INT);
    amdvi_driver.hold_faults(true);
    assert_false(*reg64(REG_CONTROL) & CONTROL_EVENT_INT);
}

static void test_attach(void **state)
{
    (void)state;
    start_with(true, false);
    command_count = 0;
    amdvi_driver.attach(DEVICE, 7, 0x5000, false);
    const uint64_t *e = entry_of(DEVICE);
    assert_int_equal(e[0], 0x5000 | 3 << 9 | 3 | DEVICE_READ | DEVICE_WRITE);
    assert_int_equal(e[1], 7);
    /* The device's entry and its old domain, then its entry and its new one. */
    assert_int_equal(command_count, 4);
    assert_int_equal(commands[0][0], 2ul << 60 | DEVICE);
    assert_int_equal(commands[1][0], 3ul << 60);
    assert_int_equal(commands[2][0], 2ul << 60 | DEVICE);
    assert_int_equal(commands[3][0], 3ul << 60 | 7ul << 32);
    assert_int_equal(commands[3][1], 0x7ffffffffffff003);
    amdvi_driver.attach(DEVICE, 0, 0, true);
    assert_int_equal(e[0] & (DEVICE_READ | DEVICE_WRITE), 0);
    assert_int_equal(e[1], DEVICE_QUIET);
}

/* 2.4.3: the lowest zero from bit 12 up says how many pages. */
static void test_flush(void **state)
{
    (void)state;
    start_with(true, false);
    static const struct {
        unsigned bits;
        uint64_t word;
    } sizes[] = {{12, 0x40000002}, {21, 0x400ff003}, {30, 0x5ffff003}};
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        command_count = 0;
        amdvi_driver.flush(9, 0x40000000, sizes[i].bits);
        assert_int_equal(command_count, 1);
        assert_int_equal(commands[0][0], 3ul << 60 | 9ul << 32);
        assert_int_equal(commands[0][1], sizes[i].word);
    }
}

static void test_events(void **state)
{
    (void)state;
    start_with(true, false);
    struct iommu_fault f;
    assert_false(amdvi_driver.take_fault(&f));
    static const struct {
        uint64_t lo, hi;
        bool write, interrupt;
    } events[] = {
        {2ul << 60 | BIT(53) | 7ul << 32 | DEVICE, 0x1234000, true, false},
        {2ul << 60 | 7ul << 32 | DEVICE, 0x1234000, false, false},
        {2ul << 60 | BIT(51) | BIT(53) | DEVICE, 0xfee00000, true, true},
        {1ul << 60 | BIT(53) | DEVICE, 0x1000, true, false},
        {2ul << 60 | BIT(51) | BIT(49) | DEVICE, 0x400000, true, false}, /* QEMU's form */
        {2ul << 60 | BIT(51) | BIT(48) | DEVICE, 0x400000, false, false},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(events); i++) {
        put_event(5ul << 60, 0); /* not about a device: printed, and passed over */
        put_event(events[i].lo, events[i].hi);
        assert_true(amdvi_driver.take_fault(&f));
        assert_int_equal(f.device, DEVICE);
        assert_int_equal(f.address, events[i].hi);
        assert_int_equal(f.write, events[i].write);
        assert_int_equal(f.interrupt, events[i].interrupt);
        assert_int_equal(f.reason, events[i].lo >> 60);
        assert_false(amdvi_driver.take_fault(&f));
    }
    assert_int_equal(printed, ARRAY_SIZE(events));
    /* Round the ring, several times. */
    for (unsigned i = 0; i < 4 * RING_ENTRIES; i++) {
        put_event(2ul << 60 | i % 0xffff, i * PAGE_SIZE_4K);
        assert_true(amdvi_driver.take_fault(&f));
        assert_int_equal(f.device, i % 0xffff);
        assert_false(amdvi_driver.take_fault(&f));
    }
}

static void test_overflow(void **state)
{
    (void)state;
    start_with(true, false);
    struct iommu_fault f;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 2 * RING_ENTRIES; i++)
            put_event(2ul << 60 | DEVICE, i * PAGE_SIZE_4K);
        assert_true(*reg64(REG_STATUS) & STATUS_OVERFLOW);
        unsigned count = 0;
        while (amdvi_driver.take_fault(&f))
            assert_int_equal(f.address, PAGE_SIZE_4K * count++);
        assert_int_equal(count, RING_ENTRIES - 1);
        assert_false(*reg64(REG_STATUS) & STATUS_OVERFLOW);
        assert_true(*reg64(REG_CONTROL) & CONTROL_EVENTS);
    }
}

/* Each device has a table of its own while it has an interrupt. */
static void test_interrupts(void **state)
{
    (void)state;
    start_with(true, true);
    const struct iommu_interrupt a = {.lapic_id = 3, .sender = DEVICE, .vector = 0x31},
                                 b = {.lapic_id = 3, .sender = DEVICE, .vector = 0x32},
                                 c = {.lapic_id = 3, .sender = DEVICE + 1, .vector = 0x33};
    amdvi_driver.set_interrupt(1, &a, true);
    amdvi_driver.set_interrupt(2, &b, true);
    amdvi_driver.set_interrupt(3, &c, true);
    uint64_t word = entry_of(DEVICE)[2], other = entry_of(DEVICE + 1)[2];
    assert_int_equal(word & ~PTE_ADDRESS & ~0xfc0ul, 2ul << 60 | 8 << 1 | 1);
    assert_int_not_equal(word, other);
    const uint32_t *entries = (const uint32_t *)physical(word & 0x000fffffffffffc0);
    for (unsigned i = 0; i < REMAP_ENTRIES; i++)
        assert_int_equal(entries[i], i == 0x31 || i == 0x32 ? i << 16 | 3 << 8 | 1 : 0);
    command_count = 0;
    amdvi_driver.set_interrupt(1, &a, false);
    assert_int_equal(entries[0x31], 0);
    assert_int_equal(entry_of(DEVICE)[2], word);
    assert_int_equal(commands[1][0], 5ul << 60 | DEVICE);
    amdvi_driver.set_interrupt(2, &b, false);
    assert_int_equal(entry_of(DEVICE)[2], DEVICE_INTERRUPTS);
    assert_int_equal(entry_of(DEVICE + 1)[2], other);
    /* As many devices as there are interrupts. */
    struct iommu_interrupt many = a;
    for (unsigned i = 0; i < 108; i++) {
        many.sender = (uint16_t)(0x1000 + i);
        amdvi_driver.set_interrupt(i, &many, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),    cmocka_unit_test(test_attach),
        cmocka_unit_test(test_flush),    cmocka_unit_test(test_events),
        cmocka_unit_test(test_overflow), cmocka_unit_test(test_interrupts),
    };
    return cmocka_run_group_tests_name("AMD-Vi", tests, NULL, NULL);
}
