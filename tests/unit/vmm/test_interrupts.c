/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controllers: priorities, edges and levels, ends of interrupt, vectors, the ways
 * from a wire to the processor.
 */
#include "fake_machine.h"

#include <vmm/ioapic.h>
#include <vmm/lapic.h>
#include <vmm/pic.h>

static struct pic pic;
static struct lapic lapic;
static struct ioapic ioapic;
static bool intr;
static unsigned nmis, resets, rises;

static void on_intr(void *ctx, bool high)
{
    (void)ctx;
    rises += high && !intr;
    intr = high;
}

static void on_eoi(void *ctx, uint8_t vector)
{
    (void)ctx;
    ioapic_eoi(&ioapic, vector);
}

static void on_nmi(void *ctx)
{
    (void)ctx;
    nmis++;
}

static void on_reset(void *ctx)
{
    (void)ctx;
    resets++;
}

static void on_changed(void *ctx)
{
    (void)ctx;
    mmio_bus_move(&machine.mmio, &lapic, lapic_page(&lapic));
    ioapic_retry(&ioapic);
}

static bool on_message(void *ctx, uint32_t destination, bool logical, unsigned mode, uint8_t vector,
                       bool level)
{
    (void)ctx;
    return lapic_addressed(&lapic, destination, logical) &&
           lapic_deliver(&lapic, mode, vector, level);
}

static int set_up(void **state)
{
    const struct lapic_ops ops = {on_eoi, on_nmi, on_reset, on_changed, NULL};

    machine_set_up(state);
    intr = false;
    nmis = resets = 0;
    pic_init(&pic, on_intr, NULL);
    pic_attach(&pic, &machine.ports);
    lapic_init(&lapic, &machine.clock, &machine.timers, &ops);
    lapic_attach(&lapic, &machine.mmio);
    ioapic_init(&ioapic, on_message, NULL);
    ioapic_attach(&ioapic, &machine.mmio);
    return 0;
}

/* --- 8259 --- */

static void pic_start(void)
{
    static const struct {
        uint16_t port;
        uint8_t value;
    } writes[] = {{0x20, 0x11}, {0x21, 0x30}, {0x21, 0x04}, {0x21, 0x01}, {0xa0, 0x11},
                  {0xa1, 0x38}, {0xa1, 0x02}, {0xa1, 0x01}, {0x21, 0x00}, {0xa1, 0x00}};

    for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
        out8(writes[i].port, writes[i].value);
}

static void pic_edges(void **state)
{
    (void)state;
    pic_start();
    pic_set_line(&pic, 4, true);
    assert_true(intr);
    assert_int_equal(pic_acknowledge(&pic), 0x34);
    assert_false(intr);
    /* The line is still high: no second interrupt without a second edge. */
    out8(0x20, 0x20);
    assert_false(intr);
    pic_set_line(&pic, 4, false);
    pic_set_line(&pic, 4, true);
    assert_int_equal(pic_acknowledge(&pic), 0x34);
    out8(0x20, 0x20);
    /* An edge that goes away before it is taken comes out as spurious. */
    pic_set_line(&pic, 5, true);
    pic_set_line(&pic, 5, false);
    assert_false(intr);
    assert_int_equal(pic_acknowledge(&pic), 0x37);
}

static void pic_levels(void **state)
{
    (void)state;
    pic_start();
    out8(0x4d1, 0x08); /* line 11 */
    assert_int_equal(in8(0x4d1), 0x08);
    out8(0x4d0, 0xff);
    assert_int_equal(in8(0x4d0), 0xf8); /* the timer's lines stay edge */
    pic_set_line(&pic, 11, true);
    assert_int_equal(pic_acknowledge(&pic), 0x3b);
    out8(0xa0, 0x20);
    out8(0x20, 0x20);
    assert_true(intr); /* still asserted: again */
    assert_int_equal(pic_acknowledge(&pic), 0x3b);
    pic_set_line(&pic, 11, false);
    out8(0xa0, 0x20);
    out8(0x20, 0x20);
    assert_false(intr);
}

static void pic_priorities(void **state)
{
    (void)state;
    pic_start();
    pic_set_line(&pic, 5, true);
    assert_int_equal(pic_acknowledge(&pic), 0x35);
    pic_set_line(&pic, 6, true);
    assert_false(intr); /* lower waits */
    pic_set_line(&pic, 8, true);
    assert_true(intr); /* the slave sits at input 2: higher */
    assert_int_equal(pic_acknowledge(&pic), 0x38);
    out8(0x20, 0x0b);
    assert_int_equal(in8(0x20), 0x24); /* in service: 5 and the cascade */
    out8(0xa0, 0x60);                  /* specific end of input 0 */
    out8(0x20, 0x62);
    out8(0x20, 0x65);
    assert_int_equal(pic_acknowledge(&pic), 0x36);
    out8(0x20, 0x20);
    /* Rotation: after ending 3 with rotate, 4 comes first. */
    out8(0x20, 0xc3);
    pic_set_line(&pic, 1, true);
    pic_set_line(&pic, 4, true);
    assert_int_equal(pic_acknowledge(&pic), 0x34);
}

static void pic_masks_and_polls(void **state)
{
    (void)state;
    pic_start();
    out8(0x21, 0x10);
    pic_set_line(&pic, 4, true);
    assert_false(intr);
    assert_int_equal(in8(0x21), 0x10);
    assert_int_equal(in8(0x20), 0x10); /* requested all the same */
    out8(0x21, 0x00);
    assert_true(intr);
    out8(0x20, 0x0c);
    assert_int_equal(in8(0x20), 0x84); /* poll: takes it */
    assert_false(intr);
}

/* With automatic end of interrupt, the second of two lines must come after the first. */
static void pic_automatic_ends(void **state)
{
    (void)state;
    pic_start();
    out8(0xa0, 0x11);
    out8(0xa1, 0x38);
    out8(0xa1, 0x02);
    out8(0xa1, 0x03);
    pic_set_line(&pic, 9, true);
    pic_set_line(&pic, 12, true);
    assert_int_equal(pic_acknowledge(&pic), 0x39);
    out8(0x20, 0x20);
    assert_true(intr);
    assert_int_equal(pic_acknowledge(&pic), 0x3c);
    out8(0x20, 0x20);
    assert_false(intr);
    /* The master's own output falls and rises likewise, for a LINT0 that takes edges. */
    out8(0x20, 0x11);
    out8(0x21, 0x30);
    out8(0x21, 0x04);
    out8(0x21, 0x03);
    pic_set_line(&pic, 3, true);
    pic_set_line(&pic, 4, true);
    rises = 0;
    assert_int_equal(pic_acknowledge(&pic), 0x33);
    assert_int_equal(rises, 1);
    assert_int_equal(pic_acknowledge(&pic), 0x34);
}

static void pic_special_mask(void **state)
{
    (void)state;
    pic_start();
    pic_set_line(&pic, 3, true);
    assert_int_equal(pic_acknowledge(&pic), 0x33);
    out8(0x20, 0x68); /* special mask mode */
    out8(0x21, 0x08);
    out8(0x20, 0x20); /* what is masked in service ends by name only */
    out8(0x20, 0x0b);
    assert_int_equal(in8(0x20), 0x08);
    out8(0x20, 0x63);
    assert_int_equal(in8(0x20), 0x00);
}

/* A line that is high already requests when its input is made a level one. */
static void pic_levels_of_high_lines(void **state)
{
    (void)state;
    pic_set_line(&pic, 11, true);
    pic_start();
    assert_int_equal(in8(0xa0), 0x00);
    out8(0x4d1, 0x08);
    assert_int_equal(in8(0xa0), 0x08);
    assert_int_equal(pic_acknowledge(&pic), 0x3b);
}

static void pic_after_the_bios(void **state)
{
    (void)state;
    assert_int_equal(in8(0x21), 0xfb);
    assert_int_equal(in8(0xa1), 0xff);
    pic_set_line(&pic, 4, true);
    pic_set_line(&pic, 8, true);
    assert_false(intr);
    out8(0x21, 0xeb);
    assert_int_equal(pic_acknowledge(&pic), 0x0c);
    out8(0x20, 0x20);
    out8(0xa1, 0xfe);
    assert_int_equal(pic_acknowledge(&pic), 0x70);
}

/* --- local APIC --- */

static uint32_t apic_read(unsigned reg)
{
    uint64_t value;

    assert_true(mmio_bus_read(&machine.mmio, LAPIC_BASE + reg * 16, 4, &value));
    return (uint32_t)value;
}

static void apic_write(unsigned reg, uint32_t value)
{
    assert_true(mmio_bus_write(&machine.mmio, LAPIC_BASE + reg * 16, 4, value));
}

static void apic_priorities(void **state)
{
    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    assert_int_equal(lapic_pending(&lapic), -1);
    lapic_deliver(&lapic, APIC_MODE_FIXED, 0x51, false);
    lapic_deliver(&lapic, APIC_MODE_FIXED, 0x62, false);
    assert_int_equal(lapic_pending(&lapic), 0x62);
    lapic_accept(&lapic, 0x62);
    assert_int_equal(apic_read(LAPIC_ISR + 3), 1u << 2);
    assert_int_equal(apic_read(LAPIC_PPR), 0x60);
    assert_int_equal(lapic_pending(&lapic), -1);
    lapic_deliver(&lapic, APIC_MODE_FIXED, 0x65, false); /* same class: waits */
    assert_int_equal(lapic_pending(&lapic), -1);
    lapic_deliver(&lapic, APIC_MODE_FIXED, 0x71, false);
    assert_int_equal(lapic_pending(&lapic), 0x71);
    lapic_accept(&lapic, 0x71);
    apic_write(LAPIC_EOI, 0);
    assert_int_equal(lapic_pending(&lapic), -1);
    apic_write(LAPIC_EOI, 0);
    assert_int_equal(lapic_pending(&lapic), 0x65);
    apic_write(LAPIC_TPR, 0x60);
    assert_int_equal(lapic_pending(&lapic), -1);
    assert_int_equal(lapic_requested(&lapic), 0x65); /* nothing but the priority holds it back */
    assert_int_equal(lapic_cr8(&lapic), 6);
    lapic_set_cr8(&lapic, 5);
    assert_int_equal(apic_read(LAPIC_TPR), 0x50);
    assert_int_equal(lapic_pending(&lapic), 0x65);
    lapic_accept(&lapic, 0x65);
    apic_write(LAPIC_EOI, 0);
    assert_int_equal(lapic_pending(&lapic), -1); /* 0x51 is below the task's priority */
    apic_write(LAPIC_TPR, 0);
    assert_int_equal(lapic_pending(&lapic), 0x51);
}

static void apic_timer_modes(void **state)
{
    uint64_t start = machine.now;

    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    apic_write(LAPIC_TIMER_DIVIDE, 0x3); /* by 16 */
    apic_write(LAPIC_LVT_TIMER, 0x40);
    apic_write(LAPIC_TIMER_INITIAL, 1000);
    machine_run_until(start + 8000);
    assert_in_range(apic_read(LAPIC_TIMER_CURRENT), 499, 501);
    assert_int_equal(lapic_pending(&lapic), -1);
    machine_run_until(start + 16000);
    assert_int_equal(lapic_pending(&lapic), 0x40);
    assert_int_equal(apic_read(LAPIC_TIMER_CURRENT), 0);
    lapic_accept(&lapic, 0x40);
    apic_write(LAPIC_EOI, 0);

    apic_write(LAPIC_LVT_TIMER, 1u << 17 | 0x41); /* periodic */
    apic_write(LAPIC_TIMER_INITIAL, 1000);
    start = machine.now;
    for (unsigned i = 1; i <= 3; i++) {
        machine_run_until(start + i * 16000);
        assert_int_equal(lapic_pending(&lapic), 0x41);
        lapic_accept(&lapic, 0x41);
        apic_write(LAPIC_EOI, 0);
    }
    apic_write(LAPIC_LVT_TIMER, 1u << 16 | 1u << 17 | 0x41); /* masked: counts, is silent */
    machine_run_until(start + 5 * 16000);
    assert_int_equal(lapic_pending(&lapic), -1);

    apic_write(LAPIC_LVT_TIMER, 2u << 17 | 0x42); /* deadline */
    assert_int_equal(machine.timers.next, TIMER_NEVER);
    lapic_deadline_write(&lapic, machine.now + 5000);
    machine_run_until(machine.now + 4999);
    assert_int_equal(lapic_pending(&lapic), -1);
    machine_run_until(machine.now + 1);
    assert_int_equal(lapic_pending(&lapic), 0x42);
    assert_int_equal(lapic.tsc_deadline, 0);
    lapic_deadline_write(&lapic, machine.now + 5000);
    lapic_deadline_write(&lapic, 0); /* disarm */
    assert_int_equal(machine.timers.next, TIMER_NEVER);
}

static void apic_x2apic(void **state)
{
    uint64_t value;

    (void)state;
    assert_false(lapic_x2apic_read(&lapic, 0x802, &value));
    assert_false(lapic_base_write(&lapic, LAPIC_BASE | APIC_BASE_X2APIC)); /* without enable */
    assert_true(
        lapic_base_write(&lapic, LAPIC_BASE | APIC_BASE_BSP | APIC_BASE_ENABLE | APIC_BASE_X2APIC));
    assert_true(lapic_x2apic_read(&lapic, 0x802, &value));
    assert_int_equal(value, 0);
    assert_true(lapic_x2apic_write(&lapic, 0x80f, 0x1ff));
    assert_false(lapic_x2apic_write(&lapic, 0x83f, 0x155)); /* self IPI: eight bits */
    assert_int_equal(lapic_pending(&lapic), -1);
    assert_true(lapic_x2apic_write(&lapic, 0x83f, 0x55));
    assert_int_equal(lapic_pending(&lapic), 0x55);
    lapic_accept(&lapic, 0x55);
    assert_false(lapic_x2apic_write(&lapic, 0x80b, 1)); /* EOI takes zero only */
    assert_true(lapic_x2apic_write(&lapic, 0x80b, 0));
    assert_true(lapic_x2apic_write(&lapic, 0x830, 0x000000000000056ull)); /* to id 0: us */
    assert_int_equal(lapic_pending(&lapic), 0x56);
    lapic_accept(&lapic, 0x56);
    assert_true(lapic_x2apic_write(&lapic, 0x830, 5ull << 32 | 0x57)); /* to id 5: nobody */
    assert_int_equal(lapic_pending(&lapic), -1);
    assert_false(lapic_x2apic_read(&lapic, 0x80b, &value));
    assert_false(lapic_x2apic_write(&lapic, 0x802, 1));
    assert_false(lapic_base_write(&lapic, LAPIC_BASE | APIC_BASE_ENABLE)); /* not back to xAPIC */
    /* Ones in reserved bits. */
    assert_false(lapic_x2apic_write(&lapic, 0x808, 0x100));
    assert_false(lapic_x2apic_write(&lapic, 0x80f, 1ull << 32 | 0x1ff));
    assert_false(lapic_x2apic_write(&lapic, 0x830, 1u << 13 | 0x58));
    assert_int_equal(lapic_pending(&lapic), -1);
    assert_false(lapic_x2apic_write(&lapic, 0x832, 1u << 31));
    assert_true(lapic_x2apic_write(&lapic, 0x835, 1u << 12 | 0x10700)); /* read-only ones are not */
    /* Six entries in the local vector table, says the version: the seventh, CMCI, is not there. */
    assert_true(lapic_x2apic_read(&lapic, 0x803, &value));
    assert_int_equal(value >> 16 & 0xff, 5);
    assert_false(lapic_x2apic_read(&lapic, 0x82f, &value));
    assert_false(lapic_x2apic_write(&lapic, 0x82f, 0x10000));
}

#define STATE(mode) ((mode) ? LAPIC_BASE | (uint64_t)(mode) << 10 : LAPIC_BASE)

static void apic_base(void **state)
{
    enum { OFF = 0, INVALID = 1, XAPIC = 2, X2APIC = 3 };
    uint64_t value;

    (void)state;
    assert_false(lapic_base_write(&lapic, STATE(INVALID)));
    assert_false(lapic_base_write(&lapic, STATE(XAPIC) | 1));
    assert_false(lapic_base_write(&lapic, STATE(XAPIC) | BIT(9)));
    apic_write(LAPIC_TPR, 0x30);
    assert_true(lapic_base_write(&lapic, STATE(X2APIC)));
    assert_true(lapic_x2apic_read(&lapic, 0x808, &value));
    assert_int_equal(value, 0x30); /* kept */
    assert_false(lapic_base_write(&lapic, STATE(XAPIC)));
    assert_false(lapic_base_write(&lapic, STATE(INVALID)));
    assert_true(lapic_base_write(&lapic, STATE(OFF)));
    assert_false(lapic_base_write(&lapic, STATE(X2APIC)));
    assert_false(lapic_base_write(&lapic, STATE(INVALID)));
    assert_false(lapic_deliver(&lapic, APIC_MODE_NMI, 0, false));
    assert_true(lapic_base_write(&lapic, STATE(XAPIC)));
    assert_int_equal(lapic.base & APIC_BASE_BSP, APIC_BASE_BSP);
    assert_int_equal(apic_read(LAPIC_TPR), 0); /* as after power-on, not as firmware left it */
    assert_int_equal(apic_read(LAPIC_SVR), 0xff);
    assert_int_equal(apic_read(LAPIC_LVT_LINT0), 0x10000);
    assert_true(lapic_deliver(&lapic, APIC_MODE_NMI, 0, false));
    assert_false(lapic_deliver(&lapic, APIC_MODE_FIXED, 0x55, false)); /* by software still off */
    /* The page moves. */
    assert_true(lapic_base_write(&lapic, 0x42000000 | APIC_BASE_ENABLE));
    assert_true(mmio_bus_read(&machine.mmio, 0x42000030, 4, &value));
    assert_int_equal(value, 0x50014);
    assert_false(mmio_bus_read(&machine.mmio, LAPIC_BASE + 0x30, 4, &value));
}

static void apic_commands(void **state)
{
    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    apic_write(LAPIC_ICR, 1u << 18 | 0x44);
    assert_int_equal(lapic_pending(&lapic), 0x44);
    apic_write(LAPIC_ICR, 3u << 18 | 0x99); /* all but self */
    assert_int_equal(lapic_pending(&lapic), 0x44);
    apic_write(LAPIC_ICR, 1u << 18 | APIC_MODE_NMI << 8);
    assert_int_equal(nmis, 1);
    apic_write(LAPIC_ICR_HIGH, 0xff000000);
    apic_write(LAPIC_ICR, APIC_MODE_INIT << 8 | 1u << 15); /* de-assert: nothing happens */
    assert_int_equal(resets, 0);
    apic_write(LAPIC_ICR, APIC_MODE_INIT << 8 | 1u << 14);
    assert_int_equal(resets, 1);
    apic_write(LAPIC_ICR, 1u << 18 | 0x05);    /* vectors below 16 are illegal */
    assert_int_equal(apic_read(LAPIC_ESR), 0); /* it shows them after a write only */
    apic_write(LAPIC_ESR, 0);
    assert_int_equal(apic_read(LAPIC_ESR), 0x20);
    apic_write(LAPIC_ESR, 0);
    assert_int_equal(apic_read(LAPIC_ESR), 0);
}

/* The first error since the register was written interrupts; the error's own vector may be one. */
static void apic_errors(void **state)
{
    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    apic_write(LAPIC_LVT_ERROR, 0xe0);
    assert_false(lapic_deliver(&lapic, APIC_MODE_FIXED, 0x0f, false));
    assert_int_equal(lapic_pending(&lapic), 0xe0);
    lapic_accept(&lapic, 0xe0);
    lapic_end_of_interrupt(&lapic);
    apic_write(LAPIC_ICR, 1u << 18 | 0x05);
    assert_int_equal(lapic_pending(&lapic), -1);
    apic_write(LAPIC_ESR, 0);
    assert_int_equal(apic_read(LAPIC_ESR), 0x60);
    apic_write(LAPIC_LVT_ERROR, 0x0f);
    apic_write(LAPIC_ICR, 1u << 18 | 0x05);
    assert_int_equal(lapic_pending(&lapic), -1);
    apic_write(LAPIC_LVT_ERROR, 0xe0);
    apic_write(LAPIC_ESR, 0);
    apic_write(LAPIC_ICR, 1u << 18 | 0x05);
    assert_int_equal(lapic_pending(&lapic), 0xe0);
}

static void virtual_wire(void **state)
{
    (void)state;
    assert_true(lapic_accepts_extint(&lapic)); /* as firmware leaves it */
    apic_write(LAPIC_LVT_LINT0, 1u << 16 | APIC_MODE_EXTINT << 8);
    assert_false(lapic_accepts_extint(&lapic));
    apic_write(LAPIC_LVT_LINT0, 0x48); /* LINT0 as an ordinary input */
    lapic_set_extint(&lapic, true);
    assert_int_equal(lapic_pending(&lapic), 0x48);
}

/* --- I/O APIC --- */

static void entry_write(unsigned pin, uint64_t entry)
{
    mmio_bus_write(&machine.mmio, IOAPIC_BASE, 4, 0x11 + 2 * pin);
    mmio_bus_write(&machine.mmio, IOAPIC_BASE + 0x10, 4, entry >> 32);
    mmio_bus_write(&machine.mmio, IOAPIC_BASE, 4, 0x10 + 2 * pin);
    mmio_bus_write(&machine.mmio, IOAPIC_BASE + 0x10, 4, (uint32_t)entry);
}

static uint32_t entry_read(unsigned pin)
{
    uint64_t value;

    mmio_bus_write(&machine.mmio, IOAPIC_BASE, 4, 0x10 + 2 * pin);
    mmio_bus_read(&machine.mmio, IOAPIC_BASE + 0x10, 4, &value);
    return (uint32_t)value;
}

static void pins_with_edges(void **state)
{
    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    ioapic_set_line(&ioapic, 4, true); /* masked: lost */
    entry_write(4, 0x31);
    assert_int_equal(lapic_pending(&lapic), -1);
    ioapic_set_line(&ioapic, 4, false);
    ioapic_set_line(&ioapic, 4, true);
    assert_int_equal(lapic_pending(&lapic), 0x31);
    lapic_accept(&lapic, 0x31);
    apic_write(LAPIC_EOI, 0);
    ioapic_set_line(&ioapic, 4, true);
    assert_int_equal(lapic_pending(&lapic), -1);
}

static void pins_with_levels(void **state)
{
    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    entry_write(9, 0x8000 | 0x39);
    ioapic_set_line(&ioapic, 9, true);
    assert_int_equal(lapic_pending(&lapic), 0x39);
    assert_true(entry_read(9) & 1u << 14); /* remote IRR */
    lapic_accept(&lapic, 0x39);
    assert_int_equal(apic_read(LAPIC_TMR + 1), 1u << 25);
    apic_write(LAPIC_EOI, 0);
    assert_int_equal(lapic_pending(&lapic), 0x39); /* still high: again */
    lapic_accept(&lapic, 0x39);
    ioapic_set_line(&ioapic, 9, false);
    apic_write(LAPIC_EOI, 0);
    assert_int_equal(lapic_pending(&lapic), -1);
    assert_false(entry_read(9) & 1u << 14);
    /* Masked while high, then unmasked: comes late, not never. */
    entry_write(9, 0x18000 | 0x39);
    ioapic_set_line(&ioapic, 9, true);
    assert_int_equal(lapic_pending(&lapic), -1);
    entry_write(9, 0x8000 | 0x39);
    assert_int_equal(lapic_pending(&lapic), 0x39);
}

/* Remote IRR waits for an EOI, so it is set only where one will come. */
static void levels_that_nobody_takes(void **state)
{
    (void)state;
    /* Switched off by software. */
    apic_write(LAPIC_SVR, 0xff);
    entry_write(9, 0x8000 | 0x39);
    ioapic_set_line(&ioapic, 9, true);
    assert_false(entry_read(9) & 1u << 14);
    apic_write(LAPIC_SVR, 0x1ff);
    assert_int_equal(lapic_pending(&lapic), 0x39); /* now it comes */
    assert_true(entry_read(9) & 1u << 14);
    lapic_accept(&lapic, 0x39);
    ioapic_set_line(&ioapic, 9, false);
    apic_write(LAPIC_EOI, 0);
    /* To another CPU; with an illegal vector; as an NMI, which is an edge and has no EOI. */
    entry_write(10, 7ull << 56 | 0x8000 | 0x3a);
    ioapic_set_line(&ioapic, 10, true);
    assert_false(entry_read(10) & 1u << 14);
    ioapic_set_line(&ioapic, 10, false);
    entry_write(10, 0x8000 | 0x05);
    ioapic_set_line(&ioapic, 10, true);
    assert_false(entry_read(10) & 1u << 14);
    entry_write(11, 0x8000 | APIC_MODE_NMI << 8);
    ioapic_set_line(&ioapic, 11, true);
    ioapic_set_line(&ioapic, 11, true);
    assert_int_equal(nmis, 1);
    assert_false(entry_read(11) & 1u << 14);
    /* Then the right destination. */
    entry_write(10, 0x8000 | 0x3a);
    assert_int_equal(lapic_pending(&lapic), 0x3a);
}

static void destinations(void **state)
{
    (void)state;
    apic_write(LAPIC_SVR, 0x1ff);
    assert_true(lapic_addressed(&lapic, 0xff, true)); /* to all, in both models */
    apic_write(LAPIC_LDR, 0x01000000);
    assert_true(lapic_addressed(&lapic, 0, false));
    assert_true(lapic_addressed(&lapic, 0xff, false));
    assert_false(lapic_addressed(&lapic, 1, false));
    assert_true(lapic_addressed(&lapic, 0x03, true));
    assert_false(lapic_addressed(&lapic, 0x02, true));
    entry_write(3, 7ull << 56 | 0x40); /* some other CPU */
    ioapic_set_line(&ioapic, 3, true);
    assert_int_equal(lapic_pending(&lapic), -1);
}

const struct CMUnitTest interrupt_tests[] = {
    cmocka_unit_test_setup(pic_edges, set_up),
    cmocka_unit_test_setup(pic_levels, set_up),
    cmocka_unit_test_setup(pic_priorities, set_up),
    cmocka_unit_test_setup(pic_masks_and_polls, set_up),
    cmocka_unit_test_setup(pic_automatic_ends, set_up),
    cmocka_unit_test_setup(pic_special_mask, set_up),
    cmocka_unit_test_setup(pic_levels_of_high_lines, set_up),
    cmocka_unit_test_setup(pic_after_the_bios, set_up),
    cmocka_unit_test_setup(apic_priorities, set_up),
    cmocka_unit_test_setup(apic_timer_modes, set_up),
    cmocka_unit_test_setup(apic_x2apic, set_up),
    cmocka_unit_test_setup(apic_base, set_up),
    cmocka_unit_test_setup(apic_commands, set_up),
    cmocka_unit_test_setup(apic_errors, set_up),
    cmocka_unit_test_setup(virtual_wire, set_up),
    cmocka_unit_test_setup(pins_with_edges, set_up),
    cmocka_unit_test_setup(pins_with_levels, set_up),
    cmocka_unit_test_setup(levels_that_nobody_takes, set_up),
    cmocka_unit_test_setup(destinations, set_up),
};
const unsigned interrupt_test_count = ARRAY_SIZE(interrupt_tests);
