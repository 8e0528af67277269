/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error codes of invocations, and the kinds of failed capability lookups.
 */
#pragma once

#include <sel4/macros.h>

typedef enum {
    seL4_NoError = 0,
    seL4_InvalidArgument,   /* MR0: which argument */
    seL4_InvalidCapability, /* MR0: which capability */
    seL4_IllegalOperation,
    seL4_RangeError, /* MR0: minimum, MR1: maximum */
    seL4_AlignmentError,
    seL4_FailedLookup, /* MR0: 1 if the source was at fault, MR1…: as in a capability fault */
    seL4_TruncatedMessage,
    seL4_DeleteFirst,
    seL4_RevokeFirst,
    seL4_NotEnoughMemory, /* MR0: bytes that are available */
    seL4_NumErrors
} seL4_Error;

__extension__ typedef enum {
    seL4_NoFailure = 0,
    seL4_InvalidRoot,
    seL4_MissingCapability, /* bits left */
    seL4_DepthMismatch,     /* bits left, bits found */
    seL4_GuardMismatch,     /* bits left, guard found, bits found */
    SEL4_FORCE_LONG_ENUM(seL4_LookupFailureType),
} seL4_LookupFailureType;
