/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run loop and the exits, on a processor that follows a script. The fake IPC buffer is
 * overwritten by every "message" that the monitor sends, as the real one is, so a register that was
 * not kept shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "bytes.h"
#include "fake_backend.h"

#define RAM_BYTES MIB(32)
#define HZ        1000000000ull
#define ENTRY     0x1000010ull

static vmm_t *vmm;
static uint8_t *ram, *kernel;
static char logged[8192], output[2 * VMM_CONSOLE_BYTES];
static size_t output_size;
static uint64_t now, armed;
static unsigned timer_calls, waits, last_wait, writes, stops;
static const char *input;

/* --- platform --- */

static uint64_t fake_tsc(void)
{
    return now;
}

static void fake_timer(vmm_t *machine, uint64_t deadline)
{
    (void)machine;
    fake_clobber();
    timer_calls++;
    armed = deadline;
}

static int64_t fake_time(vmm_t *machine)
{
    (void)machine;
    fake_clobber();
    return 1795368605;
}

static void fake_write(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    fake_clobber();
    memcpy(output + output_size, text, size);
    output_size += size;
    writes++;
}

static size_t fake_read(vmm_t *machine, char *text, size_t size)
{
    size_t count = 0;

    (void)machine;
    while (count < size && input && *input)
        text[count++] = *input++;
    return count;
}

static void fake_log(vmm_t *machine, const char *line)
{
    (void)machine;
    fake_clobber();
    strncat(logged, line, sizeof(logged) - strlen(logged) - 2);
    strcat(logged, "\n");
}

static int64_t kernel_read(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size)
{
    (void)file;
    fake_clobber();
    size = offset < 0x2000 ? (size < 0x2000 - offset ? size : 0x2000 - offset) : 0;
    memcpy(buffer, kernel + offset, size);
    return (int64_t)size;
}

static void kernel_close(struct vmm_file *file)
{
    (void)file;
    fake_clobber();
}

static int kernel_open(vmm_t *machine, const char *name, struct vmm_file *file)
{
    (void)machine;
    fake_clobber();
    *file = (struct vmm_file){0x2000, kernel_read, kernel_close, 0};
    return strcmp(name, "kernel") ? -ENOENT : 0;
}

static uint64_t fake_wait(vmm_t *machine)
{
    fake_clobber();
    if (++waits == last_wait)
        machine->stop = VMM_POWER_OFF;
    if (armed != TIMER_NEVER && armed > now)
        now = armed;
    return 1;
}

static void fake_notified(vmm_t *machine, uint64_t badge)
{
    (void)badge;
    vmm_timer_expired(machine);
    vmm_console_ready(machine);
}

static void fake_stopped(vmm_t *machine)
{
    (void)machine;
    stops++;
}

/* A processor with XSAVE and AVX, and everything else that a mask could hide. */
static void fake_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
    static const uint32_t xsave[3][4] = {{7, 832, 832, 0}, {5, 832, 0, 0}, {256, 576, 0, 0}};

    memset(regs, 0xff, 16);
    if (leaf == 0xd && subleaf < 3)
        memcpy(regs, xsave[subleaf], 16);
    else if (leaf == 0 || leaf == 0x80000000)
        regs[0] = leaf + 0x1f;
    else if (leaf == 0x80000008)
        regs[0] = 0x3934;
}

static int set_up(void **state)
{
    const struct vmm_config config = {"vm0", "", "kernel", "", ""};
    const struct vmm_platform platform = {.tsc = fake_tsc,
                                          .tsc_hz = HZ,
                                          .set_timer = fake_timer,
                                          .unix_time = fake_time,
                                          .console_write = fake_write,
                                          .console_read = fake_read,
                                          .log = fake_log,
                                          .open = kernel_open,
                                          .wait = fake_wait,
                                          .notified = fake_notified,
                                          .stopped = fake_stopped,
                                          .cpuid = fake_cpuid};
    struct guest_memory memory = {.low = RAM_BYTES};
    uint64_t fields[] = {0x1000010, 64, 0x1000, 0x1000000, 0x1000000, 0x1000, 0x2000};

    (void)state;
    fake_reset();
    now = 5 * HZ;
    armed = TIMER_NEVER;
    timer_calls = waits = last_wait = stops = 0;
    output_size = writes = 0;
    logged[0] = 0;
    input = NULL;
    ram = calloc(1, RAM_BYTES);
    kernel = calloc(1, 0x2000);
    memory.low_base = ram;
    put_bytes(kernel, "\177ELF\2\1\1", 7);
    kernel[16] = 2;
    kernel[18] = 62;
    memcpy(kernel + 24, &fields[0], 16);
    kernel[54] = 56;
    kernel[56] = kernel[64] = 1;
    memcpy(kernel + 72, &fields[2], 40);
    vmm = calloc(1, sizeof(*vmm));
    return vmm_init(vmm, &config, &platform, &memory);
}

static int tear_down(void **state)
{
    (void)state;
    free(vmm);
    free(ram);
    free(kernel);
    return 0;
}

/* --- scripts --- */

/* One step: check what the monitor did, then make the next exit. Null ends with a power-off. */
typedef void (*step)(struct seL4_VCPURun *m);
static const step *script;

static int result_fault(void)
{
    return SEL4_VMENTER_RESULT_FAULT;
}

static int run_script(vmm_vcpu_t *vcpu, struct seL4_VCPURun *m, uint64_t *badge)
{
    (void)vcpu;
    (void)badge;
    now += 1000;
    m->tsc_exit = now;
    m->status = 0;
    m->cr0 = 0x80010001;
    m->cr4 = 0x20;
    m->efer = 0x500;
    m->cs_attr = 0xa9b;
    m->cpl = 0;
    m->next_rip = m->rip + 2;
    if (*script) {
        (*script++)(m);
        return m->reason == seL4_VCPUExit_Notification ? SEL4_VMENTER_RESULT_NOTIF : result_fault();
    }
    m->reason = seL4_VCPUExit_IO;
    m->info = 0x604u << 16 | seL4_VCPUIO_Size16;
    m->reg[0] = 5 << 10 | 1 << 13;
    return result_fault();
}

static int run(const step *steps)
{
    script = steps;
    fake.enter = run_script;
    return vmm_run(vmm);
}

static void out8(struct seL4_VCPURun *m, uint16_t port, uint8_t value)
{
    m->reason = seL4_VCPUExit_IO;
    m->info = (uint64_t)port << 16 | seL4_VCPUIO_Size8;
    m->reg[seL4_VCPUReg_RAX] = value;
}

static void write_msr(struct seL4_VCPURun *m, uint32_t msr, uint64_t value)
{
    m->reason = seL4_VCPUExit_WRMSR;
    m->reg[seL4_VCPUReg_RCX] = msr;
    m->reg[seL4_VCPUReg_RAX] = (uint32_t)value;
    m->reg[seL4_VCPUReg_RDX] = value >> 32;
}

/* --- start and stop --- */

static void check_start(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, ENTRY);
    assert_int_equal(m->rflags, 2);
    assert_int_equal(m->reg[seL4_VCPUReg_RSI], 0x2000);
    /* Where a BIOS would be, for reboot=bios: mov dx, 0xcf9, and so on. */
    assert_memory_equal(ram + 0xffff0, "\xb0\x01\xe6\x92\xf4\xeb\xfd", 7);
    out8(m, 0x3f8, 'A');
}

static void fill_registers(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, ENTRY + 2);
    for (unsigned i = 0; i < seL4_VCPUReg_Count; i++)
        m->reg[i] = 0x1000 + i;
    out8(m, 0x310, '\n'); /* where nothing is: a message says so */
    m->reg[seL4_VCPUReg_RAX] = 0x11223344556600ull | '\n';
}

static void check_registers(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, ENTRY + 4);
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0x11223344556600ull | '\n');
    for (unsigned i = 1; i < seL4_VCPUReg_Count; i++)
        assert_int_equal(m->reg[i], 0x1000 + i);
    out8(m, 0x80, 0);
}

static void registers_survive_messages(void **state)
{
    static const step steps[] = {check_start, fill_registers, check_registers, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_memory_equal(output, "A", 1);
    assert_non_null(strstr(logged, "vm0: guest switched itself off"));
}

static void ask_reset(struct seL4_VCPURun *m)
{
    out8(m, 0xcf9, 6);
}

static void triple_fault(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_Shutdown;
}

static void guest_restarts(void **state)
{
    static const step steps[] = {check_start,  ask_reset,   check_start,
                                 triple_fault, check_start, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_non_null(strstr(logged, "vm0: guest restarts"));
    assert_non_null(strstr(logged, "triple fault"));
    assert_int_equal(stops, 3); /* the last step ends it for good */
}

static void restarts_over_and_over(void **state)
{
    static const step steps[] = {ask_reset, ask_reset, ask_reset, ask_reset, ask_reset, NULL};

    (void)state;
    assert_int_equal(run(steps), -EIO);
    assert_non_null(strstr(logged, "it stays off"));
    assert_int_equal(fake.entries, 5);
    assert_int_equal(stops, 5);
}

static void nonsense(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_Unsupported;
    m->info = 0x80;
    m->reg[seL4_VCPUReg_R13] = 0xfeedface;
}

static void unknown_exit_stops_the_guest(void **state)
{
    static const step steps[] = {check_start, nonsense, NULL};

    (void)state;
    assert_int_equal(run(steps), -EIO);
    assert_non_null(strstr(logged, "guest stopped"));
    assert_non_null(strstr(logged, "r13 00000000feedface"));
    assert_int_equal(fake.entries, 2);
}

static void kernel_says_no(void **state)
{
    static const step steps[] = {NULL};

    (void)state;
    fake.refuse_field = seL4_VCPUState_CR0;
    assert_true(run(steps) < 0);
    assert_non_null(strstr(logged, "refuses CPU state"));
}

/* --- exits --- */

static void ask_cpuid_1(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_CPUID;
    m->cr4 = 0x40020;
    m->reg[seL4_VCPUReg_RAX] = 0xffffffff00000001;
}

static void see_cpuid_1(struct seL4_VCPURun *m)
{
    uint64_t ecx = m->reg[seL4_VCPUReg_RCX];

    assert_int_equal(ecx >> 32, 0);
    assert_true(ecx & 1u << 31);  /* hypervisor */
    assert_true(ecx & 1u << 27);  /* OSXSAVE follows CR4 */
    assert_true(ecx & 1u << 24);  /* TSC deadline */
    assert_false(ecx & 1u << 3);  /* no MONITOR */
    assert_false(ecx & 1u << 15); /* no performance counters' MSR */
    assert_true(m->reg[seL4_VCPUReg_RDX] & 1u << 9);
    m->reason = seL4_VCPUExit_CPUID;
    m->reg[seL4_VCPUReg_RAX] = 0x40000000;
}

static void see_signature(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0x40000010);
    assert_memory_equal(&m->reg[seL4_VCPUReg_RBX], "KVMK", 4);
    m->reason = seL4_VCPUExit_CPUID;
    m->reg[seL4_VCPUReg_RAX] = 0xd;
    m->reg[seL4_VCPUReg_RCX] = 0;
    fake.state[seL4_VCPUState_XCR0] = 7;
}

static void see_xsave(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 7);
    assert_int_equal(m->reg[seL4_VCPUReg_RBX], 832);
    m->reason = seL4_VCPUExit_CPUID;
    m->reg[seL4_VCPUReg_RAX] = 0x80000001;
}

static void see_extended(struct seL4_VCPURun *m)
{
    assert_false(m->reg[seL4_VCPUReg_RCX] & 1u << 2); /* no SVM */
    assert_true(m->reg[seL4_VCPUReg_RDX] & 1u << 27); /* RDTSCP */
    assert_true(m->reg[seL4_VCPUReg_RDX] & 1u << 29);
    m->reason = seL4_VCPUExit_CPUID;
    m->reg[seL4_VCPUReg_RAX] = 0x12345678;
}

static void see_unknown_leaf(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX] | m->reg[seL4_VCPUReg_RBX] |
                         m->reg[seL4_VCPUReg_RCX] | m->reg[seL4_VCPUReg_RDX],
                     0);
    out8(m, 0x80, 0);
}

static void cpuid_policy(void **state)
{
    static const step steps[] = {check_start, ask_cpuid_1,  see_cpuid_1,      see_signature,
                                 see_xsave,   see_extended, see_unknown_leaf, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

static void read_unknown_msr(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0xdead;
}

static void expect_gp(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 13 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid |
                                   seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, ENTRY + 2); /* the instruction is not skipped */
    write_msr(m, 0xc0000080, 0x901);
}

static void expect_efer(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    assert_int_equal(fake.state[seL4_VCPUState_EFER], 0xd01); /* LMA is not the guest's to clear */
    write_msr(m, 0xc0000080, 0x1501);                         /* SVME */
}

static void expect_second_gp(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xff, 13);
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0x2ff;
}

static void expect_mtrr(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0xc06);
    m->reason = seL4_VCPUExit_XSETBV;
    m->reg[seL4_VCPUReg_RCX] = 0;
    m->reg[seL4_VCPUReg_RDX] = 0;
    m->reg[seL4_VCPUReg_RAX] = 5; /* AVX without SSE */
}

static void expect_third_gp(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xff, 13);
    m->reason = seL4_VCPUExit_XSETBV;
    m->reg[seL4_VCPUReg_RAX] = 7;
}

static void expect_xcr0(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    assert_int_equal(fake.state[seL4_VCPUState_XCR0], 7);
    write_msr(m, 0xc0000103, 0x1234); /* TSC_AUX */
}

static void expect_tsc_aux(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    assert_int_equal(fake.state[seL4_VCPUState_TSCAux], 0x1234);
    out8(m, 0x80, 0);
}

static void msr_policy(void **state)
{
    static const step steps[] = {
        check_start, read_unknown_msr, expect_gp,   expect_efer,    expect_second_gp,
        expect_mtrr, expect_third_gp,  expect_xcr0, expect_tsc_aux, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* IA32_TSC_ADJUST: CPUID does not offer it, and it is not there. */
static void ask_cpuid_7(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_CPUID;
    m->reg[seL4_VCPUReg_RAX] = 7;
    m->reg[seL4_VCPUReg_RCX] = 0;
}

static void read_tsc_adjust(struct seL4_VCPURun *m)
{
    assert_false(m->reg[seL4_VCPUReg_RBX] & 1u << 1);
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0x3b;
}

static void write_tsc_adjust(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xff, 13);
    write_msr(m, 0x3b, 0);
}

static void expect_no_tsc_adjust(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xff, 13);
    out8(m, 0x80, 0);
}

static void no_tsc_adjust(void **state)
{
    static const step steps[] = {check_start,      ask_cpuid_7,          read_tsc_adjust,
                                 write_tsc_adjust, expect_no_tsc_adjust, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

static void write_counter(struct seL4_VCPURun *m)
{
    write_msr(m, 0xc0010004, 0x1234);
}

static void read_counter(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0xc0010004;
}

/* RFLAGS.TF: the #DB that an emulated instruction owes. */
static void step_over_cpuid(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0);
    m->reason = seL4_VCPUExit_CPUID;
    m->rflags |= 1u << 8;
    m->reg[seL4_VCPUReg_RSI] = 0x66;
}

static void expect_step(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 1 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    assert_int_equal(fake.state[seL4_VCPUState_DR6] & 0x4000, 0x4000);
    assert_int_equal(m->reg[seL4_VCPUReg_RSI], 0x66);
    m->reason = seL4_VCPUExit_HLT; /* does not sleep, with the trap waiting */
}

static void expect_step_of_hlt(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 1 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    m->rflags &= ~(1ull << 8);
    out8(m, 0x80, 0);
}

static void counters_and_steps(void **state)
{
    static const step steps[] = {check_start, write_counter,      read_counter, step_over_cpuid,
                                 expect_step, expect_step_of_hlt, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_int_equal(waits, 0);
}

/* An NMI wakes a CPU that halted with interrupts off. */
static void nmi_to_itself(struct seL4_VCPURun *m)
{
    vmm->vcpu.nmi_pending = true;
    m->reason = seL4_VCPUExit_HLT;
    m->rflags &= ~(1ull << 9);
}

static void expect_nmi(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 2 | seL4_VCPUEvent_NMI | seL4_VCPUEvent_Valid);
    out8(m, 0x80, 0);
}

static void nmi_wakes(void **state)
{
    static const step steps[] = {check_start, nmi_to_itself, expect_nmi, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_null(strstr(logged, "halted"));
}

/* --- memory-mapped registers --- */

static void read_apic_version(struct seL4_VCPURun *m)
{
    /* Paging is on in this script: an identity map for the page that the code is on. */
    put_bytes(ram + 0x1000012, "\x8b\x88\x30\x00\x00\x00", 6); /* mov ecx, [rax + 0x30] */
    memset(ram + 0x8000, 0, 0x3000);
    *(uint64_t *)(ram + 0x8000) = 0x9003;
    *(uint64_t *)(ram + 0x9000) = 0xa003;
    *(uint64_t *)(ram + 0xa000 + 8 * 8) = 0x1000083;
    m->cr3 = 0x8000;
    m->reason = seL4_VCPUExit_SecondLevelFault;
    m->info = 0;
    m->address = 0xfee00030;
    m->next_rip = 0;
    m->reg[seL4_VCPUReg_RAX] = 0xfee00000;
    m->reg[seL4_VCPUReg_RCX] = UINT64_MAX;
}

static void see_apic_version(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RCX], 0x50014);
    assert_int_equal(m->rip, 0x1000018);
    m->reason = seL4_VCPUExit_SecondLevelFault;
    m->info = seL4_VCPUFault_TableWalk;
    m->address = 0xfee00030;
}

static void memory_accesses(void **state)
{
    static const step steps[] = {check_start, read_apic_version, see_apic_version, NULL};

    (void)state;
    assert_int_equal(run(steps), -EIO); /* page tables in device registers are nobody's */
    assert_non_null(strstr(logged, "guest-physical memory that is not there"));
}

#define PROTECTED 0x1800000u

/* RAM that the guest may only read, because a component's memory is in its place. */
static void write_protected(struct seL4_VCPURun *m)
{
    m->rip = 0x3000; /* identity mapped by the boot page tables */
    m->cr3 = fake.state[seL4_VCPUState_CR3];
    put_bytes(ram + 0x3000, "\x89\x08\xf0\x01\x08", 5); /* mov [rax], ecx; lock add [rax], ecx */
    m->reason = seL4_VCPUExit_SecondLevelFault;
    m->info = seL4_VCPUFault_Present | seL4_VCPUFault_Write;
    m->address = m->reg[seL4_VCPUReg_RAX] = PROTECTED;
    m->reg[seL4_VCPUReg_RCX] = 0x12345678;
}

static void add_protected(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, 0x3002);
    m->reason = seL4_VCPUExit_SecondLevelFault;
    m->info = seL4_VCPUFault_Present | seL4_VCPUFault_Write;
    m->address = PROTECTED;
}

static void see_nothing_written(struct seL4_VCPURun *m)
{
    static const uint8_t zeros[8];

    assert_int_equal(m->rip, 0x3005);
    assert_int_equal(m->event, 0);
    assert_memory_equal(ram + PROTECTED, zeros, sizeof(zeros));
    out8(m, 0x80, 0);
}

static void writes_are_refused(void **state)
{
    static const step steps[] = {check_start, write_protected, add_protected, see_nothing_written,
                                 NULL};

    (void)state;
    memset(ram + PROTECTED, 0, 8);
    assert_int_equal(run(steps), 0);
    assert_non_null(strstr(logged, "guest writes at 0x1800000, to a dataport"));
    assert_null(strstr(strstr(logged, "guest writes at") + 1, "guest writes at"));
}

static void add_vector(struct seL4_VCPURun *m)
{
    m->rip = 0x3000; /* identity mapped by the boot page tables */
    m->cr3 = fake.state[seL4_VCPUState_CR3];
    put_bytes(ram + 0x3000, "\x66\x0f\xfe\x00", 4); /* paddd xmm0, [rax] */
    m->reason = seL4_VCPUExit_SecondLevelFault;
    m->info = 0;
    m->address = 0xfee00030;
    m->reg[seL4_VCPUReg_RAX] = 0xfee00030;
}

static void expect_no_such_instruction(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 6 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, 0x3000);
    m->rip = RAM_BYTES; /* code runs off the end of RAM */
    m->reason = seL4_VCPUExit_SecondLevelFault;
    m->info = seL4_VCPUFault_Fetch;
    m->address = RAM_BYTES;
}

static void expect_no_such_code(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 6 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, RAM_BYTES);
    out8(m, 0x80, 0);
}

static void not_decoded(void **state)
{
    static const step steps[] = {check_start, add_vector, expect_no_such_instruction,
                                 expect_no_such_code, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_non_null(strstr(logged, "RIP 0x3000, on guest-physical 0xfee00030, is not decoded"));
}

static void load_vector(struct seL4_VCPURun *m)
{
    add_vector(m);
    memset(&fake.state[seL4_VCPUState_Vector], 0xff, 4 * 16 * 8);
    put_bytes(ram + 0x3000, "\xf3\x0f\x6f\x18", 4); /* movdqu xmm3, [rax] */
    m->reg[seL4_VCPUReg_RSI] = 0x77;
}

static void expect_vector(struct seL4_VCPURun *m)
{
    const uint64_t *xmm3 = &fake.state[seL4_VCPUState_Vector + 4 * 3];

    assert_int_equal(m->event, 0);
    assert_int_equal(m->rip, 0x3004);
    assert_int_equal(m->reg[seL4_VCPUReg_RSI], 0x77);
    assert_int_equal(xmm3[0], 0x50014); /* the version, and nothing after it */
    assert_int_equal(xmm3[1], 0);
    assert_int_equal(xmm3[2], UINT64_MAX); /* SSE leaves AVX's half alone */
    assert_int_equal(xmm3[-1], UINT64_MAX);
    out8(m, 0x80, 0);
}

static void vectors(void **state)
{
    static const step steps[] = {check_start, load_vector, expect_vector, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* A device register whose last bytes are RAM's: the plain move is no shortcut then. */
static void load_across_pages(struct seL4_VCPURun *m)
{
    uint64_t *table = (uint64_t *)(ram + 0x200000);

    add_vector(m);
    put_bytes(ram + 0x3000, "\x8b\x00", 2); /* mov eax, [rax] */
    for (uint64_t i = 0; i < 16; i++)
        table[i] = i << 12 | 3;
    table[4] = 0xfec00000 | 3; /* linear 0x4000 */
    *(uint64_t *)(ram + (fake.state[seL4_VCPUState_CR3] & ~0xfffull) + 0x2000) = 0x200003;
    put_bytes(ram + 0x3ffe, "\x34\x12", 2);
    m->cr0 = 0x80000011;
    m->reg[seL4_VCPUReg_RAX] = 0x3ffe;
    m->address = 0xfec00000; /* the I/O APIC's index, 0 */
}

static void expect_both(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    assert_int_equal(m->rip, 0x3002);
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0x1234);
    out8(m, 0x80, 0);
}

static void memory_across_pages(void **state)
{
    static const step steps[] = {check_start, load_across_pages, expect_both, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* --- interrupts and time --- */

static void enable_apic(struct seL4_VCPURun *m)
{
    write_msr(m, 0x1b, 0xfee00d00); /* x2APIC */
}

static void set_svr(struct seL4_VCPURun *m)
{
    write_msr(m, 0x80f, 0x1ff);
}

static void set_deadline_mode(struct seL4_VCPURun *m)
{
    write_msr(m, 0x832, 2u << 17 | 0x40);
}

static void set_deadline(struct seL4_VCPURun *m)
{
    write_msr(m, 0x6e0, now + 1000000);
}

static void halt(struct seL4_VCPURun *m)
{
    assert_true(armed > now && armed < now + 1000000);
    m->reason = seL4_VCPUExit_HLT;
    m->next_rip = m->rip + 1;
    m->rflags |= 1u << 9;
    m->status = seL4_VCPURun_Shadow; /* STI; HLT */
}

static void expect_timer(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x40 | seL4_VCPUEvent_Valid);
    assert_true(waits >= 1);
    m->rflags &= ~(1ull << 9);
    write_msr(m, 0x6e0, now); /* again, due at once, while interrupts are off */
}

static void expect_no_event(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0);
    write_msr(m, 0x80b, 0);
}

/* It is offered, but not taken yet. */
static void expect_offer(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x40 | seL4_VCPUEvent_Valid);
    m->rflags |= 1u << 9;
    out8(m, 0x80, 0);
}

static void expect_second_timer(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x40 | seL4_VCPUEvent_Valid);
    m->status = seL4_VCPURun_EventPending; /* its delivery was cut short */
    m->reason = seL4_VCPUExit_Notification;
}

static void expect_it_again(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x40 | seL4_VCPUEvent_Valid);
    out8(m, 0x80, 0);
}

static void timer_interrupts(void **state)
{
    static const step steps[] = {
        check_start,  enable_apic,     set_svr,      set_deadline_mode,   set_deadline,    halt,
        expect_timer, expect_no_event, expect_offer, expect_second_timer, expect_it_again, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_true(timer_calls <= 3);
}

/* --- The flag that saves a guest its EOI --- */

#define EOI_FLAG (ram[0x7000] & 1)

static void register_eoi_flag(struct seL4_VCPURun *m)
{
    write_msr(m, 0x4b564d04, 0x7000 | 1);
}

static void send_51(struct seL4_VCPURun *m)
{
    write_msr(m, 0x83f, 0x51);
}

static void leave_51(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x51 | seL4_VCPUEvent_Valid);
    assert_int_equal(EOI_FLAG, 1);
    out8(m, 0x80, 0);
}

static void take_51_and_end_it(struct seL4_VCPURun *m)
{
    leave_51(m);
    m->interrupt = 0;
    ram[0x7000] = 0;
}

static void send_61(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0);
    m->rflags |= 1u << 9;
    write_msr(m, 0x83f, 0x61);
}

static void take_61_and_send_71(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x61 | seL4_VCPUEvent_Valid);
    assert_int_equal(EOI_FLAG, 1);
    m->rflags &= ~(1ull << 9);
    write_msr(m, 0x83f, 0x71);
}

/* With the flag, the handler of 0x61 would end 0x71. */
static void end_61(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x71 | seL4_VCPUEvent_Valid);
    assert_int_equal(EOI_FLAG, 0);
    write_msr(m, 0x80b, 0);
}

static void take_71_and_see_it_in_service(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x71 | seL4_VCPUEvent_Valid);
    assert_int_equal(EOI_FLAG, 1);
    m->interrupt = 0;
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0x813;
}

static void see_71(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 1 << 17);
    out8(m, 0x80, 0);
}

static void silent_eoi(void **state)
{
    static const step steps[] = {check_start,
                                 enable_apic,
                                 set_svr,
                                 register_eoi_flag,
                                 send_51,
                                 leave_51,
                                 take_51_and_end_it,
                                 send_61,
                                 take_61_and_send_71,
                                 end_61,
                                 take_71_and_see_it_in_service,
                                 see_71,
                                 NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* A timer that fires all the time, unheard, in a guest that halts: signals still arrive. */
static void set_masked_period(struct seL4_VCPURun *m)
{
    write_msr(m, 0x832, 1u << 17 | 1u << 16 | 0x40);
}

static void set_shortest_count(struct seL4_VCPURun *m)
{
    write_msr(m, 0x838, 1);
}

static void listen_and_halt(struct seL4_VCPURun *m)
{
    input = "x";
    last_wait = waits + 100;
    m->reason = seL4_VCPUExit_HLT;
    m->next_rip = m->rip + 1;
    m->rflags |= 1u << 9;
}

static void busy_timer_and_signals(void **state)
{
    static const step steps[] = {check_start,        enable_apic,     set_svr, set_masked_period,
                                 set_shortest_count, listen_and_halt, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_int_equal(vmm->uart.used, 1);
    assert_int_equal(waits, last_wait);
    /* Each wait is for a gap, but for the first few. */
    assert_true(now - 5 * HZ >= (last_wait - 3 * TIMER_BURST) * TIMER_GAP_NS);
}

/* Deadlines that come nearer and nearer: not a call for each. */
static void move_deadline(struct seL4_VCPURun *m)
{
    static unsigned moves;

    write_msr(m, 0x6e0, now + 1000000000 - 2000 * ++moves);
}

static void moving_deadlines(void **state)
{
    static step steps[5000] = {check_start, enable_apic, set_svr, set_deadline_mode};

    (void)state;
    for (unsigned i = 4; i < ARRAY_SIZE(steps) - 1; i++)
        steps[i] = move_deadline;
    assert_int_equal(run(steps), 0);
    assert_true(timer_calls <= 5000 * 1000 / TIMER_GAP_NS + 2 * TIMER_BURST);
}

static void halt_for_good(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_HLT;
    m->rflags &= ~(1ull << 9);
}

static void halted_for_ever(void **state)
{
    static const step steps[] = {check_start, halt_for_good, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
    assert_int_equal(waits, 0);
    assert_non_null(strstr(logged, "halted with interrupts off"));
}

static void listen(struct seL4_VCPURun *m)
{
    out8(m, 0x3fc, 0x0b);
    input = "ls\n";
}

static void get_signal(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_Notification;
}

static void read_line_status(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_IO;
    m->info = 0x3fdull << 16 | seL4_VCPUIO_Size8 | seL4_VCPUIO_In;
    m->reg[seL4_VCPUReg_RAX] = 0xaaaaaaaaaaaaaa00;
}

static void see_input(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0xaaaaaaaaaaaaaa61);
    m->reason = seL4_VCPUExit_IO;
    m->info = 0x600ull << 16 | seL4_VCPUIO_Size16 | seL4_VCPUIO_In;
}

/* A guest that does not listen may be asleep: input is an event of ACPI, too. */
static void see_event(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX] & 0xffff, ACPI_EVENT_FIRMWARE);
    out8(m, 0x80, 0);
}

static void console_input(void **state)
{
    static const step steps[] = {check_start, listen,    get_signal, read_line_status,
                                 see_input,   see_event, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

static void print_line(struct seL4_VCPURun *m)
{
    out8(m, 0x3f8, '\n');
}

static void print_prompt(struct seL4_VCPURun *m)
{
    assert_int_equal(output_size, 0); /* nobody waits for it yet */
    out8(m, 0x3f8, '#');
}

/* The guest computes, with interrupts off and no timer of its own. */
static void compute_for_long(struct seL4_VCPURun *m)
{
    assert_int_equal(output_size, 0);
    assert_true(armed <= now + HZ / 100);
    now += HZ / 100;
    get_signal(m);
}

static void see_prompt(struct seL4_VCPURun *m)
{
    assert_int_equal(output_size, 3);
    assert_memory_equal(output, "A\n#", 3);
    read_line_status(m);
}

static void prompt_of_a_busy_guest(void **state)
{
    static const step steps[] = {check_start,      print_line, print_prompt,
                                 compute_for_long, see_prompt, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

static void print_much(struct seL4_VCPURun *m)
{
    static unsigned left;

    left = left ? left - 1 : VMM_CONSOLE_BYTES - 1;
    if (left)
        script--;
    out8(m, 0x3f8, left % 64 ? 'x' : '\n');
}

static void see_much(struct seL4_VCPURun *m)
{
    assert_int_equal(output_size, VMM_CONSOLE_BYTES);
    assert_int_equal(writes, 1); /* one call for all these lines */
    read_line_status(m);
}

static void many_lines_are_one_call(void **state)
{
    static const step steps[] = {check_start, print_much, see_much, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* --- hypercalls --- */

static int poked(vmm_vcpu_t *vcpu)
{
    assert_int_equal(vmm_get_register(vcpu, seL4_VCPUReg_RBX), 0x77);
    fake_clobber(); /* it prints */
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, 0x99);
    vmm_set_register(vcpu, 1000, 1);
    return vmm_get_register(vcpu, seL4_VCPUReg_RCX) == 0xbad;
}

static void call_4(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_Hypercall;
    m->next_rip = m->rip + 3;
    m->reg[seL4_VCPUReg_RAX] = 4;
    m->reg[seL4_VCPUReg_RBX] = 0x77;
    m->reg[seL4_VCPUReg_RSI] = 0x66;
}

static void see_result(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0x99);
    assert_int_equal(m->reg[seL4_VCPUReg_RSI], 0x66);
    assert_int_equal(m->rip, ENTRY + 5);
    call_4(m);
    m->reg[seL4_VCPUReg_RAX] = 5;
}

static void see_no_such_call(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], (uint64_t)-1000);
    call_4(m);
    m->reg[seL4_VCPUReg_RAX] = 5;
}

static void call_from_user(struct seL4_VCPURun *m)
{
    call_4(m);
    m->cpl = 3;
}

static void see_refusal(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], (uint64_t)-1);
    call_4(m);
    m->reg[seL4_VCPUReg_RCX] = 0xbad;
}

/* One handler for two numbers, which sets no result; it prints after the guest. */
static int shared(vmm_vcpu_t *vcpu)
{
    uint64_t token = vmm_get_register(vcpu, seL4_VCPUReg_RAX);

    assert_true(token == 7 || token == 8);
    assert_int_equal(output_size, 1);
    assert_int_equal(output[0], 'A');
    vmm_set_register(vcpu, seL4_VCPUReg_RDX, token);
    return 0;
}

static void call_7(struct seL4_VCPURun *m)
{
    call_4(m);
    m->reg[seL4_VCPUReg_RAX] = 7;
}

static void see_7_call_8(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0);
    assert_int_equal(m->reg[seL4_VCPUReg_RDX], 7);
    call_4(m);
    m->reg[seL4_VCPUReg_RAX] = 8;
}

static void see_8(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0);
    assert_int_equal(m->reg[seL4_VCPUReg_RDX], 8);
    out8(m, 0x80, 0);
}

static void handler_of_two(void **state)
{
    static const step steps[] = {check_start, call_7, see_7_call_8, see_8, NULL};

    (void)state;
    assert_int_equal(reg_new_handler(vmm, NULL, 7), -1);
    assert_int_equal(reg_new_handler(vmm, shared, 7), 0);
    assert_int_equal(reg_new_handler(vmm, shared, 8), 0);
    assert_int_equal(run(steps), 0);
}

/* In a 32-bit guest, what is above a register's 32 bits is nobody's. */
static int narrow(vmm_vcpu_t *vcpu)
{
    assert_int_equal(vmm_get_register(vcpu, seL4_VCPUReg_RBX), 0xfffffff0);
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, (uint64_t)-14);
    return 0;
}

static void call_narrow(struct seL4_VCPURun *m)
{
    call_4(m);
    m->efer = 0;
    m->reg[seL4_VCPUReg_RBX] = 0x12345678fffffff0;
}

static void see_narrow(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], (uint32_t)-14);
    call_4(m);
    m->efer = 0;
    m->reg[seL4_VCPUReg_RAX] = 5;
}

static void see_narrow_refusal(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], (uint32_t)-1000);
    out8(m, 0x80, 0);
}

static void hypercalls_of_32_bits(void **state)
{
    static const step steps[] = {check_start, call_narrow, see_narrow, see_narrow_refusal, NULL};

    (void)state;
    assert_int_equal(reg_new_handler(vmm, narrow, 4), 0);
    assert_int_equal(run(steps), 0);
}

/* Numbers without a handler, far more than a person wants to read about. */
static unsigned unknown_calls;

static void call_unknown(struct seL4_VCPURun *m)
{
    call_4(m);
    m->reg[seL4_VCPUReg_RAX] = 1000 + unknown_calls++ / 2; /* each of them twice */
}

static void unknown_hypercalls(void **state)
{
    const step some = call_unknown;
    step steps[300] = {check_start};
    unsigned lines = 0;

    (void)state;
    for (unsigned i = 1; i < 299; i++)
        steps[i] = some;
    unknown_calls = 0;
    run(steps);
    for (const char *line = logged; (line = strstr(line, "has no handler")); line++)
        lines++;
    assert_int_equal(lines, 64);
    assert_non_null(strstr(logged, "hypercall 1062, which has no handler\n"));
    assert_non_null(strstr(logged, "hypercall 1063, which has no handler; further numbers"));
}

static void hypercalls(void **state)
{
    static const step steps[] = {check_start,    call_4,      see_result, see_no_such_call,
                                 call_from_user, see_refusal, NULL};
    const char *first;

    (void)state;
    assert_int_equal(reg_new_handler(vmm, poked, 4), 0);
    assert_int_equal(reg_new_handler(vmm, poked, 4), -1);
    assert_int_equal(run(steps), -EIO);
    first = strstr(logged, "hypercall 5, which has no handler");
    assert_non_null(first);
    assert_null(strstr(first + 1, "hypercall 5, which has no handler")); /* said once */
    assert_non_null(strstr(logged, "the handler of hypercall 4 stops the guest"));
    assert_non_null(strstr(logged, "guest stopped: hypercall"));
    assert_int_equal(vmm_guest_read(vmm, RAM_BYTES - 1, &first, 2), -EFAULT);
    assert_int_equal(vmm_guest_write(vmm, UINT64_MAX, &first, 2), -EFAULT);
}

/* --- VMCALL, which is #UD on AMD --- */

#define CODE 0x3000u /* identity mapped by the boot page tables */

/* The guest exits at this instruction, without an address behind it. */
static void exit_at(struct seL4_VCPURun *m, const char *bytes, unsigned size)
{
    memset(ram + CODE, 0x90, 16);
    memcpy(ram + CODE, bytes, size);
    m->rip = CODE;
    m->next_rip = 0;
    m->cr3 = fake.state[seL4_VCPUState_CR3];
}

/* Where the guest goes on: what the processor says, or else what the guest's memory says. */
static void prefixed_cpuid(struct seL4_VCPURun *m)
{
    exit_at(m, "\x66\x0f\xa2", 3);
    m->reason = seL4_VCPUExit_CPUID;
}

static void other_cpuid_there(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 3);
    exit_at(m, "\x2e\x66\x0f\xa2", 4);
    m->reason = seL4_VCPUExit_CPUID;
}

static void cpuid_with_address(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 4);
    exit_at(m, "\x0f\xa2", 2);
    m->next_rip = CODE + 9;
    m->reason = seL4_VCPUExit_CPUID;
}

static void prefixed_rdmsr(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 9);
    exit_at(m, "\x3e\x0f\x32", 3);
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0xc0000080;
}

static void prefixed_call(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 3);
    assert_int_equal(m->event, 0);
    exit_at(m, "\x66\x0f\x01\xd9", 4);
    m->reason = seL4_VCPUExit_Hypercall;
    m->reg[seL4_VCPUReg_RAX] = 0x1234;
}

static void code_has_gone(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 4);
    exit_at(m, "\x0f\xff", 2);
    m->reason = seL4_VCPUExit_CPUID;
}

static void see_exception(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xfff, 6 | seL4_VCPUEvent_Exception);
    assert_int_equal(m->rip, CODE);
    m->event = 0;
    m->reason = seL4_VCPUExit_IO;
    m->info = 0x604u << 16 | seL4_VCPUIO_Size16;
    m->reg[0] = 5 << 10 | 1 << 13;
}

static void prefixed_exits(void **state)
{
    static const step steps[] = {
        prefixed_cpuid, other_cpuid_there, cpuid_with_address, prefixed_rdmsr,
        prefixed_call,  code_has_gone,     see_exception,      NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

static void undefined(struct seL4_VCPURun *m, const char *bytes, unsigned size)
{
    assert_int_equal(fake.state[seL4_VCPUState_ExceptionBitmap], 1u << 6);
    exit_at(m, bytes, size);
    m->reason = seL4_VCPUExit_Exception;
    m->info = 6;
    m->reg[seL4_VCPUReg_RAX] = 4;
    m->reg[seL4_VCPUReg_RBX] = 0x77;
    m->reg[seL4_VCPUReg_RCX] = 0;
}

static void vmcall(struct seL4_VCPURun *m)
{
    undefined(m, "\x0f\x01\xc1", 3);
}

static void see_vmcall_done(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 0);
    assert_int_equal(m->rip, CODE + 3);
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0x99);
    vmcall(m);
    m->cpl = 3; /* its pages are the kernel's: the fetch itself faults */
    m->ss_attr = 0xcf3;
}

static void see_page_fault(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xfff, 14 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid);
    assert_int_equal(m->rip, CODE);
    assert_int_equal(fake.state[seL4_VCPUState_CR2], CODE);
    undefined(m, "\x0f\x0b", 2); /* UD2: how Linux writes BUG() */
}

static void see_undefined(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 6 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, CODE);
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 4);
}

static void prefixed_vmcall(struct seL4_VCPURun *m)
{
    see_undefined(m);
    undefined(m, "\xf0\x0f\x01\xc1", 4); /* LOCK makes it undefined on Intel processors too */
}

static void known_but_undefined(struct seL4_VCPURun *m)
{
    see_undefined(m);
    undefined(m, "\x0f\xa2", 2); /* CPUID: something that the decoder knows */
}

static void outside_of_ram(struct seL4_VCPURun *m)
{
    see_undefined(m);
    undefined(m, "", 0);
    m->rip = RAM_BYTES + 0x1000; /* mapped, but there is no RAM */
}

static void see_undefined_outside(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 6 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, RAM_BYTES + 0x1000);
    out8(m, 0x80, 0);
}

static void undefined_instructions(void **state)
{
    static const step steps[] = {check_start,
                                 vmcall,
                                 see_vmcall_done,
                                 see_page_fault,
                                 prefixed_vmcall,
                                 known_but_undefined,
                                 outside_of_ram,
                                 see_undefined_outside,
                                 NULL};

    (void)state;
    assert_int_equal(reg_new_handler(vmm, poked, 4), 0);
    assert_int_equal(run(steps), 0);
    assert_null(strstr(logged, "guest stopped"));
}

static void divide_error(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_Exception;
    m->info = 0;
}

static void unexpected_exception(void **state)
{
    static const step steps[] = {check_start, divide_error, NULL};

    (void)state;
    assert_int_equal(run(steps), -EIO);
    assert_non_null(strstr(logged, "guest stopped: exception"));
}

/* --- Debug registers --- */

static void debug_access(struct seL4_VCPURun *m, const char *bytes, unsigned size, uint64_t info)
{
    exit_at(m, bytes, size);
    m->reason = seL4_VCPUExit_DebugRegister;
    m->info = info;
}

static void write_dr0(struct seL4_VCPURun *m)
{
    debug_access(m, "\x41\x0f\x23\xc1", 4, 0 | 1 << 4);
    m->reg[seL4_VCPUReg_R9] = 0x123456789abcdef0;
}

static void write_dr7(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 4);
    assert_int_equal(fake.state[seL4_VCPUState_DR0], 0x123456789abcdef0);
    debug_access(m, "\x0f\x23\xf8", 3, 7 | 1 << 4);
    m->reg[seL4_VCPUReg_RAX] = 0xd801;
}

static void read_dr5(struct seL4_VCPURun *m)
{
    assert_int_equal(m->rip, CODE + 3);
    assert_int_equal(fake.state[seL4_VCPUState_DR7], 0x401);
    debug_access(m, "\x0f\x21\xeb", 3, 5); /* DR7 by its old name */
}

static void read_dr5_with_extensions(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RBX], 0x401);
    read_dr5(m);
    m->cr4 |= 1 << 3;
}

static void write_too_much(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 6 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    debug_access(m, "\x0f\x23\xf0", 3, 6 | 1 << 4);
    m->reg[seL4_VCPUReg_RAX] = 1ull << 32;
}

static void detect(struct seL4_VCPURun *m)
{
    assert_int_equal((uint32_t)m->event, 13 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid |
                                             seL4_VCPUEvent_Valid);
    fake.state[seL4_VCPUState_DR7] = 0x2400;
    debug_access(m, "\x0f\x21\xc0", 3, 0);
}

static void see_detected(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event, 1 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, CODE);
    assert_int_equal(fake.state[seL4_VCPUState_DR7], 0x400);
    assert_int_equal(fake.state[seL4_VCPUState_DR6], 0xffff2ff0);
    out8(m, 0x80, 0);
}

static void debug_registers(void **state)
{
    static const step steps[] = {
        check_start,    write_dr0, write_dr7,    read_dr5, read_dr5_with_extensions,
        write_too_much, detect,    see_detected, NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* --- CR8 and the local APIC's task priority --- */

static void read_task_priority(struct seL4_VCPURun *m)
{
    m->reason = seL4_VCPUExit_RDMSR;
    m->reg[seL4_VCPUReg_RCX] = 0x808;
}

/* MOV CR8, RCX. */
static void write_cr8(struct seL4_VCPURun *m, uint64_t value)
{
    exit_at(m, "\x44\x0f\x22\xc1", 4);
    m->reason = seL4_VCPUExit_ControlRegister;
    m->info = 8 | 1 << 4;
    m->reg[seL4_VCPUReg_RCX] = value;
}

static void raise_priority(struct seL4_VCPURun *m)
{
    assert_int_equal(m->tpr, 0);
    m->tpr = 5;
    m->rflags |= 1u << 9;
    write_msr(m, 0x83f, 0x51); /* an interrupt to itself, of class 5 */
}

static void expect_it_held_back(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0);
    assert_int_equal(m->tpr, 5);
    assert_int_equal(m->control, seL4_VCPURun_WantTaskPriority);
    read_task_priority(m);
}

static void see_class_5(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0x50);
    assert_int_equal(m->control, seL4_VCPURun_WantTaskPriority);
    write_cr8(m, 16);
}

static void expect_cr8_gp(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xfff, 13 | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid);
    assert_int_equal(m->rip, CODE);
    assert_int_equal(m->tpr, 5);
    exit_at(m, "\xf0\x0f\x22\xc1", 4); /* LOCK MOV CR0: not offered */
    m->reason = seL4_VCPUExit_ControlRegister;
}

static void expect_cr8_ud(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xfff, 6 | seL4_VCPUEvent_Exception);
    assert_int_equal(m->tpr, 5);
    write_cr8(m, 4);
}

static void expect_delivery(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x51 | seL4_VCPUEvent_Valid);
    assert_int_equal(m->rip, CODE + 4);
    assert_int_equal(m->tpr, 4);
    assert_int_equal(m->control, 0);
    write_msr(m, 0x808, 0xa3);
}

/* The bits below the class are kept as long as CR8 says nothing else. */
static void see_cr8(struct seL4_VCPURun *m)
{
    assert_int_equal(m->tpr, 0xa);
    read_task_priority(m);
}

static void see_whole_priority(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0xa3);
    m->tpr = 0xb;
    read_task_priority(m);
}

static void see_cleared_bits(struct seL4_VCPURun *m)
{
    assert_int_equal(m->reg[seL4_VCPUReg_RAX], 0xb0);
    ask_reset(m);
}

static void see_reset_priority(struct seL4_VCPURun *m)
{
    assert_int_equal(m->tpr, 0);
    out8(m, 0x80, 0);
}

static void task_priority(void **state)
{
    static const step steps[] = {check_start,
                                 enable_apic,
                                 set_svr,
                                 raise_priority,
                                 expect_it_held_back,
                                 see_class_5,
                                 expect_cr8_gp,
                                 expect_cr8_ud,
                                 expect_delivery,
                                 see_cr8,
                                 see_whole_priority,
                                 see_cleared_bits,
                                 see_reset_priority,
                                 NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* A halted guest sleeps on while CR8 holds its timer back, and wakes for what is above. */
static void set_low_deadline(struct seL4_VCPURun *m)
{
    m->tpr = 4;
    write_msr(m, 0x6e0, now + 1000000);
}

static void interrupt_itself(struct seL4_VCPURun *m)
{
    write_msr(m, 0x83f, 0x91); /* class 9, not yet taken: IF is clear */
}

static void halt_above_timer(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x91 | seL4_VCPUEvent_Valid);
    m->reason = seL4_VCPUExit_HLT;
    m->next_rip = m->rip + 1;
    m->rflags |= 1u << 9;
}

static void expect_class_9(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x91 | seL4_VCPUEvent_Valid);
    assert_int_equal(waits, 0);
    m->tsc_exit = now += 2000000; /* the timer is due meanwhile */
    write_msr(m, 0x80b, 0);
}

static void expect_timer_held_back(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0);
    assert_int_equal(m->control, seL4_VCPURun_WantTaskPriority);
    write_cr8(m, 3);
}

static void expect_timer_at_last(struct seL4_VCPURun *m)
{
    assert_int_equal(m->interrupt, 0x40 | seL4_VCPUEvent_Valid);
    out8(m, 0x80, 0);
}

static void task_priority_of_a_halted_guest(void **state)
{
    static const step steps[] = {check_start,
                                 enable_apic,
                                 set_svr,
                                 set_deadline_mode,
                                 set_low_deadline,
                                 interrupt_itself,
                                 halt_above_timer,
                                 expect_class_9,
                                 expect_timer_held_back,
                                 expect_timer_at_last,
                                 NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

/* --- paravirtual clock --- */

static void register_clock(struct seL4_VCPURun *m)
{
    write_msr(m, 0x4b564d01, 0x5000 | 1);
}

static void see_clock(struct seL4_VCPURun *m)
{
    struct pvclock_time time;

    memcpy(&time, ram + 0x5000, sizeof(time));
    assert_int_equal(time.version & 1, 0);
    assert_int_equal(time.flags, 1);
    assert_true(time.tsc_timestamp <= now);
    /* 1 GHz: one nanosecond a tick, whatever the shift. */
    assert_int_equal(time.tsc_shift >= 0 ? (uint64_t)time.tsc_to_system_mul << time.tsc_shift
                                         : (uint64_t)time.tsc_to_system_mul >> -time.tsc_shift,
                     1ull << 32);
    write_msr(m, 0x4b564d01, (uint64_t)RAM_BYTES | 1); /* outside of RAM */
}

static void expect_clock_gp(struct seL4_VCPURun *m)
{
    assert_int_equal(m->event & 0xff, 13);
    write_msr(m, 0x4b564d00, 0x6000);
}

static void see_wall(struct seL4_VCPURun *m)
{
    assert_int_equal(*(uint32_t *)(ram + 0x6004), 1795368605u);
    out8(m, 0x80, 0);
}

static void paravirtual_clock(void **state)
{
    static const step steps[] = {check_start,     register_clock, see_clock,
                                 expect_clock_gp, see_wall,       NULL};

    (void)state;
    assert_int_equal(run(steps), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(registers_survive_messages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guest_restarts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(restarts_over_and_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_exit_stops_the_guest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(kernel_says_no, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cpuid_policy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(msr_policy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counters_and_steps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nmi_wakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_accesses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(not_decoded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_across_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_tsc_adjust, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prefixed_exits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(timer_interrupts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silent_eoi, set_up, tear_down),
        cmocka_unit_test_setup_teardown(halted_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(busy_timer_and_signals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(moving_deadlines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(prompt_of_a_busy_guest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_lines_are_one_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(console_input, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hypercalls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(handler_of_two, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hypercalls_of_32_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_hypercalls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(undefined_instructions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unexpected_exception, set_up, tear_down),
        cmocka_unit_test_setup_teardown(debug_registers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(task_priority, set_up, tear_down),
        cmocka_unit_test_setup_teardown(task_priority_of_a_halted_guest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paravirtual_clock, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
