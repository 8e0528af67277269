/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component hears when its runtime cannot do what was asked: a failed RPC, a bad lock
 * operation, a refused port. The default prints the error and carries on where that is safe; a
 * component may register its own handler and decide otherwise.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum camkes_error_type {
    CE_NO_ERROR = 0,
    CE_BUFFER_LENGTH_EXCEEDED, /* arguments or results too large for the connection */
    CE_INVALID_METHOD_INDEX,   /* a client called a method that the procedure does not have */
    CE_MALFORMED_RPC_PAYLOAD,  /* a message did not hold what the method takes or returns */
    CE_SYSCALL_FAILED,         /* the kernel refused an operation */
    CE_OVERFLOW,               /* a counter would overflow, or a buffer is full */
    CE_ALLOCATION_FAILURE,     /* out of heap */
    CE_NOT_SUPPORTED,          /* the connection does not offer this */
} camkes_error_type_t;

typedef struct camkes_error {
    camkes_error_type_t type;
    const char *instance;
    const char *interface; /* or lock */
    const char *description;
    int code; /* negative errno, or the kernel's seL4_Error */
    /*
     * What handlers written elsewhere print as well. `error` is `code` again; the rest is not known
     * here, so the text is empty and the numbers are 0.
     */
    const char *filename;
    long lineno;
    int syscall, error;
    unsigned current_length, target_length, length, current_index;
    uint64_t lower_bound, upper_bound, invalid_index;
    size_t alloc_bytes;
} camkes_error_t;

typedef enum camkes_error_action {
    CEA_INVALID = -1, /* never returned */
    CEA_DISCARD,      /* carry on without the operation's effect */
    CEA_IGNORE,       /* the same: kept for source compatibility */
    CEA_ABORT,        /* stop the thread with a backtrace */
    CEA_HALT,         /* the same */
} camkes_error_action_t;

typedef camkes_error_action_t (*camkes_error_handler_t)(camkes_error_t *error);

/* Returns the handler that was registered before; NULL restores the default. */
camkes_error_handler_t camkes_register_error_handler(camkes_error_handler_t handler);

/* For the runtime and connectors. */
void camkes_error(camkes_error_type_t type, const char *interface, const char *description,
                  int code);
