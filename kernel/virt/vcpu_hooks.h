/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rest of the kernel needs from virtual CPUs. Implemented in kernel/virt/vcpu.c.
 */
#pragma once

#include "state/slot.h"

#include <stdint.h>

struct tcb;

/* seL4_VMEnter of the running thread `t`, which has a VCPU; the message is in its IPC buffer. */
void vcpu_enter_syscall(struct tcb *t);
/*
 * `t` (state THREAD_RUNNING_GUEST) has to come back to user mode because its bound notification was
 * signalled with `badge`: puts RESULT_NOTIF, the badge and the guest's state into its message, and
 * sets THREAD_RUNNING. The caller does the scheduling.
 */
void vcpu_leave_with_signal(struct tcb *t, uint64_t badge);
/*
 * `t` is suspended or has its IPC cancelled while in guest mode: the same with badge 0, so that the
 * monitor, should it be resumed, sees a spurious wake-up and can enter again.
 */
void vcpu_abort_guest(struct tcb *t);
/* The thread is deleted: separate it from its VCPU. */
void vcpu_thread_gone(struct tcb *t);
/*
 * Continue in the guest; called at the end of a kernel entry instead of the return to user mode. It
 * returns when another thread has to run, or when this one has left the guest.
 */
void vcpu_resume_guest(struct tcb *t);

/*
 * I/O ports that a guest may use itself were given to it through an I/O port capability. The two
 * know each other: the capability (not its copies) names the VCPU, which notes the slot. When the
 * capability goes, so does the permission; when it moves, the VCPU has to know.
 */
void vcpu_ioport_gone(const struct slot *ioport);
void vcpu_ioport_moved(struct slot *ioport);
