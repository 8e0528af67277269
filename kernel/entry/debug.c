/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls for debugging: output on the kernel's console, names, and a way to stop.
 */
#include "entry/entry.h"
#include "api/message.h"
#include "cpu/console.h"
#include "cpu/print.h"
#include "object/lookup.h"
#include "object/object.h"
#include "object/tcb.h"
#include "sched/sched.h"
#include <sel4/messages.h>
#include <sel4/syscall.h>

/* Up to 32 bytes, packed in the message registers. */
static void put_string(const struct tcb *t, uint64_t count)
{
    const struct user_context *c = &t->context;
    const uint64_t words[MESSAGE_REGISTERS] = {CTX_MR0(c), CTX_MR1(c), CTX_MR2(c), CTX_MR3(c)};
    for (uint64_t i = 0; i < count && i < sizeof(words); i++)
        console_putc((char)(words[i / 8] >> i % 8 * 8));
}

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

/* The capabilities of the calling thread's CSpace root. */
static void snapshot(const struct tcb *t)
{
    struct cap root = t->slots[TCB_CSPACE].cap;
    if (root.type != CAP_CNODE)
        return;
    const struct slot *slots = cap_object(root);
    for (uint64_t i = 0; i < 1ull << cap_cnode_radix(root); i++)
        if (!slot_is_empty(&slots[i]))
            kprintf("%6lu: %-16s 0x%lx flags 0x%x data 0x%lx\n", i,
                    cap_ops[slots[i].cap.type]->name, cap_addr(slots[i].cap),
                    (unsigned)slots[i].cap.flags, slots[i].cap.data);
}

bool syscall_debug(struct tcb *t, int64_t number, uint64_t argument)
{
    switch (number) {
    case seL4_SysDebugPutChar:
        console_putc((char)argument);
        return true;
    case seL4_SysDebugPutString:
        put_string(t, argument);
        return true;
    case seL4_SysDebugDumpScheduler:
        sched_dump();
        return true;
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
        snapshot(t);
        return true;
    case seL4_SysDebugNameThread:
        name_thread(t, argument);
        return true;
    default:
        return false;
    }
}
