/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an invocation reaches an object: the caller's message, checked once, with accessors; and how
 * the object answers. The message layout of every invocation is given in
 * libs/sel4/include/sel4/invocation.h.
 *
 * An invoke function checks everything first and then acts. It returns 0, a seL4_Error (details by
 * the error_* functions below), or KERNEL_PREEMPTED, after which the whole system call is done
 * again.
 */
#pragma once

#include "api/message.h"
#include "state/core.h"
#include <sel4/errors.h>
#include <sel4/invocation.h>

#define INVOCATION_EXTRA_CAPS 3

/* Kernel functions return 0, a seL4_Error, or this. */
#define KERNEL_PREEMPTED (-1)

struct invocation {
    struct tcb *caller;
    struct slot *slot;      /* the capability that is invoked */
    struct cap cap;         /* = slot->cap */
    uint64_t label;         /* enum invocation_label */
    unsigned length;        /* words in the message */
    const uint64_t *buffer; /* the caller's IPC buffer, or NULL */
    unsigned extra_count;
    struct slot *extra[INVOCATION_EXTRA_CAPS];
    bool blocking;         /* not one of the NB system calls */
    bool is_call;          /* the caller waits for an answer */
    bool no_reply;         /* set by the object: the answer is already given or comes later */
    unsigned reply_length; /* words put by invocation_reply() */
};

/* Argument `i` of the message; the caller has checked `i` < inv->length. */
static inline uint64_t invocation_arg(const struct invocation *inv, unsigned i)
{
    return message_word(inv->caller, inv->buffer, i);
}

/* False (the error is then seL4_TruncatedMessage) if words or capabilities are missing. */
static inline bool invocation_has(const struct invocation *inv, unsigned words, unsigned caps)
{
    return inv->length >= words && inv->extra_count >= caps;
}

/* Answer word `i`, in order from 0, at most MESSAGE_REGISTERS + what the IPC buffer holds. */
void invocation_reply(struct invocation *inv, unsigned i, uint64_t value);

/* Report an error with its details; each returns the code, for `return error_range(0, 7);`. */
int error_range(uint64_t min, uint64_t max);       /* seL4_RangeError */
int error_argument(unsigned number);               /* seL4_InvalidArgument */
int error_capability(unsigned number);             /* seL4_InvalidCapability */
int error_memory(uint64_t bytes_available);        /* seL4_NotEnoughMemory */
int error_lookup(bool source, unsigned bits_left); /* seL4_FailedLookup, as missing capability */
int error_failed_lookup(bool source);              /* seL4_FailedLookup, details already stored */
int error_alignment(void);                         /* seL4_AlignmentError */

/*
 * To be asked in long operations; now and then it looks for interrupts. True: one waits, so stop,
 * leave a consistent state, and return KERNEL_PREEMPTED.
 */
bool preemption_point(void);
/* What was done since then counts as so many steps more. */
void preemption_count(unsigned steps);
