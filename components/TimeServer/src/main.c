/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TimeServer: each client's timers in one queue, the earliest of them in the hardware.
 *
 * Two threads meet here, the one that serves the clients and the one that waits for the interrupt;
 * the queue is under timer_lock. Time is the TSC; what comes in nanoseconds is converted once.
 *
 * Printing may need a timer (the serial server's), so it is left to run(), when clients are served.
 */
#include "alarm.h"
#include "timer_queue.h"

#include <base/pace.h>
#include <base/ticks.h>
#include <camkes.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_TIMERS    32 /* completed() has one bit for each */
#define MIN_TIMERS    4  /* the serial server, a client in most systems, needs three */
#define MIN_PERIOD_NS 10000

/*
 * However many timers a client has and however short they are, it is woken at most once in so long,
 * but so many times in a row after a rest; until then its timers wait.
 */
#define WAKE_GAP_NS 100000
#define WAKE_BURST  16
/* To set the hardware without being held up. */
#define MAX_TRIES   8

struct client {
    seL4_Word badge;
    uint32_t completed;
    struct pace wakes;
    uint64_t woken_at;
    struct timer *timers; /* timer_count of them */
};

static struct client *clients;
static uint32_t client_count, timer_count;
static struct timer_queue queue;
static uint64_t tsc_hz, wake_gap;
static uint64_t armed_for = UINT64_MAX; /* deadline that the hardware waits for */
static bool ready;
/* Null where it is not connected. */
static void (*const tell_callbacks)(void) = timer_notification_emit;
static char complaint[160]; /* about what keeps the timers from working */

static uint64_t tsc(void)
{
    return __builtin_ia32_rdtsc();
}

static uint64_t now_ns(void)
{
    return tsc_hz ? ticks_to_ns(tsc(), tsc_hz) : 0;
}

static int allocate_clients(void)
{
    uint32_t count = the_timer_num_badges();
    clients = calloc(count ? count : 1, sizeof(*clients));
    queue.heap = calloc((size_t)count * timer_count + 1, sizeof(struct timer *));
    if (!clients || !queue.heap)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        struct client *c = &clients[i];
        c->badge = the_timer_enumerate_badge(i);
        c->timers = calloc(timer_count, sizeof(*c->timers));
        if (!c->timers)
            return -1;
        for (uint32_t t = 0; t < timer_count; t++)
            c->timers[t] = (struct timer){.place = TIMER_NOT_QUEUED, .client = i, .number = t};
    }
    client_count = count;
    return 0;
}

void post_init(void)
{
    tsc_hz = camkes_tsc_frequency();
    if (tsc_hz == 0) {
        snprintf(complaint, sizeof(complaint),
                 "%s: the kernel does not say how fast the TSC runs; timers will not work\n",
                 get_instance_name());
        return;
    }
    wake_gap = ticks_from_ns(WAKE_GAP_NS, tsc_hz);
    if (timers_per_client < 1 || timers_per_client > MAX_TIMERS) {
        snprintf(complaint, sizeof(complaint),
                 "%s.timers_per_client = %d: must be 1 to %d; timers will not work\n",
                 get_instance_name(), (int)timers_per_client, MAX_TIMERS);
        return;
    }
    timer_count = MAX(timers_per_client, MIN_TIMERS);
    if (allocate_clients()) {
        snprintf(complaint, sizeof(complaint),
                 "%s.heap_size: too small for its clients' timers; timers will not work\n",
                 get_instance_name());
        return;
    }
    alarm_init(now_ns);
    ready = true;
}

int run(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
    fputs(complaint, stdout);
    return 0;
}

/* Lets the hardware wait for the first deadline, if that is not what it waits for already. */
static void arm(void)
{
    const struct timer *first = timer_queue_first(&queue);
    if (!first || first->deadline == armed_for)
        return;
    armed_for = first->deadline;
    /* The hardware counts from when it is told: again, if we, or the machine, were held up. */
    for (unsigned i = 0; i < MAX_TRIES; i++) {
        uint64_t now = tsc();
        alarm_set(first->deadline > now ? ticks_to_ns(first->deadline - now, tsc_hz) : 0);
        if (tsc() - now < wake_gap)
            break;
    }
}

/* The calling client's timer, or NULL where it has none of this number. */
static struct timer *own_timer(int tid, struct client **client)
{
    seL4_Word badge = the_timer_get_sender_id();
    if (!ready)
        return NULL;
    for (uint32_t i = 0; i < client_count; i++) {
        if (clients[i].badge == badge) {
            *client = &clients[i];
            return tid >= 0 && tid < (int)timer_count ? &clients[i].timers[tid] : NULL;
        }
    }
    return NULL;
}

static int start(int tid, uint64_t deadline, uint64_t period)
{
    struct client *client;
    struct timer *timer = own_timer(tid, &client);
    if (!timer || timer_lock_lock())
        return -1;
    timer->period = period;
    client->completed &= ~(1u << tid);
    timer_queue_set(&queue, timer, MAX(deadline, pace_next(&client->wakes, WAKE_BURST * wake_gap)));
    arm();
    return timer_lock_unlock();
}

/* So far from now. */
static int start_relative(int tid, uint64_t ns, bool again)
{
    if (!ready)
        return -1;
    uint64_t now = tsc(), ticks = ticks_from_ns(ns, tsc_hz);
    return start(tid, ticks > UINT64_MAX - now ? UINT64_MAX : now + ticks, again ? ticks : 0);
}

int the_timer_periodic(int tid, uint64_t ns)
{
    return ns < MIN_PERIOD_NS ? -1 : start_relative(tid, ns, true);
}

int the_timer_oneshot_absolute(int tid, uint64_t ns)
{
    return ready ? start(tid, ticks_from_ns(ns, tsc_hz), 0) : -1;
}

int the_timer_oneshot_relative(int tid, uint64_t ns)
{
    return start_relative(tid, ns, false);
}

int the_timer_oneshot_tsc(int tid, uint64_t deadline)
{
    return start(tid, deadline, 0);
}

int the_timer_stop(int tid)
{
    struct client *client;
    struct timer *timer = own_timer(tid, &client);
    if (!timer || timer_lock_lock())
        return -1;
    timer_queue_remove(&queue, timer);
    client->completed &= ~(1u << tid);
    /* The hardware may now fire for nothing; that is cheaper than moving it with every stop. */
    return timer_lock_unlock();
}

uint32_t the_timer_completed(void)
{
    struct client *client = NULL;
    uint32_t completed = 0;
    if (own_timer(0, &client) && timer_lock_lock() == 0) {
        completed = client->completed;
        client->completed = 0;
        (void)!timer_lock_unlock();
    }
    return completed;
}

uint64_t the_timer_time(void)
{
    return now_ns();
}

uint64_t the_timer_tsc_frequency(void)
{
    return tsc_hz;
}

/* Signals a client, unless it was now or too often; false: no earlier than at `*next`. */
static bool wake(struct client *client, uint64_t now, uint64_t *next)
{
    if (client->woken_at != now) {
        if (*next > now)
            return false;
        client->woken_at = now;
        pace_charge(&client->wakes, now, wake_gap);
        *next = pace_next(&client->wakes, WAKE_BURST * wake_gap);
        the_timer_emit((unsigned)client->badge);
    }
    return true;
}

/*
 * Takes due timers out of the queue (periodic ones go back in); their clients get a completed bit
 * and a signal. Timers of a client that has been woken enough wait. Whether there was one.
 */
static bool expire(uint64_t now)
{
    struct timer *first;
    bool any = false;
    while ((first = timer_queue_first(&queue)) && first->deadline <= now) {
        struct client *client = &clients[first->client];
        uint64_t next = pace_next(&client->wakes, WAKE_BURST * wake_gap);
        if (!wake(client, now, &next)) {
            timer_queue_set(&queue, first, next);
            continue;
        }
        any = true;
        client->completed |= 1u << first->number;
        if (first->period) {
            /* Periods that nobody noticed are left out, not made up for. */
            uint64_t missed = (now - first->deadline) / first->period;
            uint64_t deadline = first->deadline + (missed + 1) * first->period;
            timer_queue_set(&queue, first, MAX(deadline, next));
        } else {
            timer_queue_remove(&queue, first);
        }
    }
    return any;
}

void timer_irq_handle(void)
{
    /* First, as the line is edge triggered: an alarm set below must not find it masked. */
    (void)!timer_irq_acknowledge();
    if (ready && timer_lock_lock() == 0) {
        alarm_tune();
        uint64_t now = tsc();
        armed_for = UINT64_MAX;
        if (expire(now) && tell_callbacks)
            tell_callbacks();
        arm();
        (void)!timer_lock_unlock();
    }
}
