/* SPDX-License-Identifier: BSD-2-Clause */
#include "operations.h"

#include <guest.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    PIT_CHANNEL_2 = 0x42,
    UNUSED_PORT = 0x310,
    MSR_EFER = 0xc0000080,
    CPUID_HYPERVISOR = 0x40000000,
    TOKEN_UNKNOWN = 0,
    TOKEN_HANDLED = 4, /* monitor.c */
    ROUNDS = 200,
};

volatile uint32_t bench_interrupts;
static struct gate idt[256];

/*
 * The operations. Each is a function so that the loop around them, and its cost, is the same for
 * all.
 */

static void op_nothing(void)
{
}

static void op_cpuid(void)
{
    uint32_t regs[4];
    cpuid(0, regs);
}

static void op_unused_port(void)
{
    in8(UNUSED_PORT);
}

static void op_rdmsr(void)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_EFER));
}

static void op_hypercall(void)
{
    uint64_t token = TOKEN_UNKNOWN;
    __asm__ volatile("vmmcall" : "+a"(token) : : "memory");
}

static void op_hypercall_handled(void)
{
    uint64_t token = TOKEN_HANDLED;
    __asm__ volatile("vmmcall" : "+a"(token) : : "memory");
}

/* Intel's form, which the processor of these tests does not know. */
static void op_vmcall_handled(void)
{
    uint64_t token = TOKEN_HANDLED;
    __asm__ volatile("vmcall" : "+a"(token) : : "memory");
}

static void op_lapic_read(void)
{
    lapic_read(LAPIC_VERSION);
}

static void op_pic(void)
{
    in8(PIC_MASK);
}

static void op_pit(void)
{
    in8(PIT_CHANNEL_2);
}

static void op_uart(void)
{
    in8(UART_SCRATCH);
}

static void op_rtc(void)
{
    in8(CMOS_DATA);
}

static void op_self_ipi(void)
{
    uint32_t before = bench_interrupts;
    lapic_write(LAPIC_ICR, ICR_TO_SELF | VECTOR);
    while (bench_interrupts == before) {
    }
}

static void op_timer_halt(void)
{
    uint32_t before = bench_interrupts;
    lapic_write(LAPIC_TIMER_COUNT, 1000);
    await_interrupt(before);
}

static uint64_t measure(void (*op)(void))
{
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t start = rdtsc();
        op();
        uint64_t spent = rdtsc() - start;
        least = spent < least ? spent : least;
    }
    return least;
}

static uint64_t overhead;

static void report(const char *part, const char *name, void (*op)(void))
{
    uint64_t least = measure(op);
    put_string("bench: ");
    put_string(part);
    put_string(name);
    put_char(' ');
    put_number(least - overhead);
    put_string("\r\n");
}

/* Only a hypervisor of ours or KVM answers to a hypercall; elsewhere it is an invalid opcode. */
static bool has_hypercalls(void)
{
    uint32_t regs[4];
    cpuid(CPUID_HYPERVISOR, regs);
    return regs[1] == 0x4b4d564b && regs[2] == 0x564b4d56 && regs[3] == 0x4d;
}

void report_operations(const char *part)
{
    overhead = measure(op_nothing);
    report(part, "cpuid", op_cpuid);
    report(part, "unused-port", op_unused_port);
    report(part, "rdmsr", op_rdmsr);
    if (has_hypercalls()) {
        report(part, "hypercall", op_hypercall);
        report(part, "hypercall-handled", op_hypercall_handled);
        report(part, "vmcall-handled", op_vmcall_handled);
    }
    report(part, "lapic-read", op_lapic_read);
    report(part, "pic", op_pic);
    report(part, "pit", op_pit);
    report(part, "uart", op_uart);
    report(part, "rtc", op_rtc);
    start_interrupts(idt, VECTOR, VECTOR);
    report(part, "self-ipi", op_self_ipi);
}

void report_halt(const char *part)
{
    report(part, "timer-halt", op_timer_halt);
}
