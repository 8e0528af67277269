/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done to a thread (state/thread.h).
 */
#pragma once

#include "state/thread.h"

struct invocation;

/* tcb.c */
/*
 * Retype gives zeroes, so that many objects are made in a short time; the first invocation makes a
 * thread of them. Until then it is inactive, and in no list.
 */
void thread_init(struct tcb *t);
static inline bool thread_is_ready(const struct tcb *t)
{
    return t->context.cs != 0;
}
/* Out of every queue and inactive; a system call that it was in starts again. */
void tcb_suspend(struct tcb *t);
void tcb_resume(struct tcb *t);
/* It no longer waits (the caller took it out of its queue): it does its system call again. */
void tcb_restart(struct tcb *t);
/*
 * Take a thread that waits for something out of that; it becomes inactive, as if it had not yet
 * issued its system call. Nothing happens to one that does not wait.
 */
void tcb_cancel_ipc(struct tcb *t);
/* It waits no more, and is inactive, as if it had not yet issued its system call or faulted. */
void tcb_undo_wait(struct tcb *t);
/* If RIP is after a SYSCALL: put it back on the instruction. */
void tcb_rewind_syscall(struct tcb *t);
/* Where it is, and will go on unless it gets what it waits for: at the SYSCALL that it waits in. */
uint64_t tcb_ip(const struct tcb *t);
/* After a change of registers on someone's behalf: nothing in them can hurt the kernel. */
void tcb_sanitise_context(struct tcb *t);
void tcb_bind_notification(struct tcb *t, struct notification *n);
void tcb_unbind_notification(struct tcb *t);
void tcb_set_name(struct tcb *t, const char *name);
/* Whether the frame can be an IPC buffer at user address `addr`; the boot code uses it, too. */
int tcb_check_ipc_buffer(uint64_t addr, struct cap frame);

/* tcb_invoke.c */
int thread_invoke(struct invocation *inv);
