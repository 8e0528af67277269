/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the parts of the monitor's core: the machine (machine.c), the run loop (run.c), the exits
 * (exits.c) and the hypercalls (hypercall.c).
 */
#pragma once

#include <vmm/vmm.h>

#define EXCEPTION_UD 6
#define EXCEPTION_GP 13
#define EXCEPTION_PF 14

#define RFLAGS_IF (1ull << 9)

/* Power-on state of all devices. */
void machine_reset(vmm_t *vmm);
/* Ports, memory ranges and PCI functions: once. */
int machine_attach(vmm_t *vmm);

/* 0, or negative if nobody handles this exit. */
int exit_handle(vmm_vcpu_t *vcpu);
void exit_inject(vmm_vcpu_t *vcpu, unsigned vector, bool has_error, uint32_t error);
/* The exit's instruction is done: go on behind it. */
void exit_advance(vmm_vcpu_t *vcpu, uint64_t next_rip);
/* Sleep until the guest has an interrupt to take. */
void run_halted(vmm_vcpu_t *vcpu);
void run_dump(vmm_vcpu_t *vcpu, const char *why);

/* The guest goes on at next_rip, behind its call. */
int hypercall_handle(vmm_vcpu_t *vcpu, uint64_t next_rip);
