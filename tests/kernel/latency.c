/* SPDX-License-Identifier: BSD-2-Clause */
#include "latency.h"
#include "pit.h"

#define LIMIT       15000
#define WATCHER     250
#define SAMPLES     150
#define LONGEST     2000000000ul /* instructions */
#define PIT_TICK_PS 838095ul     /* picoseconds; a nanosecond is an instruction */

seL4_CPtr memory, slots, source;

static struct thread watcher;
static seL4_CPtr signal;
static volatile uint64_t stamp, worst, samples;
static uint64_t skew; /* of the calculated time, by what lies between programming and reading */
static uint64_t random_state = 88172645463325252ul;

static unsigned pick(unsigned count)
{
    return (unsigned)(test_random(&random_state) >> 33) % count;
}

static void watch(seL4_Word n, seL4_Word handler)
{
    for (;;) {
        unsigned ticks = 3 + pick(120);
        pit_start(ticks);
        uint64_t due = read_tsc() + ticks * PIT_TICK_PS / 1000;
        seL4_Wait(n, 0);
        uint64_t now = read_tsc(), late = now - due;
        if (stamp) {
            /* The other thread does nothing but to note the time: this is exact. */
            uint64_t latency = now - stamp;
            if ((int64_t)(latency - late) > (int64_t)skew)
                skew = latency - late;
        } else if ((int64_t)(late + skew) > (int64_t)worst) {
            worst = late + skew;
        }
        samples++;
        seL4_Signal(signal);
        seL4_IRQHandler_Ack(handler);
    }
}

bool latency_start(void)
{
    seL4_CPtr handler, n = make(seL4_NotificationObject, 0);
    signal = make(seL4_NotificationObject, 0);
    if (!pit_get())
        return false;
    pit_quiet();
    if (pit_handler(&handler, false) || seL4_IRQHandler_SetNotification(handler, n))
        return false;
    samples = skew = 0;
    stamp = read_tsc();
    if (!thread_start(&watcher, watch, n, handler, WATCHER))
        return false;
    while (samples < SAMPLES)
        stamp = read_tsc();
    stamp = 0;
    return true;
}

void latency_stop(void)
{
    seL4_TCB_Suspend(watcher.tcb);
}

void latency_wait(void)
{
    seL4_Poll(signal, 0);
    seL4_Wait(signal, 0);
}

seL4_CPtr latency_ticks(void)
{
    return signal;
}

bool latency_measure(const char *what, bool (*operation)(void))
{
    uint64_t end = read_tsc() + LONGEST;
    worst = samples = 0;
    while (samples < SAMPLES && read_tsc() < end)
        if (!operation()) {
            test_note("latency %s: failed", what);
            return false;
        }
    test_note("latency %-44s %lu", what, (seL4_Word)worst);
    return worst <= LIMIT;
}

bool latency_rows(const struct latency_row *rows, unsigned count)
{
    bool good = true;
    for (unsigned i = 0; i < count; i++)
        good &= latency_measure(rows[i].name, rows[i].operation);
    return good;
}

bool latency_make_objects(void)
{
    memory = make(seL4_UntypedObject, 24);
    source = make(seL4_EndpointObject, 0);
    slots = new_slot();
    for (unsigned i = 1; i < LATENCY_SLOTS; i++)
        new_slot();
    return memory && source;
}
