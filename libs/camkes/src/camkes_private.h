/* SPDX-License-Identifier: BSD-2-Clause */
/* What the runtime's files share. */
#pragma once

#include <camkes/runtime.h>
#include <caisson/c.h>

/* --- start.c --- */
/* Stops the calling thread for good. */
_Noreturn void camkes_park(void);
/* The interface thread that serves `end`, NULL where there is none. */
const struct camkes_thread *camkes_end_thread(const struct camkes_end *end);

/* --- objects.c --- */
void camkes_heap_start(void);

/* --- dma.c --- */
/* Before pre_init(): takes over the pool that `dma_pool` asked for. */
void camkes_dma_start(void);
/* More such memory, which the instance may allocate from or not. 0 or a negative errno. */
int camkes_dma_add(const struct camkes_region *region, bool to_allocate);

/* --- fault.c, backtrace.c --- */
_Noreturn void camkes_fault_main(void);
void camkes_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "function+0x1c", or "" where there are no symbols for it. */
void camkes_describe_address(uintptr_t address, char *text, size_t size);
void camkes_backtrace(uintptr_t ip, uintptr_t sp, uintptr_t frame,
                      const struct camkes_thread *thread);

/* --- locks.c --- */
void camkes_locks_start(void);

/* --- clients.c, rpc_client.c, rpc_server.c: what connectors for procedures are made of --- */
int camkes_rpc_init(const struct camkes_end *end);
/* The same where there is no endpoint, only memory. */
int camkes_clients_init(const struct camkes_end *end);
int camkes_rpc_from_call(const struct camkes_end *end, struct camkes_rpc *rpc);
void camkes_rpc_serve(const struct camkes_end *end);
/* One message, with the IPC buffer as it arrived; true: `*info` is the answer to it. */
bool camkes_rpc_serve_one(const struct camkes_end *end, seL4_MessageInfo_t *info, seL4_Word badge);

/* --- clients.c: one server, many clients --- */
struct camkes_client {
    seL4_Word badge;
    seL4_CPtr notification; /* 0 = none */
    void *buffer;
    size_t buffer_size;
};

/* State of an end of a procedure. */
struct camkes_rpc_state {
    seL4_CPtr endpoint;    /* 0 = none */
    unsigned client_count; /* to end; a from end has one entry, its own buffer */
    struct camkes_client clients[];
};

/* NULL for a badge that no client has. A from end finds itself whatever the badge. */
const struct camkes_client *camkes_find_client(const struct camkes_end *end, seL4_Word badge);

/* --- events.c: what connectors for events are made of --- */
int camkes_notification_init(const struct camkes_end *end);
void camkes_notification_emit(const struct camkes_end *end);
void camkes_notification_wait(const struct camkes_end *end);
int camkes_notification_poll(const struct camkes_end *end);
int camkes_notification_reg_callback(const struct camkes_end *end, void (*callback)(void *),
                                     void *arg);
void camkes_notification_thread(const struct camkes_end *end);
/* The event's capability that init() found. */
seL4_CPtr camkes_notification_cap(const struct camkes_end *end);
