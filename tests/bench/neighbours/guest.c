/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All guests: vm0 does what the row says, vm1 and vm2 measure. Under QEMU's -icount the time stamp
 * counter is the number of instructions that the machine has executed.
 */
#include "board.h"

#include <guest.h>
#include <stdbool.h>
#include <vmm/crossvm.h>

#define MSR_TSC_DEADLINE 0x6e0

enum {
    LAPIC_LINT0 = 0x350,
    LINT_EXTINT = 0x700,
    LAPIC_MASKED = 0x10000,
    TIMER_PERIODIC = 0x20000,
    TIMER_DEADLINE = 0x40000,

    PIC_COMMAND = 0x20,
    PIC2_COMMAND = 0xa0,
    PIC_VECTOR = 0x20,
    PIC_ICW1 = 0x11,
    PIC_ICW4_AUTO_EOI = 0x03,
    PIC_NO_TIMER = 0xff,
    PIC_TIMER_ONLY = 0xfe,
    PIC_CASCADE_ONLY = 0xfb,
    PIC2_RTC_ONLY = 0xfe,

    PIT_DATA0 = 0x40,
    PIT_CONTROL = 0x43,
    PIT_RATE = 0x34, /* channel 0, mode 2, two bytes */
    PIT_HIGHEST = 2,

    RTC_A = 0x0a,
    RTC_B = 0x0b,
    RTC_C = 0x0c,
    RTC_A_8192_HZ = 0x23,
    RTC_B_24_HOURS = 0x02,
    RTC_B_PERIODIC = 0x42,
};

/* Longer than a round of the measuring loop: somebody else had the processor. */
#define ROUND_MAX 200

volatile uint32_t bench_interrupts;
static struct gate idt[256];
static uint64_t ms;

static uint64_t hypercall(uint64_t token, uint64_t rbx, uint64_t rcx)
{
    __asm__ volatile("vmmcall" : "+a"(token) : "b"(rbx), "c"(rcx) : "memory");
    return token;
}

static uint64_t word_read(enum word word)
{
    return hypercall(TOKEN_READ, word, 0);
}

static void word_write(enum word word, uint64_t value)
{
    hypercall(TOKEN_WRITE, word, value);
}

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void start_pic(uint16_t command, uint8_t vector, uint8_t wiring)
{
    out8(command, PIC_ICW1);
    out8(command + 1, vector);
    out8(command + 1, wiring);
    out8(command + 1, PIC_ICW4_AUTO_EOI);
    out8(command + 1, 0xff);
}

static void cmos_write(uint8_t index, uint8_t value)
{
    out8(CMOS_ADDRESS, index);
    out8(CMOS_DATA, value);
}

/* --- vm0: each goes on until `end`, about a millisecond --- */

static void compute(uint64_t end)
{
    while (rdtsc() < end) {
    }
}

static void rest(uint64_t end)
{
    uint32_t before = bench_interrupts;
    lapic_write(LAPIC_TIMER, VECTOR | TIMER_DEADLINE);
    wrmsr(MSR_TSC_DEADLINE, end);
    await_interrupt(before);
}

static void exits(uint64_t end)
{
    uint32_t regs[4];
    while (rdtsc() < end)
        cpuid(0, regs);
}

static void interrupt_itself(uint64_t end)
{
    while (rdtsc() < end)
        lapic_write(LAPIC_ICR, ICR_TO_SELF | VECTOR);
}

static void apic_timer(uint64_t end)
{
    lapic_write(LAPIC_TIMER, VECTOR | TIMER_PERIODIC);
    lapic_write(LAPIC_TIMER_COUNT, 1);
    compute(end);
}

static void moving_timer(uint64_t end)
{
    lapic_write(LAPIC_TIMER, VECTOR | TIMER_DEADLINE);
    while (rdtsc() < end)
        wrmsr(MSR_TSC_DEADLINE, end + ms - rdtsc() % ms);
}

static void pit(uint64_t end)
{
    out8(PIC_MASK, PIC_TIMER_ONLY);
    out8(PIT_CONTROL, PIT_RATE);
    out8(PIT_DATA0, PIT_HIGHEST);
    out8(PIT_DATA0, 0);
    compute(end);
}

static void rtc(uint64_t end)
{
    out8(PIC_MASK, PIC_CASCADE_ONLY);
    out8(PIC2_MASK, PIC2_RTC_ONLY);
    cmos_write(RTC_A, RTC_A_8192_HZ);
    cmos_write(RTC_B, RTC_B_PERIODIC);
    out8(CMOS_ADDRESS, RTC_C);
    while (rdtsc() < end)
        in8(CMOS_DATA);
}

static void ports(uint64_t end)
{
    static uint16_t port;
    while (rdtsc() < end)
        out8(0x1000 + (port++ & 0x7fff), 0);
}

static void holes(uint64_t end)
{
    static uint32_t page;
    while (rdtsc() < end)
        *(volatile uint32_t *)(uintptr_t)(0xd0000000 + (page++ & 0xffff) * 0x1000) = 1;
}

static void crossvm_call(uint64_t token, uint64_t command, uint64_t address, uint64_t size)
{
    __asm__ volatile("vmmcall"
                     : "+a"(token)
                     : "b"(command), "c"(1), "d"(address), "S"(size)
                     : "memory");
}

/* 2 MiB around the page move into small pages, and back. */
static void exchange(uint64_t end)
{
    static char page[PAGE_SIZE_4K] __attribute__((aligned(PAGE_SIZE_4K)));
    while (rdtsc() < end) {
        crossvm_call(CROSSVM_DATAPORTS, CROSSVM_SHARE, (uintptr_t)page, sizeof(page));
        crossvm_call(CROSSVM_DATAPORTS, CROSSVM_RETURN, 0, 0);
    }
}

static void emit(uint64_t end)
{
    while (rdtsc() < end)
        crossvm_call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 0, 0);
}

static void print(uint64_t end)
{
    while (rdtsc() < end)
        put_string("vm0 has something to say, whether anybody wants to hear it or not.\r\n");
}

static void (*const own_part[ROW_COUNT])(uint64_t end) = {
    [ROW_REST] = rest,
    [ROW_CPUID] = exits,
    [ROW_SELF_IPI] = interrupt_itself,
    [ROW_APIC_TIMER] = apic_timer,
    [ROW_MOVING_TIMER] = moving_timer,
    [ROW_PIT] = pit,
    [ROW_RTC] = rtc,
    [ROW_PORTS] = ports,
    [ROW_HOLES] = holes,
    [ROW_EXCHANGE] = exchange,
    [ROW_EMIT] = emit,
    [ROW_PRINT] = print,
};

/* All that a row has left running. */
static void calm_down(void)
{
    lapic_write(LAPIC_TIMER, VECTOR | LAPIC_MASKED);
    lapic_write(LAPIC_TIMER_COUNT, 0);
    out8(PIC_MASK, 0xff);
    out8(PIC2_MASK, 0xff);
    cmos_write(RTC_B, RTC_B_24_HOURS);
    out8(PIT_CONTROL, PIT_RATE); /* which waits for its count */
}

static void work(void)
{
    uint64_t row = ROW_REST;
    for (;;) {
        uint64_t next = word_read(WORD_ROW);
        if (next != row)
            calm_down();
        row = next;
        hypercall(TOKEN_ATTACK, row, 0);
        uint64_t end = rdtsc() + ms;
        if (own_part[row])
            own_part[row](end);
        else
            compute(end);
    }
}

/* --- vm1 --- */

static uint64_t gap, late, printed, lines;

static uint64_t arm(uint64_t deadline)
{
    wrmsr(MSR_TSC_DEADLINE, deadline);
    return deadline;
}

/* Computes, with a clock of 250 Hz; its share in thousandths. */
static uint64_t busy_until(uint64_t end)
{
    uint64_t start = rdtsc(), now = start, before = start, own = 0;
    uint64_t deadline = arm(start + 4 * ms);
    uint32_t interrupts = bench_interrupts;
    for (; now < end; before = now) {
        now = rdtsc();
        if (now - before < ROUND_MAX)
            own += now - before;
        else
            gap = max(gap, now - before);
        if (bench_interrupts != interrupts) {
            interrupts = bench_interrupts;
            late = max(late, rdtsc() - deadline); /* it may have come after `now` */
            deadline = arm(rdtsc() + 4 * ms);
        }
    }
    return own * 1000 / (now - start);
}

/* Sleeps for a millisecond at a time, and prints a line now and then. */
static void idle_until(uint64_t end)
{
    for (unsigned i = 0; rdtsc() < end; i++) {
        uint32_t before = bench_interrupts;
        uint64_t deadline = arm(rdtsc() + ms);
        await_interrupt(before);
        uint64_t now = rdtsc();
        late = max(late, now - deadline);
        if (i % 8)
            continue;
        put_string("vm1 line ");
        put_number(++lines);
        put_string("\r\n");
        printed = max(printed, rdtsc() - now);
    }
}

static void measure(void)
{
    uint64_t turn = 0;
    for (;;) {
        uint64_t next = word_read(WORD_TURN);
        if (next == turn)
            continue;
        turn = next;
        gap = late = printed = 0;
        uint64_t share = busy_until(word_read(WORD_BUSY_END));
        idle_until(word_read(WORD_END));
        word_write(WORD_SHARE, share);
        word_write(WORD_GAP, gap);
        word_write(WORD_LATE, late);
        word_write(WORD_PRINTED, printed);
        word_write(WORD_LINES, lines);
        word_write(WORD_DONE, turn);
    }
}

/* --- vm2 --- */

/* Sleeps till odd times, so as to meet the others wherever they are. */
static void be_urgent(void)
{
    uint64_t turn = 0, most = 0;
    for (;;) {
        uint32_t before = bench_interrupts;
        uint64_t now = rdtsc(), deadline = arm(now + 4 * ms - now % (ms / 7));
        await_interrupt(before);
        most = max(most, rdtsc() - deadline);
        uint64_t next = word_read(WORD_TURN);
        if (next != turn)
            most = 0;
        turn = next;
        word_write(WORD_URGENT, most);
    }
}

void bench_main(void)
{
    start_interrupts(idt, PIC_VECTOR, VECTOR);
    start_pic(PIC_COMMAND, PIC_VECTOR, 4);
    start_pic(PIC2_COMMAND, PIC_VECTOR + 8, 2);
    lapic_write(LAPIC_LINT0, LINT_EXTINT);
    while (!word_read(WORD_TURN)) {
    }
    ms = word_read(WORD_MS);
    uint64_t number = word_read(WORD_NUMBER);
    if (number == 0)
        work();
    lapic_write(LAPIC_TIMER, VECTOR | TIMER_DEADLINE);
    if (number == 1)
        measure();
    be_urgent();
}
