/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables, the task-state segment, and the system-call registers of each core.
 *
 * Rests on: AMD64 APM volume 2, sections 4.7 (descriptors), 8.9 (IDT, IST), 12.2.5 (64-bit TSS).
 */
#include "entry/segments.h"
#include "entry/trap.h"
#include "cpu/memory.h"
#include "cpu/vectors.h"
#include "cpu/x86.h"
#include "state/core.h"
#include <base/bits.h>
#include <sel4/config.h>
#include <stddef.h>

#define CORES_MAX          1
#define SPECIAL_STACK_SIZE KIB(4)
#ifndef KERNEL_STACK_SIZE /* a test has a small one */
#define KERNEL_STACK_SIZE BIT(CONFIG_KERNEL_STACK_BITS)
#endif

/* IST numbers; 0 means none. */
enum special_stack {
    IST_DOUBLE_FAULT = 1,
    IST_NMI,
    IST_MACHINE_CHECK,
    IST_COUNT,
};

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7]; /* from 1 */
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map; /* beyond the limit: no user-mode port access */
} __attribute__((packed));

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

struct table_register {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

#define GDT_KERNEL_CODE 0x00af9b000000ffff
#define GDT_KERNEL_DATA 0x00cf93000000ffff
#define GDT_USER_DATA   0x00cff3000000ffff
#define GDT_USER_CODE   0x00affb000000ffff
#define GDT_TSS_TYPE    0x89ul /* present, available 64-bit TSS */
#define GATE_INTERRUPT  0x8e
#define GATE_USER       0x60 /* may be raised by INT3 and INTO */

/* Flags that a SYSCALL clears: what would change how the kernel itself runs. */
#define SYSCALL_FLAG_MASK                                                                          \
    (RFLAGS_CF | RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_RF |         \
     RFLAGS_AC)

/* Stacks grow down to pages that are not mapped. */
struct special_stack_area {
    uint8_t guard[PAGE_SIZE_4K];
    uint8_t bytes[SPECIAL_STACK_SIZE];
} __attribute__((aligned(PAGE_SIZE_4K)));

struct core_tables {
    struct special_stack_area special[IST_COUNT - 1];
    uint8_t guard[PAGE_SIZE_4K];
    uint8_t stack[KERNEL_STACK_SIZE];
    uint64_t gdt[8];
    uint32_t pad; /* aligns the TSS's RSP0 */
    struct tss tss;
} __attribute__((aligned(PAGE_SIZE_4K)));

_Static_assert(__builtin_offsetof(struct core_tables, tss.rsp) % 8 == 0, "RSP0 is a plain word");

static struct core_tables tables[CORES_MAX];
static struct gate idt[256];

static void init_tss(struct core_tables *t)
{
    for (int i = 0; i < IST_COUNT - 1; i++)
        t->tss.ist[i] = (uint64_t)t->special[i].bytes + SPECIAL_STACK_SIZE;
    t->tss.io_map = sizeof(struct tss);
}

static void load_gdt(struct core_tables *t)
{
    uint64_t base = (uint64_t)&t->tss;
    t->gdt[SELECTOR_KERNEL_CODE / 8] = GDT_KERNEL_CODE;
    t->gdt[SELECTOR_KERNEL_DATA / 8] = GDT_KERNEL_DATA;
    t->gdt[SELECTOR_USER_DATA / 8] = GDT_USER_DATA;
    t->gdt[SELECTOR_USER_CODE / 8] = GDT_USER_CODE;
    t->gdt[SELECTOR_TSS / 8] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 |
                               GDT_TSS_TYPE << 40 | (base >> 24 & 0xff) << 56;
    t->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;

    struct table_register gdtr = {sizeof(t->gdt) - 1, (uint64_t)t->gdt};
    __asm__ volatile("lgdt %0\n\t"
                     "pushq %1\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "movl %2, %%eax\n\t"
                     "movl %%eax, %%ds\n\t"
                     "movl %%eax, %%es\n\t"
                     "movl %%eax, %%ss\n\t"
                     "xorl %%eax, %%eax\n\t"
                     "movl %%eax, %%fs\n\t"
                     "movl %%eax, %%gs\n\t"
                     "ltr %w3"
                     :
                     : "m"(gdtr), "i"(SELECTOR_KERNEL_CODE), "i"(SELECTOR_KERNEL_DATA),
                       "r"(SELECTOR_TSS)
                     : "rax", "memory");
}

static void load_idt(void)
{
    for (int v = 0; v < 256; v++) {
        uint64_t at = (uint64_t)trap_stubs[v];
        idt[v] = (struct gate){
            .offset_low = at & 0xffff,
            .selector = SELECTOR_KERNEL_CODE,
            .type = GATE_INTERRUPT,
            .offset_middle = at >> 16 & 0xffff,
            .offset_high = at >> 32,
        };
    }
    idt[VECTOR_DF].ist = IST_DOUBLE_FAULT;
    idt[VECTOR_NMI].ist = IST_NMI;
    idt[VECTOR_MC].ist = IST_MACHINE_CHECK;
    idt[VECTOR_BP].type |= GATE_USER;
    idt[VECTOR_OF].type |= GATE_USER;
    struct table_register idtr = {sizeof(idt) - 1, (uint64_t)idt};
    __asm__ volatile("lidt %0" ::"m"(idtr));
}

const void *segments_guard(unsigned i)
{
    struct core_tables *t = &tables[i / IST_COUNT];
    if (i >= CORES_MAX * IST_COUNT)
        return NULL;
    return i % IST_COUNT == 0 ? t->guard : t->special[i % IST_COUNT - 1].guard;
}

unsigned segments_stack_used(const struct core *core)
{
    const uint64_t *top = core->stack_top, *p = top - KERNEL_STACK_SIZE / sizeof(*p);
    while (p < top && *p == 0)
        p++;
    return (unsigned)(top - p) * sizeof(*p);
}

void segments_init_core(struct core *core)
{
    struct core_tables *t = &tables[core->id];
    init_tss(t);
    load_gdt(t);
    load_idt();

    core->self = core;
    core->stack_top = t->stack + KERNEL_STACK_SIZE;
    core->tss_rsp0 = (uint64_t *)((char *)&t->tss + __builtin_offsetof(struct tss, rsp));
    wrmsr(MSR_GS_BASE, (uint64_t)core);
    wrmsr(MSR_KERNEL_GS_BASE, 0);
    wrmsr(MSR_FS_BASE, 0);

    wrmsr(MSR_STAR,
          (uint64_t)(SELECTOR_KERNEL_DATA | 3) << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
    wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
    wrmsr(MSR_SFMASK, SYSCALL_FLAG_MASK);
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE | EFER_NXE);
    /* From here on a machine check is reported instead of resetting the machine. */
    write_cr4(read_cr4() | CR4_MCE);
}
