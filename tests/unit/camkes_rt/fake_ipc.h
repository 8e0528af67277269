/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads, notifications and endpoints for tests, on POSIX threads. A capability is an index; what
 * it stands for and its badge are set here.
 */
#pragma once

#include <sel4/sel4.h>

void fake_ipc_reset(void);
/* Makes `cap` a capability to object number `object`, with a badge. */
void fake_ipc_cap(seL4_CPtr cap, unsigned object, seL4_Word badge);
/* The calling thread gets an IPC buffer, filled with a pattern. */
void fake_thread_enter(seL4_IPCBuffer *buffer);
/* Wakes everybody who waits for a message with a request to end: Recv then ends the thread. */
void fake_ipc_stop(void);
