/* SPDX-License-Identifier: BSD-2-Clause */
/* An event for the guest: its number there, and `<event>_reg_callback`. */
#pragma once

typedef struct {
    int id;
    int (*reg_callback)(void (*callback)(void *), void *arg);
} camkes_consumes_event_t;
