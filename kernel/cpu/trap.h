/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the entry code in assembly and the C behind it know of each other.
 */
#pragma once

#include "object/tcb.h"

#include <stdint.h>

/* In trap_entry.S. */
extern const char trap_stubs[256][16];
void syscall_entry(void);
_Noreturn void run_on_core_stack(void (*function)(void));

/* The frame of an exception in kernel mode: a user_context without the bases. */
struct kernel_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

/* Called by the entry code only. */
void trap_from_user(uint64_t vector, uint64_t error);
void trap_in_kernel(struct kernel_frame *frame);
void trap_special(struct kernel_frame *frame);
struct tcb *kernel_leave(void);
