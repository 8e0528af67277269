/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest without an operating system: what single operations cost that leave the guest. It prints,
 * for each, the least difference of the time-stamp counter around it; under QEMU's -icount that
 * counter advances by one per executed instruction, so the figures are exact. The same image runs
 * on the bare emulated machine, which shows the cost without a hypervisor.
 */
#include <stdbool.h>
#include <stdint.h>

enum {
    UART = 0x3f8,
    UART_SCRATCH = UART + 7,
    UART_STATUS = UART + 5,
    UART_CAN_SEND = 0x20,
    PIC_MASK = 0x21,
    PIC2_MASK = 0xa1,
    PIT_CHANNEL_2 = 0x42,
    CMOS_DATA = 0x71,
    UNUSED_PORT = 0x310,

    MSR_EFER = 0xc0000080,
    CPUID_HYPERVISOR = 0x40000000,

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

    TOKEN_UNKNOWN = 0,
    TOKEN_HANDLED = 4, /* monitor.c */

    ROUNDS = 200,
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
void bench_interrupt(void);

volatile uint32_t bench_interrupts;
static struct gate idt[256];

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

static void put_char(char c)
{
    while (!(in8(UART_STATUS) & UART_CAN_SEND)) {
    }
    out8(UART, (uint8_t)c);
}

static void put_string(const char *text)
{
    for (; *text; text++)
        put_char(*text);
}

static void put_number(uint64_t value)
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
    while (bench_interrupts == before) {
        __asm__ volatile("cli");
        if (bench_interrupts == before)
            __asm__ volatile("sti\n\thlt");
        __asm__ volatile("sti");
    }
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

static void report(const char *name, void (*op)(void))
{
    uint64_t least = measure(op);
    put_string("bench: ");
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

static void start_interrupts(void)
{
    uint64_t handler = (uint64_t)(uintptr_t)bench_interrupt;
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) pointer = {sizeof(idt) - 1, (uint64_t)(uintptr_t)idt};

    idt[VECTOR] = (struct gate){
        .offset_low = (uint16_t)handler,
        .selector = 8,
        .flags = 0x8e00,
        .offset_middle = (uint16_t)(handler >> 16),
        .offset_high = (uint32_t)(handler >> 32),
    };
    __asm__ volatile("lidt %0" : : "m"(pointer));
    out8(PIC_MASK, 0xff);
    out8(PIC2_MASK, 0xff);
    lapic_write(LAPIC_SPURIOUS, LAPIC_ENABLE | SPURIOUS_VECTOR);
    lapic_write(LAPIC_TIMER_DIVIDE, LAPIC_DIVIDE_BY_1);
    lapic_write(LAPIC_TIMER, VECTOR);
    __asm__ volatile("sti");
}

void bench_main(void)
{
    put_string("bench: start\r\n");
    overhead = measure(op_nothing);
    report("cpuid", op_cpuid);
    report("unused-port", op_unused_port);
    report("rdmsr", op_rdmsr);
    if (has_hypercalls()) {
        report("hypercall", op_hypercall);
        report("hypercall-handled", op_hypercall_handled);
        report("vmcall-handled", op_vmcall_handled);
    }
    report("lapic-read", op_lapic_read);
    report("pic", op_pic);
    report("pit", op_pit);
    report("uart", op_uart);
    report("rtc", op_rtc);
    start_interrupts();
    report("self-ipi", op_self_ipi);
    report("timer-halt", op_timer_halt);
    put_string("bench: end\r\n");
}
