/* SPDX-License-Identifier: BSD-2-Clause */
/* What the receivers of seL4GlobalAsynchCallback get in camkes.h and camkes.c. */
#pragma once

#include <camkes/tables.h>

/* The component's own function, NULL where it has none. */
struct camkes_callback {
    const struct camkes_end *end;
    void (*function)(seL4_Word badge);
    struct camkes_callback *next;
};

/* Before pre_init(). */
void camkes_callback_register(struct camkes_callback *callback);

#define CAMKES_DECLARE_callback(interface)                                                         \
    seL4_CPtr interface##_notification(void);                                                      \
    seL4_Word interface##_notification_badge(void);

/* Components elsewhere write the function with a badge or without, so no header declares it. */
#define CAMKES_DEFINE_callback(interface)                                                          \
    void interface##_callback(seL4_Word badge) __attribute__((weak));                              \
    static struct camkes_callback callback_##interface = {.end = &end_##interface};                \
    static void __attribute__((constructor)) interface##_register(void)                            \
    {                                                                                              \
        callback_##interface.function = interface##_callback;                                      \
        camkes_callback_register(&callback_##interface);                                           \
    }                                                                                              \
    seL4_CPtr interface##_notification(void)                                                       \
    {                                                                                              \
        return camkes_end_cap(&end_##interface, "callback", 0)->cptr;                              \
    }                                                                                              \
    seL4_Word interface##_notification_badge(void)                                                 \
    {                                                                                              \
        return camkes_end_cap(&end_##interface, "callback", 0)->badge;                             \
    }
