/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: from user mode they become faults or interrupts; an exception in kernel mode is the end.
 *
 * Where no IOMMU remaps interrupts, a device can send a message with any vector, an exception's too
 * (PCI 3.0, 6.8.1; the local APIC takes those from 16, QEMU's those from 1). Such a message is told
 * from the exception, and is ignored.
 *
 * Rests on: AMD64 APM volume 2, chapters 8 and 16.
 */
#include "entry/trap.h"
#include "cpu/lapic.h"
#include "cpu/print.h"
#include "cpu/x86.h"
#include "entry/offsets.h"
#include "entry/segments.h"
#include "ipc/ipc.h"
#include "object/irq.h"
#include "sched/sched.h"
#include "state/core.h"
#include "virt/vcpu_hooks.h"

#include <stddef.h>

#include <sel4/syscall.h>

#define CHECK(offset, type, member)                                                                \
    _Static_assert((offset) == __builtin_offsetof(type, member), "offsets.h")
#define CHECK_FRAME(offset, member) CHECK(OFFSET_TCB_FRAME + (offset), struct tcb, context.member)

CHECK(OFFSET_CORE_CURRENT, struct core, current);
CHECK(OFFSET_CORE_USER_RSP, struct core, user_rsp);
CHECK(OFFSET_CORE_STACK_TOP, struct core, stack_top);
CHECK(OFFSET_CORE_TAKEN_VECTOR, struct core, taken_vector);
CHECK(OFFSET_TCB_CONTEXT, struct tcb, context);
CHECK(CONTEXT_RAX, struct user_context, rax);
CHECK(CONTEXT_RBX, struct user_context, rbx);
CHECK(CONTEXT_RDX, struct user_context, rdx);
CHECK(CONTEXT_RSI, struct user_context, rsi);
CHECK(CONTEXT_RDI, struct user_context, rdi);
CHECK(CONTEXT_RBP, struct user_context, rbp);
CHECK(CONTEXT_R8, struct user_context, r8);
CHECK(CONTEXT_R9, struct user_context, r9);
CHECK(CONTEXT_R10, struct user_context, r10);
CHECK(CONTEXT_R12, struct user_context, r12);
CHECK(CONTEXT_R13, struct user_context, r13);
CHECK(CONTEXT_R14, struct user_context, r14);
CHECK(CONTEXT_R15, struct user_context, r15);
CHECK_FRAME(FRAME_VECTOR, vector);
CHECK_FRAME(FRAME_ERROR, error);
CHECK_FRAME(FRAME_RIP, rip);
CHECK_FRAME(FRAME_CS, cs);
CHECK_FRAME(FRAME_RFLAGS, rflags);
CHECK_FRAME(FRAME_RSP, rsp);
_Static_assert(MSR_GS_BASE_NUMBER == MSR_GS_BASE, "offsets.h");
_Static_assert(SYSCALL_CALL == seL4_SysCall, "offsets.h");
_Static_assert(SYSCALL_REPLY_RECV == seL4_SysReplyRecv, "offsets.h");

static const char *const exception_names[VECTOR_EXCEPTIONS] = {
    [VECTOR_DE] = "divide error",
    [VECTOR_DB] = "debug exception",
    [VECTOR_NMI] = "NMI",
    [VECTOR_BP] = "breakpoint",
    [VECTOR_UD] = "invalid opcode",
    [VECTOR_NM] = "no FPU",
    [VECTOR_DF] = "double fault",
    [VECTOR_TS] = "invalid TSS",
    [VECTOR_NP] = "segment not present",
    [VECTOR_SS] = "stack fault",
    [VECTOR_GP] = "general protection fault",
    [VECTOR_PF] = "page fault",
    [VECTOR_MF] = "x87 error",
    [VECTOR_AC] = "alignment check",
    [VECTOR_MC] = "machine check",
    [VECTOR_XM] = "SIMD error",
};

/* Nothing can be pushed there: what faults is the delivery of the page fault. */
static bool is_in_guard(uint64_t address)
{
    const void *guard;
    for (unsigned i = 0; (guard = segments_guard(i)); i++)
        if (address - (uint64_t)guard < PAGE_SIZE_4K)
            return true;
    return false;
}

/*
 * Exact, since every interrupt is ended before the next can come. Where an error code tells, the
 * local APIC need not be asked.
 */
static bool is_message(uint64_t vector, uint64_t error)
{
    bool wants_error = VECTORS_WITH_ERROR_CODE & BIT(vector);
    return (!wants_error || error == (uint64_t)ERROR_CODE_MISSING) && lapic_in_service(vector);
}

/* In kernel mode it ends the few instructions in which interrupts are on, as all others do. */
static bool ignore_message(struct kernel_frame *f)
{
    if (!(f->rflags & RFLAGS_IF) || !is_message(f->vector, f->error))
        return false;
    if ((f->cs & 3) == 0)
        f->rflags &= ~(uint64_t)RFLAGS_IF;
    irq_ignore(f->vector);
    return true;
}

static _Noreturn void stop_at(const struct kernel_frame *f)
{
    const char *name = f->vector < VECTOR_EXCEPTIONS ? exception_names[f->vector] : NULL;
    if (is_in_guard(read_cr2()) && f->vector == VECTOR_DF)
        kprintf("\nCaisson kernel: the kernel's stack has overflowed");
    kprintf("\nCaisson kernel: %s (vector %lu, error code 0x%lx) in the kernel at 0x%lx\n",
            name ? name : "exception", f->vector, f->error, f->rip);
    kprintf(" rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
    kprintf(" rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", f->rsi, f->rdi, f->rbp, f->rsp);
    kprintf(" r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9, f->r10, f->r11);
    kprintf(" r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12, f->r13, f->r14, f->r15);
    kprintf(" cs %lx ss %lx rflags %lx cr0 %lx cr2 %lx cr3 %lx cr4 %lx\n", f->cs, f->ss, f->rflags,
            read_cr0(), read_cr2(), read_cr3(), read_cr4());
    panic_stop(f->rbp);
}

void trap_in_kernel(struct kernel_frame *f)
{
    if (!ignore_message(f))
        stop_at(f);
}

void trap_from_user(uint64_t vector, uint64_t error)
{
    if (vector >= VECTOR_EXCEPTIONS) {
        irq_dispatch(vector);
        sched_choose();
    } else if (is_message(vector, error)) {
        irq_ignore(vector);
    } else if (vector == VECTOR_PF) {
        handle_page_fault(read_cr2(), error);
    } else {
        handle_user_exception(vector, error);
    }
}

/*
 * NMIs have no known source here: the first, the second, the fourth and so on are noted, and what
 * was interrupted goes on. Devices can send them as messages.
 */
void trap_special(struct kernel_frame *frame)
{
    static uint64_t count;
    if (ignore_message(frame))
        return;
    if (frame->vector != VECTOR_NMI)
        stop_at(frame);
    count++;
    if ((count & (count - 1)) == 0)
        kprintf("Caisson kernel: NMI, %lu so far (port 0x61 reads 0x%x)\n", count, in8(0x61));
}

static void wait_for_interrupt(struct core *core)
{
    core->taken_vector = 0;
    __asm__ volatile("sti; hlt; cli" ::: "memory");
    uint64_t vector = *(volatile uint64_t *)&core->taken_vector;
    if (vector != 0)
        irq_dispatch(vector);
}

struct tcb *kernel_leave(void)
{
    struct core *core = this_core();
    for (;;) {
        struct tcb *t = core->current;
        if (__builtin_expect(t->state == THREAD_RUNNING, 1))
            return t;
        if (t->state == THREAD_RUNNING_GUEST) {
            vcpu_resume_guest(t);
            continue;
        }
        kassert(t == &core->idle);
        wait_for_interrupt(core);
        sched_choose();
    }
}
