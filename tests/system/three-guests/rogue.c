/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest without an operating system, connected with another one: for each event it answers with
 * the string of their page in capitals, and an event. A line of one letter makes it do its worst
 * until the next key: `c` prints, `h` makes hypercalls, `e` emits events. `x` is a triple fault,
 * `r` a reset, `q` the end.
 */
#include <guest.h>

#include <vmm/crossvm.h>

enum {
    UART_INTERRUPTS = UART + 1,
    UART_RECEIVES = 1,
    UART_HAS_DATA = 1,
    PIC_COMMAND = 0x20,
    PIC2_COMMAND = 0xa0,
    PIC_VECTOR = 0x20,
    PIC_ICW1 = 0x11,
    PIC_ICW4_AUTO_EOI = 0x03,
    PIC_UART_AND_CASCADE = 0xeb,
    PIC2_EVENTS_ONLY = 0xef,
    LAPIC_LINT0 = 0x350,
    LINT_EXTINT = 0x700,
    RESET_PORT = 0xcf9,
    RESET_ALL = 6,
    POWER_PORT = 0x604,
    POWER_OFF = 5 << 10 | 1 << 13,
};

volatile uint32_t bench_interrupts;
static struct gate idt[256];
/* The first page is the one to be shared, the others are there to be tried. */
static volatile char data[4 * PAGE_SIZE_4K] __attribute__((aligned(PAGE_SIZE_4K)));
static volatile struct crossvm_event_page events;

static int64_t hypercall(uint64_t token, uint64_t command, uint64_t id, uint64_t address,
                         uint64_t size)
{
    __asm__ volatile("vmmcall"
                     : "+a"(token)
                     : "b"(command), "c"(id), "d"(address), "S"(size)
                     : "memory");
    return (int64_t)token;
}

static void ring(void)
{
    hypercall(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 1, 0, 0);
}

static int has_key(void)
{
    return in8(UART_STATUS) & UART_HAS_DATA;
}

/* --- What a key does --- */

static void print(void)
{
    while (!has_key())
        put_string("rogue: whether anybody wants to hear it or not\r\n");
}

/* Wrong and right ones: its page comes and goes. */
static void call(void)
{
    for (uint64_t i = 0; i % 64 || !has_key(); i++) {
        hypercall(i % 5, i / 5 % 5, i % 3, (uintptr_t)data + i % 7 * KIB(2), KIB(4));
        hypercall(CROSSVM_DATAPORTS, CROSSVM_SHARE, 1, (uintptr_t)data, PAGE_SIZE_4K);
    }
    hypercall(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, (uintptr_t)&events, 0, 0);
}

static void emit(void)
{
    for (uint64_t i = 0; i % 64 || !has_key(); i++)
        ring();
}

static void triple_fault(void)
{
    static const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) none;

    __asm__ volatile("lidt %0\n\tint3" : : "m"(none));
}

static void obey(char key)
{
    switch (key) {
    case 'c':
        print();
        break;
    case 'h':
        call();
        break;
    case 'e':
        emit();
        break;
    case 'x':
        triple_fault();
        break;
    case 'r':
        out8(RESET_PORT, RESET_ALL);
        break;
    case 'q':
        __asm__ volatile("outw %w0, %w1" : : "a"(POWER_OFF), "d"(POWER_PORT));
        break;
    default:
        put_string("rogue: quiet\r\n");
    }
}

/* A command takes effect with the end of its line, where the console, too, listens to commands. */
static void read_key(void)
{
    static char last;
    char key = (char)in8(UART);

    if (key == '\r')
        obey(last);
    else
        last = key;
}

/* --- The rest of its life --- */

static void answer(void)
{
    for (unsigned i = 0; i < PAGE_SIZE_4K && data[i]; i++)
        if (data[i] >= 'a' && data[i] <= 'z')
            data[i] -= 'a' - 'A';
    events.id = 0;
    ring();
    hypercall(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0);
}

static void start_pic(uint16_t command, uint8_t vector, uint8_t wiring, uint8_t mask)
{
    out8(command, PIC_ICW1);
    out8(command + 1, vector);
    out8(command + 1, wiring);
    out8(command + 1, PIC_ICW4_AUTO_EOI);
    out8(command + 1, mask);
}

void bench_main(void)
{
    start_interrupts(idt, PIC_VECTOR, VECTOR);
    start_pic(PIC_COMMAND, PIC_VECTOR, 4, PIC_UART_AND_CASCADE);
    start_pic(PIC2_COMMAND, PIC_VECTOR + 8, 2, PIC2_EVENTS_ONLY);
    lapic_write(LAPIC_LINT0, LINT_EXTINT);
    out8(UART + 4, 8); /* OUT2 lets its interrupt through */
    out8(UART_INTERRUPTS, UART_RECEIVES);
    if (hypercall(CROSSVM_DATAPORTS, CROSSVM_SHARE, 1, (uintptr_t)data, PAGE_SIZE_4K) ||
        hypercall(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, (uintptr_t)&events, 0, 0))
        put_string("rogue: not connected\r\n");
    put_string("rogue: ready\r\n");
    for (;;) {
        uint32_t before = bench_interrupts;

        if (events.id)
            answer();
        else if (has_key())
            read_key();
        else
            await_interrupt(before);
    }
}
