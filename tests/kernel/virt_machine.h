/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tiny virtual machine for the tests: 2 MiB of memory, one VCPU run by the test's own thread.
 */
#pragma once

#include "virt_layout.h"

#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdint.h>

struct machine {
    seL4_CPtr vcpu, root, pdpt, pd, pt;
    seL4_CPtr ram;       /* 2 MiB, mapped in the guest at 0 and, by a copy, in the test */
    seL4_CPtr read_only; /* 4 KiB at GUEST_READ_ONLY */
    uint8_t *memory;     /* the guest's RAM as the test sees it */
};

/* Programs, see virt_guests.S. */
#define GUEST(name)      extern const uint8_t guest_##name[], guest_##name##_end[]
#define GUEST_ARGS(name) guest_##name, guest_##name##_end

enum machine_mode { MACHINE_REAL, MACHINE_32, MACHINE_64 };

/* Without virtualisation there is nothing to test. */
bool machine_possible(void);
#define NEEDS_GUESTS()                                                                             \
    do {                                                                                           \
        if (!machine_possible()) {                                                                 \
            test_skip("this processor runs no guests");                                            \
            return;                                                                                \
        }                                                                                          \
    } while (0)
/* Declares and makes a machine, at the start of a test. */
#define MACHINE(name)                                                                              \
    struct machine name;                                                                           \
    NEEDS_GUESTS();                                                                                \
    CHECK(machine_make(&name))

seL4_CPtr copy_of(seL4_CPtr source);
/* Makes the objects; false if that failed, which is a failure of the test. */
bool machine_make(struct machine *m);
/* Loads a program and sets the state that it starts in; the message is ready for seL4_VMEnter(). */
void machine_load(struct machine *m, const uint8_t *start, const uint8_t *end,
                  enum machine_mode mode);
/* From now on the test's thread runs this one: the last that was made, unless it is told. */
bool machine_choose(const struct machine *m);
/* A handler for one interrupt vector, for 64-bit programs; of 128 bytes at most. */
void machine_set_handler(struct machine *m, unsigned vector, const uint8_t *start,
                         const uint8_t *end);
/* A field of the state of its VCPU; all ones if it cannot be read. */
uint64_t machine_state(struct machine *m, seL4_Word field);
/* A word of the guest's memory. */
volatile uint64_t *machine_word(struct machine *m, uint64_t address);

/*
 * Where the guest goes on after the instruction that stopped it: what the processor saved, or what
 * the guest's memory says, prefixes and all. RIP where nobody knows.
 */
seL4_Word machine_next_rip(void);

/* Enters; returns the reason, or -1 - result if the guest did not stop by itself. */
int machine_run(void);
/* The same after stepping over the instruction that stopped the guest. */
int machine_next(void);
