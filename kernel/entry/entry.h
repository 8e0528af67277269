/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the system call interface: syscall.c tells the calls apart, and these do them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tcb;

/* invoke.c: Call, Send and NBSend on whatever capability `cptr` names. */
void syscall_invoke(struct tcb *t, uint64_t cptr, uint64_t info, bool blocking, bool call);
/* debug.c: false if `number` is no debugging call. */
bool syscall_debug(struct tcb *t, int64_t number, uint64_t argument);
