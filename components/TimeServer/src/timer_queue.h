/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Armed timers in order of their deadlines: a binary heap whose entries know their place, so that
 * arming, rearming and stopping take a logarithm of the number of armed timers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TIMER_NOT_QUEUED UINT32_MAX

struct timer {
    uint64_t deadline;
    uint64_t period; /* 0 = one shot */
    uint32_t place;  /* in the heap, or TIMER_NOT_QUEUED */
    uint32_t client, number;
};

struct timer_queue {
    struct timer **heap; /* room for every timer there is */
    uint32_t count;
};

/* Puts a timer where its deadline belongs, also if it is queued already. */
void timer_queue_set(struct timer_queue *queue, struct timer *timer, uint64_t deadline);
void timer_queue_remove(struct timer_queue *queue, struct timer *timer);

static inline struct timer *timer_queue_first(const struct timer_queue *queue)
{
    return queue->count ? queue->heap[0] : 0;
}
