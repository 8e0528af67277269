/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error codes of invocations, and the kinds of failed capability lookups.
 */
#pragma once

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

typedef enum {
    seL4_NoFailure = 0,
    seL4_InvalidRoot,
    seL4_MissingCapability, /* bits left */
    seL4_DepthMismatch,     /* bits left, bits found */
    seL4_GuardMismatch,     /* bits left, guard found, bits found */
} seL4_LookupFailureType;
