/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time server. The machine's time is counted in instructions here, so lateness is a property of
 * the software and can be bounded.
 */
#include "check.h"

#include <camkes.h>
#include <stdio.h>

#define MS          1000000ull
/* From the deadline to the client's next instruction: interrupt, server, signal. */
#define MAX_LATE_NS 10000

static uint64_t now(void)
{
    return (uint64_t)(((unsigned __int128)__builtin_ia32_rdtsc() * 1000000000u) /
                      timer_tsc_frequency());
}

/* Waits for a signal; what has expired. Other events may arrive here too. */
static uint32_t wait_for_timer(void)
{
    uint32_t completed;
    do {
        seL4_Wait(timer_notification(), NULL);
        completed = timer_completed();
    } while (completed == 0);
    return completed;
}

static void test_clock(void)
{
    uint64_t before = now(), time = timer_time(), after = now();
    CHECK(timer_tsc_frequency() == camkes_tsc_frequency());
    CHECK(time + 1000 >= before && time <= after + 1000);
}

static void test_one_shots(void)
{
    for (uint64_t ns = 20000; ns < 100 * MS; ns *= 5) {
        uint64_t start = now();
        int armed = timer_oneshot_relative(3, ns);
        uint32_t expired = wait_for_timer();
        uint64_t late = now() - start - ns; /* before anything is printed */
        CHECK(armed == 0 && expired == 1u << 3);
        printf("one shot after %llu ns: %lld ns late\n", (unsigned long long)ns, (long long)late);
        CHECK((int64_t)late >= 0 && late < MAX_LATE_NS);
    }
    uint64_t deadline = now() + 5 * MS;
    CHECK(timer_oneshot_absolute(0, deadline) == 0);
    uint32_t expired = wait_for_timer();
    uint64_t end = now();
    CHECK(expired == 1);
    CHECK(end >= deadline && end < deadline + MAX_LATE_NS);
    /* A deadline that has passed fires at once. */
    uint64_t start = now();
    int armed = timer_oneshot_absolute(0, 1);
    expired = wait_for_timer();
    end = now();
    CHECK(armed == 0 && expired == 1);
    CHECK(end - start < MAX_LATE_NS);
    CHECK(timer_completed() == 0);
}

static void test_several(void)
{
    uint64_t start = now();
    /* Armed in an order that is not the one of their deadlines. */
    CHECK(timer_oneshot_absolute(5, start + 9 * MS) == 0);
    CHECK(timer_oneshot_absolute(1, start + 3 * MS) == 0);
    CHECK(timer_oneshot_absolute(11, start + 6 * MS) == 0);
    CHECK(timer_oneshot_absolute(2, start + 4 * MS) == 0);
    CHECK(timer_stop(2) == 0);
    CHECK(wait_for_timer() == 1u << 1);
    CHECK(wait_for_timer() == 1u << 11);
    uint32_t expired = wait_for_timer();
    uint64_t took = now() - start;
    CHECK(expired == 1u << 5);
    CHECK(took >= 9 * MS && took < 9 * MS + MAX_LATE_NS);
}

static void test_periodic(void)
{
    uint64_t start = now();
    CHECK(timer_periodic(4, 2 * MS) == 0);
    for (unsigned i = 0; i < 10; i++)
        wait_for_timer();
    uint64_t took = now() - start;
    CHECK(timer_stop(4) == 0);
    CHECK(took >= 20 * MS && took < 20 * MS + MAX_LATE_NS);
}

static void test_refusals(void)
{
    CHECK(timer_oneshot_relative(-1, 1000) == -1);
    CHECK(timer_oneshot_relative(12, 1000) == -1); /* vm.h gives each client 12 */
    CHECK(timer_stop(1 << 30) == -1);
    CHECK(timer_periodic(0, 0) == -1);
    CHECK(timer_periodic(0, 100) == -1);
    CHECK(timer_oneshot_relative(0, UINT64_MAX) == 0);
    CHECK(timer_stop(0) == 0);
    CHECK(timer_completed() == 0);
}

void test_timers(void)
{
    test_clock();
    test_one_shots();
    test_several();
    test_periodic();
    test_refusals();
}
