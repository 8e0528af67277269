/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the entry code in assembly and the C that it calls know of each other. Interrupts are off.
 */
#pragma once

#include "state/thread.h"

#include <stdint.h>

/* In trap_entry.S. */
extern const char trap_stubs[256][16];
void syscall_entry(void);
/* Leaves the boot stack for good. */
_Noreturn void run_on_core_stack(void (*function)(void));
/*
 * The end of every kernel entry, after scheduling: continues the current thread in user mode or in
 * its guest, or waits for interrupts while there is none.
 */
_Noreturn void cpu_resume(void);

/* The frame of an exception in kernel mode: a user_context without the bases. */
struct kernel_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

/* Called by the entry code only. */
/*
 * A SYSCALL of the current thread, whose context is saved: number (RAX), capability (RDI), message
 * info (RSI). Returns who goes on in user mode, or NULL if cpu_resume() has to find out.
 */
struct tcb *handle_syscall(uint64_t number, uint64_t cap, uint64_t info);
void trap_from_user(uint64_t vector, uint64_t error);
void trap_in_kernel(struct kernel_frame *frame);
void trap_special(struct kernel_frame *frame);
struct tcb *kernel_leave(void);
