/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How threads of equal priority share the processor: whom time counts for, whatever they make
 * servers of higher priority do, and how long one is kept waiting.
 */
#include "harness.h"
#include "pit.h"
#include "virt_machine.h"

#include <string.h>

GUEST(spin);
GUEST(hypercall);

static volatile uint64_t used[2], share[2], longest_wait; /* `share` in percent */

/* A quarter of a thousand instructions: to read the TSC takes QEMU long. */
static void spend(void)
{
    seL4_Word rounds = 125;
    __asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds));
}

/* TSC ticks of a time slice, from the boot information. */
static uint64_t slice_ticks(void)
{
    const seL4_BootInfoHeader *h = boot_record(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ);
    return *(const uint32_t *)(h + 1) * 1000ul * CONFIG_TIMER_TICK_MS;
}

/* Counts its own time, in pieces; where `yield_after` is not 0, it gives way after so much. */
static void use_time(seL4_Word index, seL4_Word yield_after)
{
    uint64_t began = read_tsc(), last = began, short_time = slice_ticks() / 50;
    for (;;) {
        spend();
        uint64_t now = read_tsc(), passed = now - last;
        if (passed < short_time) /* else others ran in between */
            used[index] += passed;
        else if (passed > longest_wait)
            longest_wait = passed;
        last = now;
        if (yield_after != 0 && now - began >= yield_after) {
            seL4_Yield();
            began = last = read_tsc();
        }
    }
}

/* It runs once in each round, so it measures whole ones. */
static void watch_race(seL4_Word slices, seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Yield();
        const uint64_t before[] = {used[0], used[1]}, start = read_tsc();
        uint64_t now, elapsed;
        longest_wait = 0;
        do {
            seL4_Yield();
            now = read_tsc();
        } while (now - start < slices * slice_ticks());
        elapsed = now - start;
        share[0] = (used[0] - before[0]) * 100 / elapsed;
        share[1] = (used[1] - before[1]) * 100 / elapsed;
        seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, TEST_PRIORITY);
    }
}

/* Lets those at LOWER run, once the watch is among them. */
static bool race(void)
{
    return seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, LOWER - 1) ==
           seL4_NoError;
}

static bool within(unsigned index, unsigned least, unsigned most)
{
    bool is = share[index] >= least && share[index] <= most;
    if (!is)
        test_note("%lu %% of the time, not %u to %u", share[index], least, most);
    return is;
}

/* Who gives way just before its slice ends takes nothing of the next one's. */
static void share_slice_is_the_threads_own(void)
{
    struct thread watch, a, b;
    CHECK(thread_start(&watch, watch_race, 8, 0, LOWER));
    CHECK(thread_start(&a, use_time, 0, slice_ticks() / 100 * 98, LOWER));
    CHECK(thread_start(&b, use_time, 1, 0, LOWER));
    CHECK(race());
    CHECK(within(0, 45, 55) && within(1, 45, 55));
}

/* --- Time that servers spend --- */
/* What a server works for each request: most of what its client costs. */
static void serve_work(void)
{
    uint64_t end = read_tsc() + slice_ticks() / 100;
    while (read_tsc() < end)
        spend();
}

static void answer(seL4_Word ep, seL4_Word length)
{
    seL4_Recv(ep, 0);
    for (;;) {
        serve_work();
        seL4_ReplyRecv(ep, seL4_MessageInfo_new(0, 0, 0, length), 0);
    }
}

static void call(seL4_Word ep, seL4_Word length)
{
    for (;;)
        seL4_Call(ep, seL4_MessageInfo_new(0, 0, 0, length));
}

static void take_sends(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Recv(ep, 0);
        serve_work();
    }
}

static void send(seL4_Word ep, seL4_Word length)
{
    for (;;)
        seL4_Send(ep, seL4_MessageInfo_new(0, 0, 0, length));
}

static seL4_CPtr there, back;

static void take_signals(seL4_Word answers, seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Wait(there, 0);
        serve_work();
        if (answers)
            seL4_Signal(back);
    }
}

static void signal_often(seL4_Word unused, seL4_Word wait)
{
    (void)unused;
    for (;;) {
        seL4_Signal(there);
        if (wait)
            seL4_Wait(back, 0);
    }
}

/* Of two equals one has a server of higher priority work all the time. */
static const struct service {
    const char *name;
    thread_function serve, use;
    seL4_Word argument;
} services[] = {
    {"short calls", answer, call, 0},
    {"long calls", answer, call, 10},
    {"sends", take_sends, send, 0},
    {"signals", take_signals, signal_often, false},
    {"signals, and an answer", take_signals, signal_often, true},
};

#define WAIT_MS 12

/* The other keeps half of the processor, and does not wait for long. */
static bool is_fair(const char *name)
{
    bool fair = race() && within(0, 45, 55) &&
                longest_wait < slice_ticks() / CONFIG_TIMER_TICK_MS * WAIT_MS;
    if (!fair)
        test_note("%s: longest wait %lu, slice %lu", name, longest_wait, slice_ticks());
    return fair;
}

static void share_servers_count(void)
{
    struct thread watch, other;
    CHECK(thread_start(&watch, watch_race, 8, 0, LOWER));
    CHECK(thread_start(&other, use_time, 0, 0, LOWER));
    for (unsigned i = 0; i < ARRAY_SIZE(services); i++) {
        const struct service *s = &services[i];
        seL4_CPtr ep = make(seL4_EndpointObject, 0);
        struct thread server, client;
        there = make(seL4_NotificationObject, 0);
        back = make(seL4_NotificationObject, 0);
        bool by_signals = s->serve == take_signals;
        CHECK(thread_start(&server, s->serve, by_signals ? s->argument : ep, s->argument, HIGHER));
        CHECK(thread_start(&client, s->use, ep, s->argument, LOWER));
        CHECK(is_fair(s->name));
        CHECK_OK(seL4_TCB_Suspend(client.tcb));
        CHECK_OK(seL4_TCB_Suspend(server.tcb));
    }
}

/* A server that is an equal has turns of its own. */
static void share_pair_cannot_starve(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread watch, server, client, third;
    CHECK(thread_start(&watch, watch_race, 8, 0, LOWER));
    CHECK(thread_start(&server, answer, ep, 0, LOWER));
    CHECK(thread_start(&client, call, ep, 0, LOWER));
    CHECK(thread_start(&third, use_time, 0, 0, LOWER));
    CHECK(race());
    CHECK(within(0, 30, 55));
    CHECK_OK(seL4_TCB_Suspend(client.tcb));
    CHECK_OK(seL4_TCB_Suspend(server.tcb));
}

/* --- Guests --- */
static seL4_CPtr server_ep;

static void run_guest(seL4_Word unused, seL4_Word unused2)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    (void)unused, (void)unused2;
    for (;;) {
        *run = (struct seL4_VCPURun){.rip = GUEST_CODE, .rflags = 2};
        seL4_VMEnter(NULL);
        if (server_ep)
            seL4_Call(server_ep, seL4_MessageInfo_new(0, 0, 0, 0));
    }
}

/* A guest that runs, one that exits all the time, and one whose monitor has a server work. */
static void share_guest_is_a_thread(void)
{
    MACHINE(m);
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread watch, server, monitor, other;
    CHECK(thread_start(&watch, watch_race, 8, 0, LOWER));
    CHECK(thread_start(&other, use_time, 0, 0, LOWER));
    CHECK(thread_start(&server, answer, ep, 0, HIGHER));
    for (unsigned i = 0; i < 3; i++) {
        server_ep = i == 2 ? ep : 0;
        CHECK(thread_make(&monitor, run_guest, 0, 0, LOWER, 0));
        CHECK_OK(seL4_X86_VCPU_SetTCB(m.vcpu, monitor.tcb));
        CHECK_OK(seL4_TCB_SetEPTRoot(monitor.tcb, m.root));
        if (i == 0)
            machine_load(&m, GUEST_ARGS(spin), MACHINE_64);
        else
            machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
        CHECK_OK(seL4_TCB_Resume(monitor.tcb));
        CHECK(is_fair(i == 0 ? "runs" : i == 1 ? "exits" : "server"));
        CHECK_OK(seL4_TCB_Suspend(monitor.tcb));
    }
    CHECK_OK(seL4_TCB_Suspend(server.tcb));
}

/* --- Time that interrupts take --- */
static volatile unsigned interrupts;

/* Works for four slices at each interrupt. */
static void take_interrupts(seL4_Word n, seL4_Word handler)
{
    for (;;) {
        seL4_Wait(n, 0);
        interrupts++;
        uint64_t end = read_tsc() + 4 * slice_ticks();
        while (read_tsc() < end)
            spend();
        seL4_IRQHandler_Ack(handler);
        pit_start(20000); /* 17 ms */
    }
}

static volatile unsigned kept;
static volatile seL4_Word last_turn;

/* Was it interrupted for long, and is it still its turn? */
static void keep_turn(seL4_Word me, seL4_Word unused)
{
    (void)unused;
    uint64_t last = read_tsc();
    unsigned seen = interrupts;
    for (;;) {
        spend();
        uint64_t now = read_tsc();
        if (interrupts != seen && last_turn == me && now - last > 3 * slice_ticks())
            kept++;
        seen = interrupts;
        last = now;
        last_turn = me;
    }
}

/* Who is interrupted for long goes on where it was, not one of its equals. */
static void share_interrupts_do_not_count(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), handler;
    struct thread watch, a, b, taker;
    CHECK(thread_start(&watch, watch_race, 30, 0, LOWER));
    CHECK(pit_get());
    pit_quiet();
    CHECK_OK(pit_handler(&handler, false));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, n));
    interrupts = kept = 0;
    CHECK(thread_start(&taker, take_interrupts, n, handler, HIGHER));
    CHECK(thread_start(&a, keep_turn, 1, 0, LOWER));
    CHECK(thread_start(&b, keep_turn, 2, 0, LOWER));
    pit_start(20000);
    CHECK(race());
    CHECK_OK(seL4_TCB_Suspend(taker.tcb));
    pit_quiet();
    CHECK(interrupts >= 3);
    CHECK_EQUAL(kept, interrupts);
}

TEST_GROUP(share_tests, TEST(share_slice_is_the_threads_own), TEST(share_servers_count),
           TEST(share_pair_cannot_starve), TEST(share_guest_is_a_thread),
           TEST(share_interrupts_do_not_count));
