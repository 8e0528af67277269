/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU's state at the kernel's entry point: flat 32-bit protected mode without paging, or 64-bit
 * mode on identity page tables for the first 4 GiB (Linux's boot.rst, "32-bit" and "64-bit boot
 * protocol").
 */
#include <vmm/boot.h>
#include <vmm/vcpu_backend.h>
#include <vmm/x86.h>

#define PAT_RESET 0x0007040600070406ull
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400ull

/* #UD, which VMCALL raises on AMD (exits.c). */
#define TRAPPED_EXCEPTIONS BIT(EXCEPTION_UD)

#define SELECTOR_CODE 0x10
#define SELECTOR_DATA 0x18
#define SELECTOR_TASK 0x20
#define ATTR_CODE_32  0xc9bu
#define ATTR_CODE_64  0xa9bu
#define ATTR_DATA     0xc93u
#define ATTR_TASK     0x089u /* available: some processors' models balk at busy (testbeds) */
#define DESCRIPTOR(attr, limit)                                                                    \
    ((uint64_t)((attr)&0xff) << 40 | (uint64_t)((attr) >> 8 & 0xf) << 52 | 0xf000000000000ull |    \
     ((limit)&0xffff))

#define TABLE_ENTRIES 512
#define DIRECTORIES   4

static void write_page_tables(const struct guest_memory *memory)
{
    uint64_t *pml4 = guest_pointer(memory, BOOT_PAGE_TABLES, (2 + DIRECTORIES) * PAGE_SIZE_4K);
    uint64_t *pdpt = pml4 + TABLE_ENTRIES, *directory = pdpt + TABLE_ENTRIES;
    uint64_t link = PTE_PRESENT | PTE_WRITE;

    memset(pml4, 0, 2 * PAGE_SIZE_4K);
    pml4[0] = (BOOT_PAGE_TABLES + PAGE_SIZE_4K) | link;
    for (unsigned i = 0; i < DIRECTORIES; i++)
        pdpt[i] = (BOOT_PAGE_TABLES + (2 + i) * PAGE_SIZE_4K) | link;
    for (uint64_t i = 0; i < DIRECTORIES * TABLE_ENTRIES; i++)
        directory[i] = i * PAGE_SIZE_2M | link | PTE_LARGE;
}

static void write_gdt(const struct guest_memory *memory, bool long_mode)
{
    const uint64_t gdt[5] = {0, 0, DESCRIPTOR(long_mode ? ATTR_CODE_64 : ATTR_CODE_32, 0xffff),
                             DESCRIPTOR(ATTR_DATA, 0xffff), 0};

    guest_write(memory, BOOT_GDT, gdt, sizeof(gdt));
}

static int write_state(vmm_vcpu_t *vcpu, unsigned field, uint64_t value)
{
    int error = vcpu_backend_write(vcpu, field, value);

    if (error) {
        vmm_log(vcpu->vmm, "the kernel refuses CPU state %u = 0x%llx (error %d)", field,
                (unsigned long long)value, error);
    }
    return error;
}

static int write_segment(vmm_vcpu_t *vcpu, unsigned field, uint64_t selector, uint64_t attr,
                         uint64_t limit)
{
    return write_state(vcpu, field + seL4_VCPUSeg_Selector, selector)
               ?: write_state(vcpu, field + seL4_VCPUSeg_Attr, attr)
               ?: write_state(vcpu, field + seL4_VCPUSeg_Limit, limit)
               ?: write_state(vcpu, field + seL4_VCPUSeg_Base, 0);
}

int boot_set_cpu(vmm_vcpu_t *vcpu, const struct boot_state *boot)
{
    const struct {
        unsigned field;
        uint64_t value;
    } state[] = {
        /* EFER before CR0: paging in long mode needs LME first. */
        {seL4_VCPUState_EFER, boot->long_mode ? EFER_LME | EFER_LMA : 0},
        {seL4_VCPUState_CR4, boot->long_mode ? CR4_PAE : 0},
        {seL4_VCPUState_CR3, boot->long_mode ? BOOT_PAGE_TABLES : 0},
        {seL4_VCPUState_CR2, 0},
        {seL4_VCPUState_CR0, CR0_PE | CR0_ET | CR0_NE | (boot->long_mode ? CR0_PG : 0)},
        {seL4_VCPUState_DR0, 0},
        {seL4_VCPUState_DR1, 0},
        {seL4_VCPUState_DR2, 0},
        {seL4_VCPUState_DR3, 0},
        {seL4_VCPUState_DR6, DR6_RESET},
        {seL4_VCPUState_DR7, DR7_RESET},
        {seL4_VCPUState_XCR0, 1},
        {seL4_VCPUState_PAT, PAT_RESET},
        {seL4_VCPUState_STAR, 0},
        {seL4_VCPUState_LSTAR, 0},
        {seL4_VCPUState_CSTAR, 0},
        {seL4_VCPUState_SFMASK, 0},
        {seL4_VCPUState_KernelGSBase, 0},
        {seL4_VCPUState_SysenterCS, 0},
        {seL4_VCPUState_SysenterESP, 0},
        {seL4_VCPUState_SysenterEIP, 0},
        {seL4_VCPUState_TSCOffset, 0},
        {seL4_VCPUState_TSCAux, 0},
        {seL4_VCPUState_NMI, 0},
        {seL4_VCPUState_GDTRBase, BOOT_GDT},
        {seL4_VCPUState_GDTRLimit, 0x27},
        {seL4_VCPUState_IDTRBase, 0},
        {seL4_VCPUState_IDTRLimit, 0},
        {seL4_VCPUState_ExceptionBitmap, TRAPPED_EXCEPTIONS},
    };
    const struct {
        unsigned field;
        uint64_t selector, attr, limit;
    } segments[] = {
        {seL4_VCPUState_CS, SELECTOR_CODE, boot->long_mode ? ATTR_CODE_64 : ATTR_CODE_32,
         UINT32_MAX},
        {seL4_VCPUState_DS, SELECTOR_DATA, ATTR_DATA, UINT32_MAX},
        {seL4_VCPUState_ES, SELECTOR_DATA, ATTR_DATA, UINT32_MAX},
        {seL4_VCPUState_SS, SELECTOR_DATA, ATTR_DATA, UINT32_MAX},
        {seL4_VCPUState_FS, SELECTOR_DATA, ATTR_DATA, UINT32_MAX},
        {seL4_VCPUState_GS, SELECTOR_DATA, ATTR_DATA, UINT32_MAX},
        {seL4_VCPUState_TR, SELECTOR_TASK, ATTR_TASK, 0x67},
        {seL4_VCPUState_LDTR, 0, 0, 0},
    };
    const struct guest_memory *memory = &vcpu->vmm->memory;
    int error = 0;

    if (boot->long_mode)
        write_page_tables(memory);
    write_gdt(memory, boot->long_mode);
    for (unsigned i = 0; i < ARRAY_SIZE(state) && !error; i++)
        error = write_state(vcpu, state[i].field, state[i].value);
    for (unsigned i = 0; i < ARRAY_SIZE(segments) && !error; i++) {
        error = write_segment(vcpu, segments[i].field, segments[i].selector, segments[i].attr,
                              segments[i].limit);
    }
    vmm_keep_registers(vcpu);
    memset(vcpu->run, 0, sizeof(*vcpu->run));
    vcpu->run->rip = boot->entry;
    vcpu->run->rflags = 2;
    vcpu->run->reg[seL4_VCPUReg_RSI] = BOOT_PARAMS;
    return error;
}
