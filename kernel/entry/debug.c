/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls for debugging: output on the kernel's console, names, and a way to stop. They serve
 * every thread, whatever capabilities it has, so they are built in only where the build asks for
 * them (CONFIG_PRINTING, CONFIG_DEBUG_BUILD); what is not there is an unknown system call.
 *
 * Nothing that is printed has an address of the kernel's. A list is as long as its reader's CSpace
 * or as there are threads, so it is printed line by line, with a look for interrupts after each: if
 * one waits, the caller issues the call again, and RDI says that lines have been printed.
 */
#include "entry/entry.h"
#include "api/message.h"
#include "cpu/console.h"
#include "cpu/lapic.h"
#include "cpu/print.h"
#include "entry/segments.h"
#include "object/lookup.h"
#include "object/object.h"
#include "object/tcb.h"
#include <sel4/config.h>
#include <sel4/messages.h>
#include <sel4/syscall.h>

/*
 * A line of a list has been printed. True: an interrupt waits, and the rest comes when the call is
 * issued again with `progress`.
 */
__attribute__((unused)) static bool stop_for_now(struct tcb *t, uint64_t progress)
{
    if (!lapic_requested())
        return false;
    CTX_CAP(&t->context) = progress;
    tcb_rewind_syscall(t);
    return true;
}

#ifdef CONFIG_PRINTING
/* Up to 32 bytes, packed in the message registers. */
static void put_string(const struct tcb *t, uint64_t count)
{
    const struct user_context *c = &t->context;
    const uint64_t words[MESSAGE_REGISTERS] = {CTX_MR0(c), CTX_MR1(c), CTX_MR2(c), CTX_MR3(c)};
    for (uint64_t i = 0; i < count && i < sizeof(words); i++)
        console_putc((char)(words[i / 8] >> i % 8 * 8));
}

static const char *const state_names[] = {
    [THREAD_INACTIVE] = "inactive",
    [THREAD_RUNNING] = "running",
    [THREAD_RUNNING_GUEST] = "running guest",
    [THREAD_BLOCKED_SEND] = "blocked on send",
    [THREAD_BLOCKED_RECEIVE] = "blocked on receive",
    [THREAD_BLOCKED_REPLY] = "blocked on reply",
    [THREAD_BLOCKED_NOTIFICATION] = "blocked on notification",
    [THREAD_IDLE] = "idle",
};

/* How far the list of threads has got. */
enum dump_progress { DUMP_HEAD, DUMP_THREADS, DUMP_STACK };

/*
 * Each thread goes to the end of the list once it is printed. The idle thread comes last, so the
 * list itself knows how far this has got, whatever threads come and go meanwhile.
 */
static void dump_threads(struct tcb *caller, uint64_t progress)
{
    struct core *core = this_core();
    struct list *all = &core->all_threads;
    struct tcb *t = &core->idle;
    if (progress == DUMP_HEAD) {
        list_remove(all, &t->all);
        list_append(all, &t->all);
        kprintf("%-32s %-24s %4s %18s\n", "thread", "state", "prio", "ip");
    }
    while (progress != DUMP_STACK) {
        t = LIST_FIRST(all, struct tcb, all);
        list_remove(all, &t->all);
        list_append(all, &t->all);
        kprintf("%c%-31s %-24s %4u 0x%016lx\n", t == caller ? '*' : ' ', t->name,
                state_names[t->state], t->priority, t->context.rip);
        progress = t == &core->idle ? DUMP_STACK : DUMP_THREADS;
        if (stop_for_now(caller, progress))
            return;
    }
    kprintf("kernel stack: %u bytes used so far, of %u\n", segments_stack_used(core),
            1u << CONFIG_KERNEL_STACK_BITS);
}
#endif

#ifdef CONFIG_DEBUG_BUILD
#define EMPTY_SLOTS_A_LOOK 256

static void name_thread(struct tcb *t, uint64_t cptr)
{
    const struct slot *slot = lookup_slot(t, cptr);
    const uint64_t *buffer = tcb_ipc_buffer(t);
    if (slot && slot->cap.type == CAP_THREAD && buffer)
        tcb_set_name(cap_object(slot->cap), (const char *)(buffer + seL4_IPCBuffer_MsgWord));
}

static void identify(struct tcb *t, uint64_t cptr)
{
    const struct slot *slot = lookup_slot(t, cptr);
    CTX_CAP(&t->context) = slot ? slot->cap.type : CAP_NULL;
}

/* The capabilities of the calling thread's CSpace root, from the slot `next` on. */
static void snapshot(struct tcb *t, uint64_t next)
{
    struct cap root = t->slots[TCB_CSPACE].cap;
    uint64_t count = root.type == CAP_CNODE ? BIT(cap_cnode_radix(root)) : 0;
    const struct slot *slots = cap_object(root);
    for (uint64_t i = next; i < count; i++) {
        struct cap cap = slots[i].cap;
        bool zombie = cap.type == CAP_ZOMBIE; /* its data is an address */
        if (cap.type != CAP_NULL)
            kprintf("%6lu: %-16s flags 0x%x data 0x%lx\n", i, cap_ops[cap.type]->name,
                    (unsigned)cap.flags, zombie ? 0 : cap.data);
        bool look = cap.type != CAP_NULL || i % EMPTY_SLOTS_A_LOOK == 0;
        if (look && stop_for_now(t, i + 1))
            return;
    }
}
#endif

bool syscall_debug(struct tcb *t, int64_t number, uint64_t argument)
{
    (void)t, (void)argument;
    switch (number) {
#ifdef CONFIG_PRINTING
    case seL4_SysDebugPutChar:
        console_putc((char)argument);
        return true;
    case seL4_SysDebugPutString:
        put_string(t, argument);
        return true;
    case seL4_SysDebugDumpScheduler:
        dump_threads(t, argument);
        return true;
#endif
#ifdef CONFIG_DEBUG_BUILD
    case seL4_SysDebugHalt:
        /* Who may not control every thread may not stop every thread. */
        if (t->mcp < PRIORITY_COUNT - 1)
            return false;
        kprintf("kernel: halted by thread \"%s\"\n", t->name);
        cpu_stop();
    case seL4_SysDebugCapIdentify:
        identify(t, argument);
        return true;
    case seL4_SysDebugSnapshot:
        snapshot(t, argument);
        return true;
    case seL4_SysDebugNameThread:
        name_thread(t, argument);
        return true;
#endif
    default:
        return false;
    }
}
