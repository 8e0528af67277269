/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs: priorities, round robin, yielding, and what happens when priorities change.
 */
#include "harness.h"

static volatile seL4_Word order[32], order_length;
static volatile seL4_Word counters[4];

static void log_self(seL4_Word name, seL4_Word times)
{
    while (times--) {
        if (order_length < 32)
            order[order_length++] = name;
        seL4_Yield();
    }
}

static void count_up(seL4_Word index, seL4_Word unused)
{
    (void)unused;
    for (;;)
        counters[index]++;
}

static void sched_highest_first(void)
{
    struct thread a, b, c;
    order_length = 0;
    CHECK(thread_start(&a, log_self, 1, 1, 50));
    CHECK(thread_start(&b, log_self, 2, 1, 150));
    CHECK(thread_start(&c, log_self, 3, 1, 63)); /* 63 and 64 lie in different words */
    struct thread d;
    CHECK(thread_start(&d, log_self, 4, 1, 64));
    let_others_run();
    CHECK_EQUAL(order_length, 4);
    CHECK_EQUAL(order[0], 2);
    CHECK_EQUAL(order[1], 4);
    CHECK_EQUAL(order[2], 3);
    CHECK_EQUAL(order[3], 1);
}

static void sched_yield_takes_turns(void)
{
    struct thread a, b, c;
    order_length = 0;
    CHECK(thread_start(&a, log_self, 1, 3, LOWER));
    CHECK(thread_start(&b, log_self, 2, 3, LOWER));
    CHECK(thread_start(&c, log_self, 3, 3, LOWER));
    let_others_run();
    CHECK_EQUAL(order_length, 9);
    for (unsigned i = 0; i < 9; i++)
        CHECK_EQUAL(order[i], i % 3 + 1);
}

/* Equals that never yield get equal shares of the time, by the timer. */
static void sched_round_robin(void)
{
    struct thread a, b;
    counters[0] = counters[1] = 0;
    CHECK(thread_start(&a, count_up, 0, 0, TEST_PRIORITY));
    CHECK(thread_start(&b, count_up, 1, 0, TEST_PRIORITY));
    for (unsigned i = 0; i < 10; i++)
        seL4_Yield();
    CHECK_OK(seL4_TCB_Suspend(a.tcb));
    CHECK_OK(seL4_TCB_Suspend(b.tcb));
    seL4_Word x = counters[0], y = counters[1];
    CHECK(x > 0 && y > 0);
    /* Wall time on an emulator is rough: within a factor of four is fair. */
    CHECK(x < 4 * y && y < 4 * x);
}

static void sched_lower_never_runs(void)
{
    struct thread t;
    counters[0] = 0;
    CHECK(thread_start(&t, count_up, 0, 0, LOWER));
    for (volatile unsigned i = 0; i < 3000000; i++)
        ;
    CHECK_EQUAL(counters[0], 0);
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
}

/* Raising a ready thread above ours lets it run at once; so does lowering ourselves. */
static void sched_priority_changes(void)
{
    struct thread a, b;
    order_length = 0;
    CHECK(thread_start(&a, log_self, 1, 1, LOWER));
    CHECK_EQUAL(order_length, 0);
    CHECK_OK(seL4_TCB_SetPriority(a.tcb, seL4_CapInitThreadTCB, HIGHER));
    CHECK_EQUAL(order_length, 1);
    CHECK(thread_start(&b, log_self, 2, 1, LOWER));
    CHECK_OK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, LOWER - 1));
    CHECK_EQUAL(order_length, 2);
    CHECK_OK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, TEST_PRIORITY));
}

static void sched_preempts_on_resume(void)
{
    struct thread t;
    order_length = 0;
    CHECK(thread_start(&t, log_self, 9, 1, TEST_PRIORITY + 1));
    CHECK_EQUAL(order_length, 1);
}

/* A message to a thread of equal priority does not make the sender lose its turn. */
static void take_message(seL4_Word ep, seL4_Word name)
{
    seL4_Recv(ep, 0);
    order[order_length++] = name;
}

static void sched_send_to_equal(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    order_length = 0;
    CHECK(thread_start(&t, take_message, ep, 4, TEST_PRIORITY));
    seL4_Yield();
    seL4_Send(ep, seL4_MessageInfo_new(0, 0, 0, 0));
    CHECK_EQUAL(order_length, 0);
    seL4_Yield();
    CHECK_EQUAL(order_length, 1);
}

/* Many threads at one level, some of which are taken out of the middle. */
static void sched_queue_removal(void)
{
    struct thread t[8];
    order_length = 0;
    for (unsigned i = 0; i < 8; i++)
        CHECK(thread_start(&t[i], log_self, i, 1, LOWER));
    CHECK_OK(seL4_TCB_Suspend(t[0].tcb));
    CHECK_OK(seL4_TCB_Suspend(t[3].tcb));
    CHECK_OK(seL4_CNode_Delete(ROOT, t[7].tcb, DEPTH));
    CHECK_OK(seL4_TCB_SetPriority(t[5].tcb, seL4_CapInitThreadTCB, LOWER + 1));
    let_others_run();
    static const seL4_Word expected[] = {5, 1, 2, 4, 6};
    CHECK_EQUAL(order_length, 5);
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQUAL(order[i], expected[i]);
}

/* --- Places and slices --- */
static volatile seL4_Word calls, spinner_ran;

static void spin(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    for (;;)
        spinner_ran++;
}

static void reply_then_receive(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_Recv(ep, 0);
    for (;;) {
        seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
        seL4_Recv(ep, 0);
    }
}

#define CALLS 20

/* In how many of its calls did the spinner get its turn? */
static void call_often(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    seL4_Word turns = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        seL4_Word before = spinner_ran;
        seL4_Call(ep, seL4_MessageInfo_new(0, 0, 0, 0));
        turns += spinner_ran != before;
    }
    calls = turns;
    seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, TEST_PRIORITY);
}

/* Woken by a server of higher or equal priority, a client goes on before its equals. */
static void woken_keeps_its_place(unsigned server_priority)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread server, client, spinner;
    CHECK(thread_start(&server, reply_then_receive, ep, 0, server_priority));
    let_others_run();
    calls = ~0ul;
    CHECK(thread_start(&client, call_often, ep, 0, LOWER));
    CHECK(thread_start(&spinner, spin, 0, 0, LOWER));
    CHECK_OK(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, LOWER - 1));
    CHECK_OK(seL4_TCB_Suspend(server.tcb));
    CHECK_EQUAL(calls, 0);
}

static void sched_woken_by_higher(void)
{
    woken_keeps_its_place(HIGHER);
}

static void sched_woken_by_equal(void)
{
    woken_keeps_its_place(LOWER);
}

TEST_GROUP(sched_tests, TEST(sched_highest_first), TEST(sched_yield_takes_turns),
           TEST(sched_round_robin), TEST(sched_lower_never_runs), TEST(sched_priority_changes),
           TEST(sched_preempts_on_resume), TEST(sched_send_to_equal), TEST(sched_queue_removal),
           TEST(sched_woken_by_higher), TEST(sched_woken_by_equal));
