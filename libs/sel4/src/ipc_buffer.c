/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calling thread's IPC buffer; set by whoever starts the thread.
 */
#include <sel4/functions.h>

__thread seL4_IPCBuffer *__sel4_ipc_buffer;
