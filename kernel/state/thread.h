/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread. The object's memory begins with the thread's own capability slots, so that deletion
 * treats it as a small CNode; the saved registers, what it waits for, and its FPU area follow.
 *
 * The trap entries save the interrupted user state straight into `context`: TSS.RSP0 points to the
 * end of the processor's frame in the running thread's TCB (offset TCB_FRAME_END), and so does the
 * stack pointer that the SYSCALL entry starts from.
 */
#pragma once

#include "cpu/fpu.h"
#include "cpu/vectors.h"
#include "state/slot.h"

#include <base/list.h>
#include <sel4/constants.h>

struct vcpu;
struct notification;

/* User registers as saved on entry. The hardware frame must end on a 16-byte boundary. */
struct user_context {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    /*
     * Trap vector, or VECTOR_SYSCALL: RIP is after that instruction (and may be put back on it),
     * and only such a context may leave by SYSRET. Zero where RIP was written.
     */
    uint64_t vector;
    uint64_t error;
    uint64_t rip, cs, rflags, rsp, ss; /* pushed by the processor */
    uint64_t fs_base, gs_base;         /* the user's, loaded on every switch */
};

/* Registers that carry the message, see libs/sel4/include/sel4/syscalls.h. */
#define CTX_CAP(c)  ((c)->rdi) /* in: capability; out: badge */
#define CTX_INFO(c) ((c)->rsi) /* message info, both ways */
#define CTX_MR0(c)  ((c)->rdx)
#define CTX_MR1(c)  ((c)->r8)
#define CTX_MR2(c)  ((c)->r9)
#define CTX_MR3(c)  ((c)->r10)

enum tcb_slot {
    TCB_CSPACE = 0,
    TCB_VSPACE,
    TCB_CALLER,     /* the reply capability to whom this thread serves */
    TCB_IPC_BUFFER, /* frame */
    TCB_EPT_ROOT,   /* second-level root of the guest that this thread runs */
    TCB_SLOT_COUNT
};

enum thread_state {
    THREAD_INACTIVE = 0,
    THREAD_RUNNING,       /* also: runnable */
    THREAD_RUNNING_GUEST, /* runnable; will continue inside its VCPU's guest */
    THREAD_BLOCKED_SEND,
    THREAD_BLOCKED_RECEIVE,
    THREAD_BLOCKED_REPLY,
    THREAD_BLOCKED_NOTIFICATION,
    THREAD_IDLE,
};

#define TCB_NAME_SIZE 32

struct tcb {
    struct slot slots[TCB_SLOT_COUNT];

    struct user_context context;

    /* Scheduling. */
    struct list_link ready; /* the queue of its priority */
    union {
        /* One word for the fast path, which serves threads of which this is all there is to say. */
        uint32_t status;
        struct {
            uint8_t state;       /* enum thread_state */
            uint8_t flags;       /* seL4_TCBFlag_* */
            uint16_t fault_type; /* seL4_Fault_* ; seL4_Fault_NullFault if none */
        };
    };
    uint8_t priority;
    uint8_t mcp;
    bool queued; /* it is in that queue */
    uint8_t affinity;
    uint64_t slice; /* ticks of the TSC before its equals have their turn; 0: starts anew */

    /* Waiting for a message or signal: the object's queue and what is to be done. */
    struct tcb *wait_next, *wait_prev;
    struct wait_queue *wait_queue;
    uint64_t send_badge;
    bool send_is_call, send_can_grant, send_can_grant_reply;
    /* Where this thread goes on in a queue (object/waitqueue.h), and who goes on at this one. */
    struct tcb *walk_at, *walker;
    /* cap_reply_mask(): how it received last decides whether its answer may carry capabilities. */
    uint64_t reply_mask;

    uint64_t fault_handler; /* a capability address in this thread's CSpace */
    uint64_t fault[6];      /* what the handler has to be told: by fault_type, see ipc/fault.c */

    uint64_t ipc_buffer;        /* user address */
    uint64_t ipc_buffer_offset; /* of the buffer in its frame */

    struct slot *reply_slot;           /* who holds the reply capability to this thread */
    struct notification *notification; /* bound */
    struct vcpu *vcpu;

    struct list_link all; /* every thread of the core, for seL4_DebugDumpScheduler */
    char name[TCB_NAME_SIZE];

    uint8_t fpu[FPU_AREA_SIZE] __attribute__((aligned(FPU_AREA_ALIGN)));
};

_Static_assert(sizeof(struct tcb) <= 1 << seL4_TCBBits, "a TCB object must hold struct tcb");

#define TCB_CONTEXT   (TCB_SLOT_COUNT << seL4_SlotBits)
#define TCB_FRAME_END (TCB_CONTEXT + 22 * 8)
_Static_assert(__builtin_offsetof(struct tcb, context) == TCB_CONTEXT, "used by assembly");
_Static_assert(__builtin_offsetof(struct tcb, context.fs_base) == TCB_FRAME_END, "the same");
_Static_assert(TCB_FRAME_END % 16 == 0, "the processor aligns its frame");

static inline bool tcb_is_runnable(const struct tcb *t)
{
    return t->state == THREAD_RUNNING || t->state == THREAD_RUNNING_GUEST;
}

static inline bool tcb_waits(const struct tcb *t)
{
    return t->state >= THREAD_BLOCKED_SEND && t->state <= THREAD_BLOCKED_NOTIFICATION;
}

/* `caller` is waiting for the answer of `t`: give `t` the capability to it. */
static inline void tcb_give_reply(struct tcb *t, struct tcb *caller)
{
    struct slot *slot = &t->slots[TCB_CALLER];
    cap_set_reply(&slot->cap, caller, t->reply_mask);
    caller->reply_slot = slot;
    caller->state = THREAD_BLOCKED_REPLY;
}

/* The thread's IPC buffer as the kernel sees it, or NULL if it has none. */
static inline uint64_t *tcb_ipc_buffer(const struct tcb *t)
{
    const struct cap *frame = &t->slots[TCB_IPC_BUFFER].cap;
    return frame->type == CAP_FRAME ? (uint64_t *)(cap_addr(*frame) + t->ipc_buffer_offset) : 0;
}
