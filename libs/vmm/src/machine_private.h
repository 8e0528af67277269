/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the parts of the monitor's core: the machine (machine.c), its console (console.c), the
 * run loop (cpu/run.c), the exits (cpu/exits.c) and the hypercalls (cpu/hypercall.c).
 */
#pragma once

#include <vmm/vmm.h>
#include <vmm/x86.h>

/* Power-on state of all devices. */
void machine_reset(vmm_t *vmm);

/* Power-on state of the serial port behind the console. */
void console_reset(vmm_t *vmm, const struct irq_line *irq);

/* 0, or negative if nobody handles this exit. */
int exit_handle(vmm_vcpu_t *vcpu);
/* The exit's instruction is done: go on after it. */
void exit_advance(vmm_vcpu_t *vcpu, uint64_t next_rip);
/* Sleep until the guest has an interrupt to take. */
void run_halted(vmm_vcpu_t *vcpu);

/* The guest goes on at next_rip, after its call. */
int hypercall_handle(vmm_vcpu_t *vcpu, uint64_t next_rip);
