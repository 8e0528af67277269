/* SPDX-License-Identifier: BSD-2-Clause */
/* Dataports: pointers that make sense on both sides, the order of accesses, the frames. */
#pragma once

#include <camkes/tables.h>

/* A pointer into a dataport that an instance which maps it elsewhere can unwrap. */
typedef struct dataport_ptr {
    uint32_t id; /* which connection */
    uint32_t reserved;
    uint64_t offset;
} dataport_ptr_t;

/* Any dataport of the instance. What points into none unwraps to NULL and wraps to id 0. */
dataport_ptr_t dataport_wrap_ptr(void *ptr);
void *dataport_unwrap_ptr(dataport_ptr_t ptr);

/* One dataport only. */
dataport_ptr_t camkes_dataport_wrap_ptr(const struct camkes_end *end, void *ptr);
void *camkes_dataport_unwrap_ptr(const struct camkes_end *end, dataport_ptr_t ptr);
size_t camkes_dataport_size(const struct camkes_end *end);

/* Before reading what the peer announced, and after writing what it shall see. */
static inline void camkes_dataport_acquire(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static inline void camkes_dataport_release(void)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* seL4SharedDataWithCaps: the frames' capabilities, to map them elsewhere, too (in a guest). */
typedef struct dataport_caps_handle {
    const struct camkes_end *end;
} dataport_caps_handle_t;

size_t dataport_get_size(dataport_caps_handle_t *handle);
unsigned dataport_get_num_frame_caps(dataport_caps_handle_t *handle);
unsigned dataport_get_frame_size_bits(dataport_caps_handle_t *handle);
/* 0 where there is no such frame. */
seL4_CPtr dataport_get_nth_frame_cap(dataport_caps_handle_t *handle, unsigned n);
/* A list of them, or NULL; it goes back with dataport_free_frame_caps(). */
seL4_CPtr *dataport_get_frame_caps(dataport_caps_handle_t *handle);
void dataport_free_frame_caps(dataport_caps_handle_t *handle, seL4_CPtr *caps);
/* `<if>_id`; 0 where it is not set. */
unsigned dataport_get_id(dataport_caps_handle_t *handle);
seL4_CapRights_t dataport_get_rights(dataport_caps_handle_t *handle);
