/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the parts of the monitor's core, from the top: a guest's life (lifecycle.c); what it
 * shares with components (crossvm.c, connector.c); the machine (machine.c) and what boots in it
 * (boot/); the CPU: the run loop (cpu/run.c), the exits (cpu/exits.c), the hypercalls
 * (cpu/hypercall.c); the log (log.c), the console (console.c), the kept registers
 * (cpu/registers.c). Calls go downwards only (tests/lint/calls).
 */
#pragma once

#include <vmm/vmm.h>
#include <vmm/x86.h>

/* Power-on state of all devices. */
void machine_reset(vmm_t *vmm);

/* Power-on state of the serial port behind the console. */
void console_reset(vmm_t *vmm, const struct irq_line *irq);

/* Until it stops: vmm->stop says why. */
void run_guest(vmm_vcpu_t *vcpu);
/* Sleep until the guest has an interrupt to take. */
void run_halted(vmm_vcpu_t *vcpu);

/* 0, or negative if nobody handles this exit. */
int exit_handle(vmm_vcpu_t *vcpu);
/* The exit's instruction is done: go on after it. */
void exit_advance(vmm_vcpu_t *vcpu, uint64_t next_rip);
/* Instead, the guest gets an exception. */
void exit_inject(vmm_vcpu_t *vcpu, unsigned vector, bool has_error, uint32_t error);
/*
 * Fetch the instruction at RIP. 0, or negative; an exception in the guest counts as done (*insn
 * null).
 */
int exit_fetch(vmm_vcpu_t *vcpu, const struct insn **insn);
/* Exits whose instruction writes or reads such a register (cpu/control.c). */
int exit_xsetbv(vmm_vcpu_t *vcpu);
int exit_control_register(vmm_vcpu_t *vcpu);
int exit_debug_register(vmm_vcpu_t *vcpu);

/* The guest goes on at next_rip, after its call. */
int hypercall_handle(vmm_vcpu_t *vcpu, uint64_t next_rip);
