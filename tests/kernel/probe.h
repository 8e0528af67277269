/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that touches memory when told to, and what became of it: the way for a test to see
 * which accesses the kernel lets through.
 */
#pragma once

#include "harness.h"

enum probe_access { PROBE_READ, PROBE_WRITE, PROBE_EXECUTE };

struct probe {
    struct thread thread;
    seL4_CPtr fault_ep;
    seL4_UserContext start;
    seL4_Word address, code; /* of the last page fault */
};

/* Code that PROBE_EXECUTE may run: returns at once. */
#define PROBE_RETURN_INSTRUCTION 0xc3

/* Page-fault error code, as in the fault message. */
#define PROBE_PRESENT 1
#define PROBE_WRITTEN 2
#define PROBE_USER    4

bool probe_make(struct probe *p);
/* 0 if the access went through, else the fault's type (seL4_FaultType). */
seL4_Word probe_touch(struct probe *p, volatile void *address, enum probe_access how);
