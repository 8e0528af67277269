/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions that a connector gives to an end beside those that all interfaces of its kind have,
 * named in its ADL declaration by `from_api` and `to_api`: camkes.h holds
 * CAMKES_DECLARE_<api>(interface), camkes.c CAMKES_DEFINE_<api>(interface), where the end's table
 * is `end_<interface>`. A connector of your own may bring its own macros in a header that it names
 * by `header`.
 */
#pragma once

#include <camkes/rpc.h>
#include <camkes/stubs.h>

/* --- interrupts: events that have to be acknowledged --- */
#define CAMKES_DECLARE_interrupt(e) int e##_acknowledge(void);
#define CAMKES_DEFINE_interrupt(e)                                                                 \
    int e##_acknowledge(void)                                                                      \
    {                                                                                              \
        return camkes_event_acknowledge(&end_##e);                                                 \
    }

/* --- what arrives at the instance's global notification --- */
#define CAMKES_DECLARE_notification(e)                                                             \
    seL4_CPtr e##_notification(void);                                                              \
    seL4_Word e##_notification_badge(void);
#define CAMKES_DEFINE_notification(e)                                                              \
    seL4_CPtr e##_notification(void)                                                               \
    {                                                                                              \
        return camkes_notification(&end_##e);                                                      \
    }                                                                                              \
    seL4_Word e##_notification_badge(void)                                                         \
    {                                                                                              \
        return camkes_notification_badge(&end_##e);                                                \
    }
#define CAMKES_DECLARE_global_event_to(e) CAMKES_DECLARE_notification(e)
#define CAMKES_DEFINE_global_event_to(e)  CAMKES_DEFINE_notification(e)
#define CAMKES_DECLARE_signal_from(e)     CAMKES_DECLARE_notification(e)
#define CAMKES_DEFINE_signal_from(e)      CAMKES_DEFINE_notification(e)

/* --- servers of many clients --- */
#define CAMKES_DECLARE_rpc_to(e)                                                                   \
    unsigned e##_num_badges(void);                                                                 \
    seL4_Word e##_enumerate_badge(unsigned index);                                                 \
    seL4_Word e##_largest_badge(void);
#define CAMKES_DEFINE_rpc_to(e)                                                                    \
    unsigned e##_num_badges(void)                                                                  \
    {                                                                                              \
        return camkes_client_count(&end_##e);                                                      \
    }                                                                                              \
    seL4_Word e##_enumerate_badge(unsigned index)                                                  \
    {                                                                                              \
        return camkes_client_badge(&end_##e, index);                                               \
    }                                                                                              \
    seL4_Word e##_largest_badge(void)                                                              \
    {                                                                                              \
        return camkes_client_largest_badge(&end_##e);                                              \
    }

#define CAMKES_DECLARE_emit_to_client(e) void e##_emit(seL4_Word client);
#define CAMKES_DEFINE_emit_to_client(e)                                                            \
    void e##_emit(seL4_Word client)                                                                \
    {                                                                                              \
        camkes_event_emit_to(&end_##e, client);                                                    \
    }
#define CAMKES_DECLARE_signal_to(e) CAMKES_DECLARE_rpc_to(e) CAMKES_DECLARE_emit_to_client(e)
#define CAMKES_DEFINE_signal_to(e)  CAMKES_DEFINE_rpc_to(e) CAMKES_DEFINE_emit_to_client(e)

/* --- shared buffers: the client's is a variable, set before pre_init() --- */
#define CAMKES_DECLARE_buffer_from(e)                                                              \
    extern void *e##_buf;                                                                          \
    size_t e##_buf_size(void);
#define CAMKES_DEFINE_buffer_from(e)                                                               \
    void *e##_buf;                                                                                 \
    __attribute__((constructor)) static void e##_buf_init(void)                                    \
    {                                                                                              \
        e##_buf = camkes_end_buffer(&end_##e);                                                     \
    }                                                                                              \
    size_t e##_buf_size(void)                                                                      \
    {                                                                                              \
        return camkes_end_buffer_size(&end_##e);                                                   \
    }

#define CAMKES_DECLARE_buffer_to(e)                                                                \
    CAMKES_DECLARE_rpc_to(e) void *e##_buf(seL4_Word client);                                      \
    size_t e##_buf_size(seL4_Word client);
#define CAMKES_DEFINE_buffer_to(e)                                                                 \
    CAMKES_DEFINE_rpc_to(e) void *e##_buf(seL4_Word client)                                        \
    {                                                                                              \
        return camkes_shared_buffer(&end_##e, client);                                             \
    }                                                                                              \
    size_t e##_buf_size(seL4_Word client)                                                          \
    {                                                                                              \
        return camkes_shared_buffer_size(&end_##e, client);                                        \
    }

#define CAMKES_DECLARE_buffer_signal_from(e)                                                       \
    CAMKES_DECLARE_buffer_from(e) CAMKES_DECLARE_notification(e)
#define CAMKES_DEFINE_buffer_signal_from(e)                                                        \
    CAMKES_DEFINE_buffer_from(e) CAMKES_DEFINE_notification(e)
#define CAMKES_DECLARE_buffer_signal_to(e)                                                         \
    CAMKES_DECLARE_buffer_to(e) CAMKES_DECLARE_emit_to_client(e)
#define CAMKES_DEFINE_buffer_signal_to(e) CAMKES_DEFINE_buffer_to(e) CAMKES_DEFINE_emit_to_client(e)

/* --- frames of a dataport --- */
#define CAMKES_DECLARE_dataport_caps(e) extern dataport_caps_handle_t e##_handle;
#define CAMKES_DEFINE_dataport_caps(e)  dataport_caps_handle_t e##_handle = {&end_##e};

/* --- I/O ports --- */
#define CAMKES_DECLARE_ioport_width(e, bits, type)                                                 \
    type e##_in##bits(uint16_t port);                                                              \
    void e##_out##bits(uint16_t port, type value);                                                 \
    type e##_in##bits##_offset(uint16_t offset);                                                   \
    void e##_out##bits##_offset(uint16_t offset, type value);
#define CAMKES_DEFINE_ioport_width(e, bits, type)                                                  \
    type e##_in##bits(uint16_t port)                                                               \
    {                                                                                              \
        return (type)camkes_ioport_in(&end_##e, port, (bits) / 8);                                 \
    }                                                                                              \
    void e##_out##bits(uint16_t port, type value)                                                  \
    {                                                                                              \
        camkes_ioport_out(&end_##e, port, (bits) / 8, value);                                      \
    }                                                                                              \
    type e##_in##bits##_offset(uint16_t offset)                                                    \
    {                                                                                              \
        return e##_in##bits((uint16_t)(camkes_ioport_base(&end_##e) + offset));                    \
    }                                                                                              \
    void e##_out##bits##_offset(uint16_t offset, type value)                                       \
    {                                                                                              \
        e##_out##bits((uint16_t)(camkes_ioport_base(&end_##e) + offset), value);                   \
    }
#define CAMKES_DECLARE_ioport(e)                                                                   \
    CAMKES_DECLARE_ioport_width(e, 8, uint8_t) CAMKES_DECLARE_ioport_width(e, 16, uint16_t)        \
        CAMKES_DECLARE_ioport_width(e, 32, uint32_t)
#define CAMKES_DEFINE_ioport(e)                                                                    \
    CAMKES_DEFINE_ioport_width(e, 8, uint8_t) CAMKES_DEFINE_ioport_width(e, 16, uint16_t)          \
        CAMKES_DEFINE_ioport_width(e, 32, uint32_t)
