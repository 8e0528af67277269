/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest without an operating system that measures what interrupts of its device cost. The same
 * image runs on the bare emulated machine, which shows the cost without a hypervisor.
 *
 * The device is told to interrupt at once, by a register, or in 100 ms, by copying memory. For the
 * latter it counts whole milliseconds from the machine's start, which are those of the time-stamp
 * counter where that counts an instruction as a nanosecond: the guest knows the time to the tick.
 */
#include <edu.h>

enum {
    IOAPIC = 0xfec00000,
    IOAPIC_SELECT = 0,
    IOAPIC_WINDOW = 0x10 / 4,
    IOAPIC_ENTRIES = 0x10,
    IOAPIC_LOW = 1 << 13,
    IOAPIC_LEVEL = 1 << 15,
    IOAPIC_MASKED = 1 << 16,
    BARE_PIN = 20, /* of slot 4 of QEMU's q35 */
    BUFFER = 48 * 1024 * 1024,
    TICKS_PER_MS = 1000 * 1000,
    COPY_MS = 100,
    ROUNDS = 200,
    SLEEPS = 50,
};

volatile uint32_t bench_interrupts;
static struct gate idt[256];
static volatile uint32_t *edu;
static volatile uint64_t arrived;

struct frame;

__attribute__((interrupt)) static void on_interrupt(struct frame *frame)
{
    (void)frame;
    arrived = rdtsc();
    edu[EDU_ACKNOWLEDGE] = edu[EDU_STATUS];
    bench_interrupts++;
    lapic_write(0xb0, 0);
}

static bool is_guest(void)
{
    uint32_t regs[4];

    cpuid(0x40000000, regs);
    return regs[1] == 0x4b4d564b; /* "KVMK", under which our monitor is known */
}

static void use_pin(unsigned pin, bool on)
{
    volatile uint32_t *ioapic = (volatile uint32_t *)(uintptr_t)(uint32_t)IOAPIC;

    ioapic[IOAPIC_SELECT] = IOAPIC_ENTRIES + 2 * pin + 1;
    ioapic[IOAPIC_WINDOW] = 0;
    ioapic[IOAPIC_SELECT] = IOAPIC_ENTRIES + 2 * pin;
    ioapic[IOAPIC_WINDOW] = (VECTOR + 1) | IOAPIC_LOW | IOAPIC_LEVEL | (on ? 0 : IOAPIC_MASKED);
}

/* --- Figures --- */

struct figure {
    uint64_t arrives; /* until the handler begins */
    uint64_t served;  /* and until what was interrupted goes on */
};

/* The processor waits for the interrupt at work. */
static struct figure spin(void)
{
    uint32_t before = bench_interrupts;
    uint64_t start = rdtsc();

    edu[EDU_RAISE] = 1;
    while (bench_interrupts == before) {
    }
    return (struct figure){arrived - start, rdtsc() - start};
}

/* The processor waits for it in HLT. */
static struct figure halt(void)
{
    uint32_t before = bench_interrupts;
    uint64_t due;

    edu_copy(edu, true, BUFFER, 8);
    due = (rdtsc() / TICKS_PER_MS + COPY_MS) * TICKS_PER_MS;
    await_interrupt(before);
    return (struct figure){arrived - due, rdtsc() - due};
}

static void say(const char *name, const char *what, uint64_t value)
{
    put_string("bench: ");
    put_string(name);
    put_string(what);
    put_char(' ');
    put_number(value);
    put_string("\r\n");
}

static void report(const char *name, struct figure (*measure)(void), unsigned rounds)
{
    struct figure least = {UINT64_MAX, UINT64_MAX};

    for (unsigned i = 0; i < rounds; i++) {
        struct figure figure = measure();

        least.arrives = figure.arrives < least.arrives ? figure.arrives : least.arrives;
        least.served = figure.served < least.served ? figure.served : least.served;
    }
    say(name, "", least.arrives);
    say(name, "-served", least.served);
}

void bench_main(void)
{
    unsigned slot = edu_slot();
    unsigned pin = is_guest() ? pci_read(slot, PCI_LINE) & 0xff : BARE_PIN;

    start_interrupts(idt, VECTOR, VECTOR);
    set_gate(&idt[VECTOR + 1], (void *)on_interrupt);
    edu = edu_start(slot);
    edu[EDU_ACKNOWLEDGE] = edu[EDU_STATUS];
    use_pin(pin, true);
    report("intx", spin, ROUNDS);
    report("intx-halted", halt, SLEEPS);
    use_pin(pin, false);
    edu_use_messages(slot, true, VECTOR + 1);
    report("msi", spin, ROUNDS);
    report("msi-halted", halt, SLEEPS);
    put_string("bench: end\r\n");
}
