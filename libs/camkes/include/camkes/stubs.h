/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the one-line functions of generated code call, apart from RPC (camkes/rpc.h). Which there
 * are for an interface or a lock stands in tools/camkesc/src/emit_functions.c.
 */
#pragma once

#include <camkes/tables.h>
#include <camkes/dataport.h>
#include <camkes/error.h>

/* Events, as the connector implements them. */
static inline void camkes_event_emit(const struct camkes_end *end)
{
    end->connector->emit(end);
}

static inline void camkes_event_wait(const struct camkes_end *end)
{
    end->connector->wait(end);
}

static inline int camkes_event_poll(const struct camkes_end *end)
{
    return end->connector->poll(end);
}

static inline int camkes_event_reg_callback(const struct camkes_end *end, void (*callback)(void *),
                                            void *arg)
{
    return end->connector->reg_callback(end, callback, arg);
}

static inline int camkes_event_acknowledge(const struct camkes_end *end)
{
    return end->connector->acknowledge(end);
}

/* The interface's own handler of errors; the one before it, or NULL. */
camkes_error_handler_t camkes_end_register_error_handler(const struct camkes_end *end,
                                                         camkes_error_handler_t handler);

/* For loops of the component's own: where an end waits (or 0), and the badge that arrives there. */
seL4_CPtr camkes_notification(const struct camkes_end *end);
seL4_Word camkes_notification_badge(const struct camkes_end *end);

/* Connectors with one server and many clients: the client is named by its badge. */
void camkes_event_emit_to(const struct camkes_end *end, seL4_Word client);
void *camkes_shared_buffer(const struct camkes_end *end, seL4_Word client);
size_t camkes_shared_buffer_size(const struct camkes_end *end, seL4_Word client);
/* Of a client's own buffer. */
size_t camkes_end_buffer_size(const struct camkes_end *end);
unsigned camkes_client_count(const struct camkes_end *end);
seL4_Word camkes_client_badge(const struct camkes_end *end, unsigned index);
seL4_Word camkes_client_largest_badge(const struct camkes_end *end);

/* A message that a loop of the component's own took; 0, or -1: it is not for this end. */
int camkes_handle_message(const struct camkes_end *end, seL4_MessageInfo_t *info, seL4_Word badge);

/* I/O ports; `size` is 1, 2 or 4 bytes. The error handler hears of each refused access. */
uint32_t camkes_ioport_in(const struct camkes_end *end, uint16_t port, unsigned size);
void camkes_ioport_out(const struct camkes_end *end, uint16_t port, unsigned size, uint32_t value);
uint16_t camkes_ioport_base(const struct camkes_end *end);

/* `has mutex`, `has semaphore`, `has binary_semaphore`: 0 or negative errno. */
int camkes_mutex_lock(const struct camkes_lock *lock) __attribute__((warn_unused_result));
int camkes_mutex_unlock(const struct camkes_lock *lock) __attribute__((warn_unused_result));
int camkes_semaphore_wait(const struct camkes_lock *lock) __attribute__((warn_unused_result));
int camkes_semaphore_trywait(const struct camkes_lock *lock) __attribute__((warn_unused_result));
int camkes_semaphore_post(const struct camkes_lock *lock) __attribute__((warn_unused_result));
int camkes_binary_semaphore_wait(const struct camkes_lock *lock)
    __attribute__((warn_unused_result));
int camkes_binary_semaphore_post(const struct camkes_lock *lock)
    __attribute__((warn_unused_result));
