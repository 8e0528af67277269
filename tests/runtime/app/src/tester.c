/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives every kind of connection against `partner` and says what held.
 */
#include <camkes.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

extern char *bulk_buf;

unsigned checks_passed, checks_failed;
static unsigned stage; /* counts the start-up functions */
static unsigned pre_stage, init_stage, post_stage;
static int counter;

void pre_init(void)
{
    pre_stage = ++stage;
}

void pong__init(void)
{
    init_stage = ++stage;
}

void post_init(void)
{
    post_stage = ++stage;
}

/* --- calls from partner and helper, in threads of their own --- */

int work_locked_increment(int times)
{
    for (int i = 0; i < times; i++) {
        if (counter_lock_lock() == 0) {
            int old = counter;
            if (i % 64 == 0)
                seL4_Yield();
            counter = old + 1;
            (void)counter_lock_unlock();
        }
    }
    (void)done_post();
    return times;
}

int work2_locked_increment(int times)
{
    return work_locked_increment(times);
}

/* Blocks of changing sizes, each filled with its own byte: a broken malloc() mixes them up. */
static int use_heap(int rounds)
{
    enum { BLOCKS = 16 };
    uint8_t *blocks[BLOCKS] = {0};
    size_t sizes[BLOCKS];
    int bad = 0;
    for (int i = 0; i < rounds; i++) {
        int slot = i % BLOCKS;
        if (blocks[slot]) {
            bad += blocks[slot][0] != (uint8_t)(i - BLOCKS) ||
                   blocks[slot][sizes[slot] - 1] != (uint8_t)(i - BLOCKS);
            free(blocks[slot]);
        }
        sizes[slot] = (size_t)(i * 37 % 900) + 1;
        blocks[slot] = malloc(sizes[slot]);
        if (!blocks[slot])
            return -1;
        memset(blocks[slot], i, sizes[slot]);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return bad;
}

int work_heap_work(int rounds)
{
    int bad = use_heap(rounds);
    (void)done_post();
    return bad;
}

int work2_heap_work(int rounds)
{
    return work_heap_work(rounds);
}

/* --- tests --- */

static void test_start(void)
{
    CHECK(pre_stage == 1 && init_stage == 2 && post_stage == 3);
    CHECK(strcmp(get_instance_name(), "tester") == 0);
    CHECK(strcmp(greeting, "hello") == 0);
    CHECK(numbers_count == 4 && numbers[0] == 3 && numbers[3] == 5);
}

static void test_procedures(void)
{
    CHECK(talk_add(-5, 47) == 42);
    char *text = talk_reverse("a string of some length");
    CHECK(text && strcmp(text, "htgnel emos fo gnirts a") == 0);
    free(text);
    uint64_t a = 1, b = UINT64_MAX;
    talk_swap(&a, &b);
    CHECK(a == UINT64_MAX && b == 1);
    struct point p = {3, -4, "point"};
    struct point q = talk_mirror(p);
    CHECK(q.x == -4 && q.y == 3 && strcmp(q.tag, "point") == 0);
    CHECK(talk_who() == 77);
    uint16_t items[400];
    uint64_t wanted = 0;
    for (unsigned i = 0; i < 400; i++) {
        items[i] = (uint16_t)(i * 7);
        wanted += items[i];
    }
    CHECK(talk_sum(400, items) == wanted);
}

static camkes_error_type_t seen_error;

static camkes_error_action_t note_error(camkes_error_t *error)
{
    seen_error = error->type;
    return CEA_DISCARD;
}

static void test_bulk(void)
{
    static uint16_t items[3000];
    uint64_t wanted = 0;
    for (unsigned i = 0; i < 3000; i++) {
        items[i] = (uint16_t)(i * 7);
        wanted += items[i];
    }
    CHECK(bulk_sum(3000, items) == wanted); /* 6,000 bytes: in the shared buffer */
    size_t size = 0;
    char *bytes = NULL;
    bulk_pattern(5000, &size, &bytes);
    bool right = size == 5000 && bytes;
    for (size_t i = 0; right && i < size; i++)
        right = bytes[i] == (char)(i * 3);
    CHECK(right);
    free(bytes);
    CHECK(bulk_buf && bulk_buf_size() == 8192);
    strcpy(bulk_buf, "through the buffer");
    CHECK(bulk_add(0, 0) == (int)strlen("through the buffer"));
    /* What fits nowhere is refused here, and says so. */
    camkes_error_handler_t old = camkes_register_error_handler(note_error);
    CHECK(talk_sum(3000, items) == 0 && seen_error == CE_BUFFER_LENGTH_EXCEEDED);
    (void)camkes_register_error_handler(old);
    CHECK(talk_add(1, 1) == 2);
}

static int chained;

static void on_chain(void *arg)
{
    *(int *)arg += 1;
    self_from_emit();
    if (*(int *)arg < 3 && chain_reg_callback(on_chain, arg) != 0)
        *(int *)arg = -1;
}

static void test_events(void)
{
    CHECK(pong_poll() == 0);
    ping_emit();
    pong_wait();
    CHECK(pong_poll() == 0);
    ping_emit();
    int polls = 0;
    while (pong_poll() == 0) {
        seL4_Yield();
        polls++;
    }
    CHECK(polls > 0);
    /*
     * Callback, then the global notification, three times over: each callback registers the next.
     */
    CHECK(chain_reg_callback(on_chain, &chained) == 0);
    CHECK(chain_reg_callback(on_chain, &chained) == -EBUSY);
    for (int i = 1; i <= 3; i++) {
        seL4_Word badge;
        stir_emit();
        seL4_Wait(self_to_notification(), &badge);
        CHECK((badge & self_to_notification_badge()) == self_to_notification_badge());
        CHECK(chained == i);
    }
}

static void test_dataports(void)
{
    CHECK(raw_get_size() == 8192);
    CHECK(typed_get_size() >= sizeof(struct talk_page));
    char *text = raw;
    strcpy(text + 5000, "far inside");
    dataport_ptr_t wrapped = raw_wrap_ptr(text + 5000);
    raw_release();
    CHECK(raw_unwrap_ptr(wrapped) == text + 5000);
    CHECK(talk_read_wrapped(wrapped) == (int)strlen("far inside"));
    wrapped.offset = 8192;
    CHECK(!raw_unwrap_ptr(wrapped));
    CHECK(talk_read_wrapped(wrapped) == -1);
    typed_acquire();
    CHECK(typed->count == 7 && strcmp((char *)typed->text, "set by partner") == 0);
    CHECK(dataport_wrap_ptr((void *)&typed->count).id != 0);
    CHECK(dataport_wrap_ptr(&chained).id == 0);
    CHECK(dataport_get_size(&shared_caps_handle) == 8192);
    CHECK(dataport_get_num_frame_caps(&shared_caps_handle) == 2);
    CHECK(dataport_get_nth_frame_cap(&shared_caps_handle, 1) != 0);
    CHECK(dataport_get_nth_frame_cap(&shared_caps_handle, 2) == 0);
}

static void test_locks(void)
{
    (void)talk_add(1000, LOCKED_ROUNDS); /* partner and helper now call work_locked_increment() */
    help_emit();
    for (int i = 0; i < LOCKED_ROUNDS; i++) {
        CHECK_QUIET(counter_lock_lock() == 0);
        counter++;
        CHECK_QUIET(counter_lock_unlock() == 0);
    }
    CHECK(done_wait() == 0 && done_wait() == 0);
    CHECK(counter == 3 * LOCKED_ROUNDS);
    CHECK(done_trywait() == -EAGAIN);
    CHECK(once_post() == 0 && once_post() == 0 && once_wait() == 0);
    camkes_error_handler_t old = camkes_register_error_handler(note_error);
    CHECK(counter_lock_unlock() == -EPERM && seen_error == CE_OVERFLOW);
    (void)camkes_register_error_handler(old);
}

static void test_shared_heap(void)
{
    (void)talk_add(2000, HEAP_ROUNDS); /* partner and helper now call work_heap_work() */
    help_emit();
    CHECK(use_heap(HEAP_ROUNDS) == 0);
    CHECK(done_wait() == 0 && done_wait() == 0);
    CHECK(talk_add(3000, 0) == 0); /* what their calls returned */
}

static volatile unsigned ticks;

void tick_callback(seL4_Word badge)
{
    ticks += (badge & tick_notification_badge()) == tick_notification_badge();
}

static void test_timer(void)
{
    uint64_t start = timer_time();
    CHECK(ticks == 0);
    CHECK(timer_oneshot_relative(1, 20000000) == 0);
    seL4_Word badge = 0;
    seL4_Wait(timer_notification(), &badge);
    CHECK((badge & timer_notification_badge()) == timer_notification_badge());
    CHECK(timer_completed() == 1u << 1);
    CHECK(timer_time() - start >= 20000000);
    while (ticks == 0)
        seL4_Yield();
    CHECK(timer_oneshot_relative(4, 1000) == -1); /* it has four timers, which is the least */
}

/* Under QEMU's -icount these are instructions, on both sides and in the kernel together. */
static void measure_calls(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 100; i++) {
        uint64_t start = __builtin_ia32_rdtsc();
        (void)talk_add(i, 1);
        uint64_t took = __builtin_ia32_rdtsc() - start;
        least = took < least ? took : least;
    }
    printf("a call with two numbers: %llu\n", (unsigned long long)least);
}

int run(void)
{
    test_start();
    test_library();
    test_objects();
    test_procedures();
    test_bulk();
    test_events();
    test_dataports();
    test_locks();
    test_shared_heap();
    test_timer();
    measure_calls();
    forms_over_wait();
    printf("%u passed, %u failed\n", checks_passed, checks_failed);
    machine_exit_out8(0xf4, checks_failed != 0);
    return 0;
}
