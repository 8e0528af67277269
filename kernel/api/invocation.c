/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an object uses of its invocation: errors with their details, words of the answer, and the
 * question whether a long operation should stop for a while.
 */
#include "api/invocation.h"
#include "cpu/lapic.h"

/*
 * How many steps of a long operation, each of a thousand instructions at most, pass between two
 * looks for interrupts.
 */
#define STEPS_PER_CHECK 8

bool preemption_point(void)
{
    struct core *core = this_core();
    if (++core->work < STEPS_PER_CHECK)
        return false;
    core->work = 0;
    return lapic_requested();
}

void preemption_count(unsigned steps)
{
    this_core()->work += steps;
}

/* --- errors --- */
static int error_words(int code, uint64_t word0, uint64_t word1)
{
    struct api_error *e = &this_core()->error;
    e->word[0] = word0;
    e->word[1] = word1;
    return code;
}

int error_range(uint64_t min, uint64_t max)
{
    return error_words(seL4_RangeError, min, max);
}

int error_argument(unsigned number)
{
    return error_words(seL4_InvalidArgument, number, 0);
}

int error_capability(unsigned number)
{
    return error_words(seL4_InvalidCapability, number, 0);
}

int error_memory(uint64_t bytes_available)
{
    return error_words(seL4_NotEnoughMemory, bytes_available, 0);
}

int error_alignment(void)
{
    return seL4_AlignmentError;
}

int error_lookup(bool source, unsigned bits_left)
{
    struct api_error *e = &this_core()->error;
    e->lookup = seL4_MissingCapability;
    e->bits_left = bits_left;
    return error_failed_lookup(source);
}

int error_failed_lookup(bool source)
{
    this_core()->error.source_lookup = source;
    return seL4_FailedLookup;
}

/* --- the answer --- */
void invocation_reply(struct invocation *inv, unsigned i, uint64_t value)
{
    /* Without a call there is nobody to read it, and the registers are not ours to change. */
    if (!inv->is_call)
        return;
    message_put_word(inv->caller, i, value);
    if (i >= inv->reply_length)
        inv->reply_length = i + 1;
}
