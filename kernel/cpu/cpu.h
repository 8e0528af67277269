/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the portable part of the kernel asks of the processor layer (kernel/cpu, kernel/boot), and
 * what it offers to the entry code there.
 */
#pragma once

#include "cpu/console.h"
#include "cpu/memory.h"
#include "cpu/print.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;

/* First address that is not the user's (47 bits). */
#define USER_TOP 0x0000800000000000ull

/* --- provided by kernel/cpu --- */
/* An interrupt waits to be taken: long operations should stop at a consistent point. */
bool interrupt_pending(void);
/* Arm the one-shot time-slice timer (5 ms); it calls sched_tick(). */
void timer_arm(void);
/* Put `t`'s FPU state into the registers, saving that of core->fpu_owner. */
void fpu_switch(struct tcb *t);
/* The state is wanted in memory (or may be changed there): save it and disown the registers. */
void fpu_flush(struct tcb *t);
/* The initial FPU state of a new thread. */
void fpu_init(struct tcb *t);
/* `t` is about to be deleted. */
void fpu_forget(struct tcb *t);
/* Load the address space of `t` (or the kernel's own if it has none that is valid). */
void vspace_switch(struct tcb *t);
/* Load FS/GS base of `t` where they differ from what is loaded; set TSS.RSP0 to its frame. */
void context_switch(struct tcb *t);
/* True if `addr` may be installed as a thread's RIP, FS base or GS base. */
static inline bool address_is_user(uint64_t addr)
{
    return addr < USER_TOP;
}

/* --- provided by kernel/entry, kernel/ipc for the entry code; interrupts are off --- */
/*
 * A SYSCALL of the current thread, whose context is saved: number (RAX), capability (RDI), message
 * info (RSI). Returns who goes on in user mode, or NULL if cpu_resume() has to find out.
 */
struct tcb *handle_syscall(uint64_t number, uint64_t cap, uint64_t info);
/* An exception in user mode, except page faults; context.vector and context.error are saved. */
void handle_user_exception(uint64_t vector, uint64_t error);
/* A page fault in user mode. */
void handle_page_fault(uint64_t address, uint64_t error);
/*
 * Interrupts: the entry code dispatches to irq.c or sched_tick(), then calls sched_choose().
 *
 * The kernel runs with interrupts off. Where one is known to wait (a guest was left because of it),
 * this takes and dispatches it; the caller does the scheduling. Without one it returns at once.
 */
void cpu_take_interrupts(void);
/*
 * The end of every kernel entry, after scheduling: continues the current thread in user mode or in
 * its guest, or waits for interrupts while there is none.
 */
__attribute__((noreturn)) void cpu_resume(void);
/* RDMSR and WRMSR that survive a fault: false where the processor has no such register or value. */
bool rdmsr_checked(uint32_t msr, uint64_t *value);
bool wrmsr_checked(uint32_t msr, uint64_t value);
