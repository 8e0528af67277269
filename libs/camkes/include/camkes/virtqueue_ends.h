/* SPDX-License-Identifier: BSD-2-Clause */
/* What the ends of seL4VirtQueues get in camkes.h and camkes.c (docs/adl.md, `header`). */
#pragma once

#include <camkes/tables.h>

/* Before pre_init(): an end, and a function that wakes its peer by camkes_virtqueue_notify(). */
void camkes_virtqueue_register(const struct camkes_end *end, void (*notify)(void));
void camkes_virtqueue_notify(const struct camkes_end *end);
seL4_CPtr camkes_virtqueue_notification(const struct camkes_end *end);
seL4_Word camkes_virtqueue_badge(const struct camkes_end *end);

#define CAMKES_DECLARE_virtqueue(interface)                                                        \
    size_t interface##_get_size(void);                                                             \
    seL4_CPtr interface##_notification(void);                                                      \
    seL4_Word interface##_notification_badge(void);

#define CAMKES_DEFINE_virtqueue(interface)                                                         \
    size_t interface##_get_size(void)                                                              \
    {                                                                                              \
        const struct camkes_region *region = camkes_end_region(&end_##interface, "buffer", 0);     \
        return region ? region->size : 0;                                                          \
    }                                                                                              \
    seL4_CPtr interface##_notification(void)                                                       \
    {                                                                                              \
        return camkes_virtqueue_notification(&end_##interface);                                    \
    }                                                                                              \
    seL4_Word interface##_notification_badge(void)                                                 \
    {                                                                                              \
        return camkes_virtqueue_badge(&end_##interface);                                           \
    }                                                                                              \
    static void interface##_notify(void)                                                           \
    {                                                                                              \
        camkes_virtqueue_notify(&end_##interface);                                                 \
    }                                                                                              \
    static void __attribute__((constructor)) interface##_register(void)                            \
    {                                                                                              \
        camkes_virtqueue_register(&end_##interface, interface##_notify);                           \
    }
