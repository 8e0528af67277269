/* SPDX-License-Identifier: BSD-2-Clause */
/* A lock of the component's, `<mutex>_lock` and `<mutex>_unlock`. */
#pragma once

typedef struct camkes_mutex {
    int (*lock)(void);
    int (*unlock)(void);
} camkes_mutex_t;
