/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Both return the new value. */
static inline int sync_atomic_increment(volatile int *value, int order)
{
    (void)order;
    return __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST);
}

static inline int sync_atomic_decrement(volatile int *value, int order)
{
    (void)order;
    return __atomic_sub_fetch(value, 1, __ATOMIC_SEQ_CST);
}
