/* SPDX-License-Identifier: BSD-2-Clause */
#include "timer_queue.h"

static void put_at(struct timer_queue *queue, uint32_t place, struct timer *timer)
{
    queue->heap[place] = timer;
    timer->place = place;
}

static void move_up(struct timer_queue *queue, struct timer *timer)
{
    uint32_t place = timer->place;
    while (place > 0) {
        struct timer *parent = queue->heap[(place - 1) / 2];
        if (parent->deadline <= timer->deadline)
            break;
        put_at(queue, place, parent);
        place = (place - 1) / 2;
    }
    put_at(queue, place, timer);
}

static void move_down(struct timer_queue *queue, struct timer *timer)
{
    uint32_t place = timer->place;
    for (;;) {
        uint32_t child = place * 2 + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count &&
            queue->heap[child + 1]->deadline < queue->heap[child]->deadline)
            child++;
        if (timer->deadline <= queue->heap[child]->deadline)
            break;
        put_at(queue, place, queue->heap[child]);
        place = child;
    }
    put_at(queue, place, timer);
}

void timer_queue_set(struct timer_queue *queue, struct timer *timer, uint64_t deadline)
{
    if (timer->place == TIMER_NOT_QUEUED)
        timer->place = queue->count++;
    timer->deadline = deadline;
    move_up(queue, timer);
    move_down(queue, timer);
}

void timer_queue_remove(struct timer_queue *queue, struct timer *timer)
{
    uint32_t place = timer->place;
    if (place == TIMER_NOT_QUEUED)
        return;
    struct timer *last = queue->heap[--queue->count];
    timer->place = TIMER_NOT_QUEUED;
    if (last != timer) {
        put_at(queue, place, last);
        move_up(queue, last);
        move_down(queue, last);
    }
}
