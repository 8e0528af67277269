/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue of timers against a plain list that is searched for its minimum. */
#include "suites.h"

#include <stdlib.h>
#include <timer_queue.h>

#define TIMERS 40

static struct timer timers[TIMERS];
static struct timer *heap[TIMERS];
static struct timer_queue queue;

static int set_up(void **state)
{
    (void)state;
    queue = (struct timer_queue){.heap = heap};
    for (unsigned i = 0; i < TIMERS; i++)
        timers[i] = (struct timer){.place = TIMER_NOT_QUEUED, .number = i};
    return 0;
}

static void test_order(void **state)
{
    (void)state;
    static const uint64_t deadlines[] = {50, 10, 40, UINT64_MAX, 0, 10, 30};
    uint64_t last = 0;
    for (unsigned i = 0; i < 7; i++)
        timer_queue_set(&queue, &timers[i], deadlines[i]);
    for (unsigned i = 0; i < 7; i++) {
        struct timer *first = timer_queue_first(&queue);
        assert_true(first->deadline >= last);
        last = first->deadline;
        timer_queue_remove(&queue, first);
    }
    assert_null(timer_queue_first(&queue));
    assert_true(last == UINT64_MAX);
}

static void check_against_list(void)
{
    uint32_t queued = 0;
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < TIMERS; i++) {
        if (timers[i].place == TIMER_NOT_QUEUED)
            continue;
        queued++;
        assert_ptr_equal(heap[timers[i].place], &timers[i]);
        if (timers[i].deadline < least)
            least = timers[i].deadline;
    }
    assert_int_equal(queue.count, queued);
    if (queued)
        assert_true(timer_queue_first(&queue)->deadline == least);
}

static void test_random_operations(void **state)
{
    (void)state;
    srand(3);
    for (unsigned i = 0; i < 50000; i++) {
        struct timer *t = &timers[rand() % TIMERS];
        if (rand() % 3 == 0) {
            timer_queue_remove(&queue, t);
            assert_int_equal(t->place, TIMER_NOT_QUEUED);
        } else {
            timer_queue_set(&queue, t, (uint64_t)rand() % 100);
        }
        check_against_list();
    }
}

int timers_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_order, set_up),
        cmocka_unit_test_setup(test_random_operations, set_up),
    };
    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
