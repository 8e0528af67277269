/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events: what is emitted is waited for, polled or called back, and never twice.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fake_ipc.h"
#include "camkes_private.h"
#include "runtime_stubs.h"

const struct camkes_instance camkes_instance = {.name = "test"};
extern const struct camkes_connector camkes_connector_notification;
extern const struct camkes_connector camkes_connector_global_asynch;

enum { OBJECT_1 = 20, OBJECT_2, EMIT_1 = 30, EMIT_2, WAIT_1 };

static void *state_from, *state_to, *state_global;
static const struct camkes_cap from_caps[] = {{"notification", EMIT_1, 1, "b.e"},
                                              {"notification", EMIT_2, 1, "c.e"}};
static const struct camkes_cap to_caps[] = {{"notification", WAIT_1, 1, "a.e"}};
static const struct camkes_end end_from = {.interface = "e",
                                           .connector = &camkes_connector_notification,
                                           .side = CAMKES_FROM,
                                           .kind = CAMKES_EVENT,
                                           .caps = from_caps,
                                           .cap_count = 2,
                                           .state = &state_from};
static const struct camkes_end end_to = {.interface = "e",
                                         .connector = &camkes_connector_notification,
                                         .side = CAMKES_TO,
                                         .kind = CAMKES_EVENT,
                                         .caps = to_caps,
                                         .cap_count = 1,
                                         .state = &state_to};
static const struct camkes_end end_global = {.interface = "g",
                                             .connector = &camkes_connector_global_asynch,
                                             .side = CAMKES_TO,
                                             .kind = CAMKES_EVENT,
                                             .caps = to_caps,
                                             .cap_count = 1,
                                             .state = &state_global};
static const struct camkes_end end_bare = {
    .interface = "n", .connector = &camkes_connector_notification, .state = &state_global};

static pthread_t thread;

static void thread_body(void *arg)
{
    (void)arg;
    end_to.connector->thread(&end_to);
}

static int set_up(void **state)
{
    (void)state;
    fake_ipc_reset();
    fake_ipc_cap(EMIT_1, OBJECT_1, 1);
    fake_ipc_cap(EMIT_2, OBJECT_2, 1);
    fake_ipc_cap(WAIT_1, OBJECT_1, 1);
    stub_enter(0);
    fake_ipc_cap(2, 2, 1); /* the wake notification of thread 1, before it runs */
    stub_threads[1].wake = 2;
    stub_threads[1].end = &end_to;
    assert_int_equal(end_from.connector->init(&end_from), 0);
    assert_int_equal(end_to.connector->init(&end_to), 0);
    (void)stub_take_errors();
    thread = stub_start(1, thread_body, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_ipc_stop();
    pthread_join(thread, NULL);
    free(state_from);
    free(state_to);
    stub_threads[1].end = NULL;
    return 0;
}

static void an_event_reaches_every_end_once(void **state)
{
    (void)state;
    assert_int_equal(camkes_event_poll(&end_to), 0);
    camkes_event_emit(&end_from);
    camkes_event_emit(&end_from); /* not waited for yet: counts as one */
    seL4_Word badge;
    seL4_Poll(EMIT_2, &badge);
    assert_int_equal(badge, 1);
    assert_int_equal(camkes_event_poll(&end_to), 1);
    assert_int_equal(camkes_event_poll(&end_to), 0);
    camkes_event_emit(&end_from);
    camkes_event_wait(&end_to);
    assert_int_equal(camkes_event_poll(&end_to), 0);
}

static unsigned called;

static void count_call(void *arg)
{
    assert_ptr_equal(arg, &called);
    __atomic_fetch_add(&called, 1, __ATOMIC_SEQ_CST);
}

static void wait_for_calls(unsigned wanted)
{
    while (__atomic_load_n(&called, __ATOMIC_SEQ_CST) < wanted)
        seL4_Yield();
}

static void a_callback_is_called_once(void **state)
{
    (void)state;
    called = 0;
    assert_int_equal(camkes_event_reg_callback(&end_to, count_call, &called), 0);
    assert_int_equal(camkes_event_reg_callback(&end_to, count_call, &called), -EBUSY);
    camkes_event_emit(&end_from);
    wait_for_calls(1);
    camkes_event_emit(&end_from); /* nobody is registered: stays pending … */
    for (int i = 0; i < 1000; i++)
        seL4_Yield();
    assert_int_equal(called, 1);
    assert_int_equal(camkes_event_poll(&end_to), 1); /* … for whoever asks */
    camkes_event_emit(&end_from);
    int error = -EBUSY; /* the thread may still be on its way out of the first call */
    while (error == -EBUSY)
        error = camkes_event_reg_callback(&end_to, count_call, &called);
    assert_int_equal(error, 0);
    wait_for_calls(2);
}

static void call_again(void *arg)
{
    count_call(arg);
    assert_int_equal(camkes_event_reg_callback(&end_to, call_again, arg), 0);
}

static void a_callback_may_register_the_next(void **state)
{
    (void)state;
    called = 0;
    assert_int_equal(camkes_event_reg_callback(&end_to, call_again, &called), 0);
    for (unsigned i = 1; i <= 500; i++) {
        camkes_event_emit(&end_from);
        wait_for_calls(i);
    }
}

static void callbacks_need_a_thread(void **state)
{
    (void)state;
    assert_int_equal(camkes_event_reg_callback(&end_from, count_call, NULL), -ENOTSUP);
    assert_int_equal(stub_take_errors(), 1);
    assert_int_equal(stub_last_error, CE_NOT_SUPPORTED);
}

static void the_global_notification_is_the_components(void **state)
{
    (void)state;
    assert_int_equal(end_global.connector->init(&end_global), 0);
    assert_int_equal(camkes_notification(&end_global), WAIT_1);
    assert_int_equal(camkes_notification_badge(&end_global), 1);
    assert_int_equal(camkes_event_poll(&end_global), 0);
    assert_int_equal(stub_take_errors(), 1);
    free(state_global);
}

static void an_end_without_capability_is_refused(void **state)
{
    (void)state;
    assert_int_equal(end_bare.connector->init(&end_bare), -ENOENT);
    assert_int_equal(camkes_notification(&end_bare), 0);
    free(state_global);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_event_reaches_every_end_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_callback_is_called_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_callback_may_register_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(callbacks_need_a_thread, set_up, tear_down),
        cmocka_unit_test(the_global_notification_is_the_components),
        cmocka_unit_test(an_end_without_capability_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
