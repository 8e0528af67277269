/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets up the tiny virtual machine of the tests through the API that a monitor uses.
 */
#include "virt_machine.h"
#include "harness.h"

#include <string.h>

#define PTE_TABLE    0x07ul
#define PTE_LARGE    0x87ul
#define CR0_PE       0x1ul
#define CR0_NE       0x20ul
#define CR0_PG       0x80000000ul
#define CR4_PAE      0x20ul
#define CR4_SSE      0x600ul
#define EFER_LMA     0x400ul
#define EFER_LONG    (0x101ul | EFER_LMA) /* SCE, LME, LMA */
#define ATTR_LONG    0x200ul
#define HANDLER_SIZE 128

enum segment_attr {
    ATTR_REAL = 0x93,
    ATTR_CODE16 = 0x9b,
    ATTR_CODE32 = 0xc9b,
    ATTR_CODE64 = 0xa9b,
    ATTR_DATA = 0xc93,
    ATTR_TSS = 0x8b,
};

static struct machine *loaded; /* the last one */

static void set(struct machine *m, seL4_Word field, seL4_Word value)
{
    if (seL4_X86_VCPU_WriteState(m->vcpu, field, value) != seL4_NoError)
        test_note("WriteState refuses field %lu value 0x%lx", field, value);
}

static void set_segment(struct machine *m, seL4_Word field, uint16_t selector, uint16_t attr,
                        uint32_t limit)
{
    set(m, field + seL4_VCPUSeg_Selector, selector);
    set(m, field + seL4_VCPUSeg_Attr, attr);
    set(m, field + seL4_VCPUSeg_Limit, limit);
    set(m, field + seL4_VCPUSeg_Base, 0);
}

static void set_segments(struct machine *m, uint16_t code, uint16_t code_attr, uint16_t data,
                         uint16_t data_attr, uint32_t limit)
{
    set_segment(m, seL4_VCPUState_CS, code, code_attr, limit);
    for (seL4_Word s = seL4_VCPUState_ES; s <= seL4_VCPUState_GS; s += 4)
        if (s != seL4_VCPUState_CS)
            set_segment(m, s, data, data_attr, limit);
    set_segment(m, seL4_VCPUState_TR, 0x20, ATTR_TSS, 0x67);
    set(m, seL4_VCPUState_TR + seL4_VCPUSeg_Base, GUEST_TSS);
}

bool machine_possible(void)
{
    seL4_CPtr slot = new_slot();
    if (seL4_Untyped_Retype(test_arena(), seL4_X86_VCPUObject, 0, ROOT, 0, 0, slot, 1) ==
        seL4_IllegalOperation)
        return false;
    seL4_CNode_Delete(ROOT, slot, DEPTH);
    return true;
}

seL4_CPtr copy_of(seL4_CPtr source)
{
    seL4_CPtr slot = new_slot();
    if (seL4_CNode_Copy(ROOT, slot, DEPTH, ROOT, source, DEPTH, seL4_AllRights) == seL4_NoError)
        return slot;
    test_note("slot %lu cannot be copied", source);
    return 0;
}

bool machine_choose(const struct machine *m)
{
    return seL4_X86_VCPU_SetTCB(m->vcpu, seL4_CapInitThreadTCB) == seL4_NoError &&
           seL4_TCB_SetEPTRoot(seL4_CapInitThreadTCB, m->root) == seL4_NoError;
}

bool machine_make(struct machine *m)
{
    memset(m, 0, sizeof(*m));
    m->vcpu = make(seL4_X86_VCPUObject, 0);
    m->root = make(seL4_X86_EPTPML4Object, 0);
    m->pdpt = make(seL4_X86_EPTPDPTObject, 0);
    m->pd = make(seL4_X86_EPTPDObject, 0);
    m->pt = make(seL4_X86_EPTPTObject, 0);
    m->ram = make(seL4_X86_LargePageObject, 0);
    m->read_only = make(seL4_X86_4K, 0);
    if (!m->vcpu || !m->root || !m->pdpt || !m->pd || !m->pt || !m->ram || !m->read_only)
        return false;
    m->memory = map_frame(copy_of(m->ram), seL4_LargePageBits);
    const seL4_X86_EPT_VMAttributes plain = seL4_X86_EPT_Default_VMAttributes;
    return m->memory &&
           seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool, m->root) == seL4_NoError &&
           seL4_X86_EPTPDPT_Map(m->pdpt, m->root, 0, plain) == seL4_NoError &&
           seL4_X86_EPTPD_Map(m->pd, m->root, 0, plain) == seL4_NoError &&
           seL4_X86_EPTPT_Map(m->pt, m->root, GUEST_READ_ONLY, plain) == seL4_NoError &&
           seL4_X86_Page_MapEPT(m->ram, m->root, 0, seL4_AllRights, plain) == seL4_NoError &&
           seL4_X86_Page_MapEPT(m->read_only, m->root, GUEST_READ_ONLY, seL4_CanRead, plain) ==
               seL4_NoError &&
           machine_choose(m);
}

volatile uint64_t *machine_word(struct machine *m, uint64_t address)
{
    return (volatile uint64_t *)(m->memory + address);
}

static void build_tables(struct machine *m)
{
    *machine_word(m, GUEST_PML4) = GUEST_PDPT | PTE_TABLE;
    *machine_word(m, GUEST_PDPT) = GUEST_PD | PTE_TABLE;
    for (uint64_t i = 0; i < 512; i++)
        *machine_word(m, GUEST_PD + i * 8) = i << 21 | PTE_LARGE;
    *machine_word(m, GUEST_GDT + GUEST_SELECTOR_CODE64) = 0x00af9b000000ffff;
    *machine_word(m, GUEST_GDT + GUEST_SELECTOR_DATA) = 0x00cf93000000ffff;
    *machine_word(m, GUEST_GDT + GUEST_SELECTOR_CODE32) = 0x00cf9b000000ffff;
}

static void set_mode(struct machine *m, enum machine_mode mode)
{
    set(m, seL4_VCPUState_CR3, mode == MACHINE_64 ? GUEST_PML4 : 0);
    set(m, seL4_VCPUState_CR4, mode == MACHINE_64 ? CR4_PAE | CR4_SSE : 0);
    set(m, seL4_VCPUState_EFER, mode == MACHINE_64 ? EFER_LONG : 0);
    set(m, seL4_VCPUState_XCR0, 1);
    set(m, seL4_VCPUState_ExceptionBitmap, 0);
    set(m, seL4_VCPUState_DR7, 0x400);
    set(m, seL4_VCPUState_IDTRBase, mode == MACHINE_64 ? GUEST_IDT : 0);
    set(m, seL4_VCPUState_IDTRLimit, 0xfff);
    set(m, seL4_VCPUState_GDTRBase, GUEST_GDT);
    set(m, seL4_VCPUState_GDTRLimit, 0x7f);
    switch (mode) {
    case MACHINE_REAL:
        set(m, seL4_VCPUState_CR0, CR0_NE);
        set_segments(m, 0, ATTR_CODE16, 0, ATTR_REAL, 0xffff);
        break;
    case MACHINE_32:
        set(m, seL4_VCPUState_CR0, CR0_NE | CR0_PE);
        set_segments(m, GUEST_SELECTOR_CODE32, ATTR_CODE32, GUEST_SELECTOR_DATA, ATTR_DATA, ~0u);
        break;
    case MACHINE_64:
        set(m, seL4_VCPUState_CR0, CR0_NE | CR0_PE | CR0_PG);
        set_segments(m, GUEST_SELECTOR_CODE64, ATTR_CODE64, GUEST_SELECTOR_DATA, ATTR_DATA, ~0u);
        break;
    }
}

void machine_load(struct machine *m, const uint8_t *start, const uint8_t *end,
                  enum machine_mode mode)
{
    loaded = m;
    memset(m->memory, 0, GUEST_RAM_SIZE);
    memcpy(m->memory + GUEST_CODE, start, (size_t)(end - start));
    build_tables(m);
    set_mode(m, mode);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    memset(run, 0, sizeof(*run));
    run->rip = GUEST_CODE;
    run->rflags = 2;
    run->reg[seL4_VCPUReg_RSP] = GUEST_STACK;
}

void machine_set_handler(struct machine *m, unsigned vector, const uint8_t *start,
                         const uint8_t *end)
{
    uint64_t address = GUEST_HANDLER + vector % 32 * HANDLER_SIZE;
    memcpy(m->memory + address, start, (size_t)(end - start));
    *machine_word(m, GUEST_IDT + vector * 16) =
        address | GUEST_SELECTOR_CODE64 << 16 | 0x8e00ul << 32;
    *machine_word(m, GUEST_IDT + vector * 16 + 8) = 0;
}

/* MOV CR4 stops a guest where protection keys must be kept off: done, or refused by #GP. */
static bool write_cr4(void)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved = *run;
    const uint8_t *code = loaded->memory + run->rip;
    if (run->info != (4 | 1 << 4) || code[0] != 0x0f || code[1] != 0x22)
        return false;
    if (seL4_X86_VCPU_WriteState(loaded->vcpu, seL4_VCPUState_CR4, run->reg[code[2] & 7]) ==
        seL4_NoError)
        saved.rip += 3;
    else
        saved.event =
            13 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid | seL4_VCPUEvent_Valid;
    *run = saved;
    return true;
}

static bool is_prefix(uint8_t byte, bool long_mode)
{
    static const uint8_t legacy[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
                                     0x66, 0x67, 0xf0, 0xf2, 0xf3};
    for (unsigned i = 0; i < ARRAY_SIZE(legacy); i++)
        if (byte == legacy[i])
            return true;
    return long_mode && byte >> 4 == 4;
}

/* 0: none that exits. */
static unsigned opcode_length(const uint8_t *code)
{
    if (code[0] == 0xf4) /* HLT */
        return 1;
    if (code[0] != 0x0f)
        return 0;
    return code[1] == 0x01 ? 3 : 2; /* XSETBV, VMMCALL; CPUID, RDMSR, WRMSR, INVD, WBINVD */
}

seL4_Word machine_next_rip(void)
{
    const struct seL4_VCPURun *run = seL4_VCPUMessage();
    if (run->next_rip != 0)
        return run->next_rip;
    bool long_mode = run->efer & EFER_LMA && run->cs_attr & ATTR_LONG;
    seL4_Word address = long_mode ? run->rip : (uint32_t)(run->cs_base + run->rip);
    if (address >= GUEST_RAM_SIZE - 16)
        return run->rip;
    const uint8_t *code = loaded->memory + address;
    unsigned prefixes = 0;
    while (prefixes < 12 && is_prefix(code[prefixes], long_mode))
        prefixes++;
    unsigned length = opcode_length(code + prefixes);
    seL4_Word next = run->rip + (length > 0 ? prefixes + length : 0);
    return long_mode ? next : (uint32_t)next;
}

int machine_run(void)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    seL4_Word result;
    do {
        result = seL4_VMEnter(NULL);
    } while (result == SEL4_VMENTER_RESULT_FAULT && run->reason == seL4_VCPUExit_ControlRegister &&
             write_cr4());
    run->next_rip = machine_next_rip();
    return result == SEL4_VMENTER_RESULT_FAULT ? (int)run->reason : -1 - (int)result;
}

int machine_next(void)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    run->rip = run->next_rip;
    run->control = seL4_VCPURun_ClearShadow;
    return machine_run();
}

uint64_t machine_state(struct machine *m, seL4_Word field)
{
    seL4_X86_VCPU_ReadState_t r = seL4_X86_VCPU_ReadState(m->vcpu, field);
    return r.error == seL4_NoError ? r.value : ~0ul;
}
