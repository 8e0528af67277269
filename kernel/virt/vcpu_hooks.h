/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the thread code needs from virtual CPUs. Implemented in kernel/virt/vcpu.c.
 */
#pragma once

#include <stdint.h>

struct tcb;
struct invocation;

/* seL4_VMEnter: message already in registers/IPC buffer of `t`, the running thread. */
void vcpu_enter_syscall(struct tcb *t);
/*
 * `t` (state THREAD_RUNNING_GUEST) has to come back to user mode because its bound notification was
 * signalled with `badge`: put RESULT_NOTIF and the badge into its message, set THREAD_RUNNING. The
 * caller does the scheduling.
 */
void vcpu_leave_with_signal(struct tcb *t, uint64_t badge);
/*
 * `t` is suspended or has its IPC cancelled while in guest mode: leave the guest's state in the
 * VCPU, set the thread so that a resume issues the seL4_VMEnter again; set THREAD_RUNNING.
 */
void vcpu_abort_guest(struct tcb *t);
/* The thread is deleted: separate it from its VCPU. */
void vcpu_thread_gone(struct tcb *t);
/* Continue in the guest; called at the end of a kernel entry instead of the return to user mode. */
__attribute__((noreturn)) void vcpu_resume_guest(struct tcb *t);
/* seL4_TCB_SetEPTRoot, invoked on a thread: inv->extra[0] is the second-level root. */
int tcb_set_ept_root(struct invocation *inv);
