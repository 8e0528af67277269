/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a virtual CPU is, and the link-time interface that a vendor's extension implements below it
 * (svm.c; VT-x can stand beside it without a change above).
 *
 * A VCPU object is 32 KiB of untyped memory: struct vcpu, then pages for the vendor's own
 * structures (control block, I/O and MSR permission maps). The kernel keeps nothing else for it.
 *
 * virt/vcpu.c (object, system call) -> this interface -> virt/svm.c -> virt/svm_entry.S
 */
#pragma once

#include "cpu/fpu.h"
#include "state/slot.h"

#include <sel4/constants.h>
#include <sel4/vcpu.h>
#include <stdbool.h>
#include <stdint.h>

struct tcb;

#define VCPU_PAGES        8
#define VCPU_STRUCT_PAGES 2
#define VCPU_PORT_CAPS    64

struct vcpu {
    struct tcb *thread; /* the thread that runs this guest, or NULL */
    bool initialised;   /* by its first invocation */
    uint8_t rare;       /* what few entries need: an interrupt that waits for the guest, … */

    uint64_t efer_hidden; /* bits in which the processor's EFER is not the guest's */
    uint64_t xcr0;
    uint64_t tsc_aux;          /* that of the host is 0 */
    uint64_t debug_address[4]; /* DR0 to DR3; DR6 is the processor's to switch */
    uint64_t debug_control;    /* DR7 as the guest knows it */
    uint64_t trapped;          /* exceptions that the monitor asked for */
    /* The guest's RFLAGS.TF and DR6 while the kernel steps over an instruction. */
    uint64_t step_trap, step_dr6;

    /* The second-level root that it runs on, and the epoch of its translations (asid_epochs). */
    struct cap root;
    uint64_t root_epoch;
    /* The TLB tag, and the round of tags that it belongs to; 0: it needs a new one. */
    uint32_t asid;
    uint64_t asid_generation;

    /* The I/O port capabilities that gave the guest ports; each has its index here. */
    struct slot *ports[VCPU_PORT_CAPS];

    uint8_t fpu[FPU_AREA_SIZE] __attribute__((aligned(FPU_AREA_ALIGN)));
    /* Pages for the vendor's use. */
    uint8_t page[VCPU_PAGES - VCPU_STRUCT_PAGES][PAGE_SIZE_4K]
        __attribute__((aligned(PAGE_SIZE_4K)));
};

_Static_assert(__builtin_offsetof(struct vcpu, page) <= VCPU_STRUCT_PAGES * PAGE_SIZE_4K,
               "VCPU layout");
_Static_assert(sizeof(struct vcpu) <= 1 << seL4_X86_VCPUBits, "VCPU layout");

/*
 * Switches the extension on for the calling core. False, with the reason for humans in *why, if
 * there is none that can run guests (hardware virtualisation with nested paging).
 */
bool virt_init_core(const char **why);
/* It is on. Otherwise Retype refuses to make VCPUs. */
bool virt_available(void);

/* A fresh VCPU in cleared memory: architectural reset state, everything intercepted. */
void virt_create(struct vcpu *v);

/* 0, or a seL4_Error with its details reported. Fields are those of enum seL4_VCPUState. */
int virt_read_state(struct vcpu *v, uint64_t field, uint64_t *value);
int virt_write_state(struct vcpu *v, uint64_t field, uint64_t value);

/* May the guest use these ports (both ends included) itself? */
void virt_allow_ports(struct vcpu *v, unsigned first, unsigned last, bool allow);
/* The same for a model-specific register; a seL4_Error if a guest can never own it. */
int virt_allow_msr(struct vcpu *v, uint64_t msr, bool allow);

/*
 * Take over what the monitor changed; report what it has to know. The general registers stay in the
 * message, where virt_run() loads and stores them.
 */
void virt_take_message(struct vcpu *v, const struct seL4_VCPURun *in);
void virt_give_message(struct vcpu *v, struct seL4_VCPURun *out);

/*
 * Runs the guest on the second-level tables v->root. True: it stopped, and `message` has reason,
 * info, address and next_rip; virt_give_message() adds the rest. False: the kernel has business of
 * its own (an interrupt waits); the guest can continue as if nothing had been.
 */
bool virt_run(struct vcpu *v, struct seL4_VCPURun *message);
