/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What guests without an operating system share: instructions, the local APIC, a serial line, an
 * interrupt that is counted. start.S enters bench_main() in long mode, the first 4 GiB mapped one
 * to one.
 */
#pragma once

#include <stdint.h>

enum {
    UART = 0x3f8,
    UART_SCRATCH = UART + 7,
    UART_STATUS = UART + 5,
    UART_CAN_SEND = 0x20,
    PIC_MASK = 0x21,
    PIC2_MASK = 0xa1,
    CMOS_ADDRESS = 0x70,
    CMOS_DATA = 0x71,

    LAPIC = 0xfee00000,
    LAPIC_VERSION = 0x30,
    LAPIC_SPURIOUS = 0xf0,
    LAPIC_ICR = 0x300,
    LAPIC_TIMER = 0x320,
    LAPIC_TIMER_COUNT = 0x380,
    LAPIC_TIMER_DIVIDE = 0x3e0,
    LAPIC_ENABLE = 0x100,
    LAPIC_DIVIDE_BY_1 = 0xb,
    ICR_TO_SELF = 1 << 18,
    VECTOR = 0x40,
    SPURIOUS_VECTOR = 0xff,
};

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t flags;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

void bench_main(void);
void bench_interrupt(void); /* counts, and ends the interrupt at the local APIC */

extern volatile uint32_t bench_interrupts;

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t rdtsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low | (uint64_t)high << 32;
}

static inline void wrmsr(uint32_t index, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline void cpuid(uint32_t leaf, uint32_t regs[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
                     : "a"(leaf), "c"(0));
}

static inline uint32_t lapic_read(uint32_t offset)
{
    return *(volatile uint32_t *)(uintptr_t)((uint32_t)LAPIC + offset);
}

static inline void lapic_write(uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)((uint32_t)LAPIC + offset) = value;
}

/* Sleeps until one has come since there were `before`. Interrupts are on before and after. */
static inline void await_interrupt(uint32_t before)
{
    while (bench_interrupts == before) {
        __asm__ volatile("cli");
        if (bench_interrupts == before)
            __asm__ volatile("sti\n\thlt");
        __asm__ volatile("sti");
    }
}

static inline void put_char(char c)
{
    while (!(in8(UART_STATUS) & UART_CAN_SEND)) {
    }
    out8(UART, (uint8_t)c);
}

static inline void put_string(const char *text)
{
    for (; *text; text++)
        put_char(*text);
}

static inline void put_number(uint64_t value)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count)
        put_char(digits[--count]);
}

/* The local APIC on, its timer at VECTOR and the undivided rate; both 8259s masked. */
static inline void start_interrupts(struct gate *idt, unsigned first, unsigned last)
{
    uint64_t handler = (uint64_t)(uintptr_t)bench_interrupt;
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = {256 * sizeof(*idt) - 1, (uint64_t)(uintptr_t)idt};

    for (unsigned i = first; i <= last; i++) {
        idt[i] = (struct gate){
            .offset_low = (uint16_t)handler,
            .selector = 8,
            .flags = 0x8e00,
            .offset_middle = (uint16_t)(handler >> 16),
            .offset_high = (uint32_t)(handler >> 32),
        };
    }
    __asm__ volatile("lidt %0" : : "m"(pointer));
    out8(PIC_MASK, 0xff);
    out8(PIC2_MASK, 0xff);
    lapic_write(LAPIC_SPURIOUS, LAPIC_ENABLE | SPURIOUS_VECTOR);
    lapic_write(LAPIC_TIMER_DIVIDE, LAPIC_DIVIDE_BY_1);
    lapic_write(LAPIC_TIMER, VECTOR);
    __asm__ volatile("sti");
}
