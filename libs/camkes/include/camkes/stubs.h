/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the one-line functions of a generated camkes.h and camkes.c call, apart from RPC
 * (camkes/rpc.h). camkesc writes, for an interface `e` whose table is `end_e`:
 *
 *   events        void e_emit(void)                        camkes_event_emit(&end_e)
 *                 void e_wait(void)                        camkes_event_wait(&end_e)
 *                 int e_poll(void)                         camkes_event_poll(&end_e)
 *                 int e_reg_callback(void (*)(void *), void *)   camkes_event_reg_callback(&end_e,
 * …) int e_acknowledge(void)                  camkes_event_acknowledge(&end_e)   (interrupts)
 *                 seL4_Word e_notification_badge(void)     camkes_notification_badge(&end_e)
 *                 seL4_CPtr e_notification(void)           camkes_notification(&end_e)
 *   procedures    seL4_Word e_get_sender_id(void)          camkes_rpc_sender()
 *     from end    void *e_buf                              camkes_shared_buffer(&end_e, 0); or the
 * region's address to end      void *e_buf(seL4_Word client) camkes_shared_buffer(&end_e, client)
 *                 size_t e_buf_size(seL4_Word client)      camkes_shared_buffer_size(&end_e,
 * client) void e_emit(unsigned client)             camkes_event_emit_to(&end_e, client) unsigned
 * e_num_badges(void)              camkes_client_count(&end_e) seL4_Word e_enumerate_badge(unsigned
 * i)  camkes_client_badge(&end_e, i) seL4_Word e_largest_badge(void)
 * camkes_client_largest_badge(&end_e) dataports     size_t e_get_size(void)
 * camkes_dataport_size(&end_e) void e_acquire(void), e_release(void)    camkes_dataport_acquire(),
 * _release() dataport_ptr_t e_wrap_ptr(void *)        camkes_dataport_wrap_ptr(&end_e, p) void
 * *e_unwrap_ptr(dataport_ptr_t)       camkes_dataport_unwrap_ptr(&end_e, p) dataport_caps_handle_t
 * e_handle          = {&end_e}   (seL4SharedDataWithCaps) I/O ports     uint8_t e_in8(uint16_t
 * port), …          camkes_ioport_in(&end_e, port, 1), … void e_out8(uint16_t port, uint8_t v)
 * camkes_ioport_out(&end_e, port, 1, v), … e_in8_offset(uint16_t), e_out8_offset    the same with
 * camkes_ioport_base(&end_e) + offset locks         int m_lock(void), m_unlock(void)
 * camkes_mutex_lock(&lock_m), _unlock int s_wait/s_trywait/s_post(void)
 * camkes_semaphore_wait(&lock_s), … int b_wait/b_post(void) camkes_binary_semaphore_wait(&lock_b),
 * …
 */
#pragma once

#include <camkes/tables.h>
#include <camkes/dataport.h>

/* Events: whatever the connector does behind them. */
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

/* The notification that an end waits on (or 0) and the badge that arrives there, for loops of the
 * component's own. */
seL4_CPtr camkes_notification(const struct camkes_end *end);
seL4_Word camkes_notification_badge(const struct camkes_end *end);

/* Connectors with one server and many clients: the client is named by its badge. */
void camkes_event_emit_to(const struct camkes_end *end, seL4_Word client);
void *camkes_shared_buffer(const struct camkes_end *end, seL4_Word client);
size_t camkes_shared_buffer_size(const struct camkes_end *end, seL4_Word client);
unsigned camkes_client_count(const struct camkes_end *end);
seL4_Word camkes_client_badge(const struct camkes_end *end, unsigned index);
seL4_Word camkes_client_largest_badge(const struct camkes_end *end);

/* I/O ports; `size` is 1, 2 or 4 bytes. A refused access is reported once through the error
 * handler. */
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
