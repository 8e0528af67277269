/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest shares with components, as a guest asks for it: rightly, wrongly and at random. Run
 * with a number to try another seed.
 */
#include "crossvm_world.h"

#include <stdio.h>
#include <stdlib.h>

#include <errno.h>

static uint64_t seed = 20261127;

static int set_up(void **state)
{
    (void)state;
    world_set_up();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_tear_down();
    return 0;
}

static int64_t share(uint64_t id, uint64_t address, uint64_t size)
{
    return call(CROSSVM_DATAPORTS, CROSSVM_SHARE, id, address, size);
}

/* --- Dataports --- */

static void shares_any_page(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), 0);
    assert_int_equal(share(LARGE, GUEST_HIGH_BASE + HIGH_BYTES - KIB(32), KIB(32)), 0);
    assert_int_equal(share(HUGE, MIB(4), MIB(4)), 0);
    assert_int_equal(count_shared(), 1 + 8 + 1024);
    /* The same once more; elsewhere, where part of itself was; less of it. */
    assert_int_equal(share(LARGE, GUEST_HIGH_BASE + HIGH_BYTES - KIB(32), KIB(32)), 0);
    assert_int_equal(share(LARGE, GUEST_HIGH_BASE + HIGH_BYTES - KIB(36), KIB(32)), 0);
    assert_int_equal(share(LARGE, 0, KIB(8)), 0);
    assert_int_equal(count_shared(), 1 + 2 + 1024);
    assert_string_equal(logged, "");
}

static void gives_ram_back(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, 0, KIB(4)), 0);
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_RETURN, SMALL, 0, 0), 0);
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_RETURN, SMALL, 0, 0), 0);
    assert_int_equal(count_shared(), 0);
    assert_int_equal(share(LARGE, 0, KIB(32)), 0);
    assert_int_equal(share(SMALL, MIB(2), KIB(4)), 0);
    crossvm_reset(vmm);
    assert_int_equal(count_shared(), 0);
    /* The guest that boots next finds all as the first did. */
    assert_int_equal(share(LARGE, KIB(4), KIB(32)), 0);
    assert_string_equal(logged, "");
}

static void refuses_what_is_wrong(void **state)
{
    static const struct {
        uint64_t id, address, size;
        int error;
    } wrong[] = {
        {0, 0, KIB(4), -ENOENT},
        {3, 0, KIB(4), -ENOENT},
        {257, 0, KIB(4), -ENOENT},
        {UINT64_MAX, 0, KIB(4), -ENOENT},
        {1ull << 32 | SMALL, 0, KIB(4), -ENOENT},
        {SMALL, 0, 0, -EINVAL},
        {SMALL, 0, 1, -EINVAL},
        {SMALL, 0, KIB(8), -EINVAL},
        {LARGE, 0, UINT64_MAX - KIB(4) + 1, -EINVAL},
        {HUGE, 0, KIB(4), -EINVAL},
        {SMALL, 8, KIB(4), -EINVAL},
        {HUGE, MIB(1), MIB(2), -EINVAL},
        {SMALL, LOW_BYTES, KIB(4), -EFAULT},
        {LARGE, LOW_BYTES - KIB(28), KIB(32), -EFAULT},
        {SMALL, 0xfec00000, KIB(4), -EFAULT},
        {SMALL, 0xfee00000, KIB(4), -EFAULT},
        {SMALL, GUEST_HIGH_BASE - KIB(4), KIB(4), -EFAULT},
        {SMALL, GUEST_HIGH_BASE + HIGH_BYTES, KIB(4), -EFAULT},
        {LARGE, UINT64_MAX - KIB(4) + 1, KIB(32), -EFAULT},
        {SMALL, MIB(3) + KIB(12), KIB(4), -EBUSY},
        {SMALL, KIB(64), KIB(4), -EBUSY},
    };

    (void)state;
    assert_int_equal(share(LARGE, MIB(3), KIB(32)), 0);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(64) + 8, 0, 0), 0);
    for (unsigned round = 0; round < 1000; round++)
        for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
            if (wrong[i].id != LARGE || wrong[i].error != -EBUSY)
                assert_int_equal(share(wrong[i].id, wrong[i].address, wrong[i].size),
                                 wrong[i].error);
    assert_int_equal(count_shared(), 8);
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_RETURN, 3, 0, 0), -ENOENT);
    assert_int_equal(call(CROSSVM_DATAPORTS, 0, 1, 0, 0), -ENOSYS);
    assert_int_equal(call(CROSSVM_EVENTS_IN, 4, 1, 0, 0), -ENOSYS);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, 2, 1, 0, 0), -ENOSYS);
    assert_int_equal(count_lines("no such dataport"), 1);
    assert_int_equal(count_lines("where not all is RAM"), 1);
    assert_int_equal(count_lines("\n"), 6);
}

static void cannot_be_shown(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, 0, KIB(4)), 0);
    show_error = ENOMEM;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), -ENOMEM);
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), -ENOMEM);
    assert_int_equal(count_shared(), 0);
    assert_int_equal(count_lines("cannot be shown"), 1);
    show_error = 0;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), 0);
}

/* --- Events --- */

static struct crossvm_event_page *page_at(uint64_t address)
{
    return (struct crossvm_event_page *)(ram + address);
}

static void tells_of_events(void **state)
{
    const struct crossvm_event_page *page = page_at(KIB(4));

    (void)state;
    crossvm_event(vmm, 2); /* before the guest listens; twice is once */
    crossvm_event(vmm, 2);
    crossvm_event(vmm, 3);
    crossvm_event(vmm, 4); /* there is none such */
    crossvm_event(vmm, 0);
    crossvm_event(vmm, 257);
    crossvm_deliver(vmm);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(4), 0, 0), 0);
    assert_true(interrupts());
    assert_int_equal(page->id, 2);
    assert_int_equal(page->magic, 42);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm); /* not before the guest is done */
    assert_int_equal(page->id, 2);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_int_equal(page->id, 1);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_int_equal(page->id, 3);
    assert_true(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    /* The guest's module goes, and comes back. */
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_IGNORE, 0, 0, 0), 0);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(8), 0, 0), 0);
    assert_int_equal(page_at(KIB(8))->id, 1);
    assert_string_equal(logged, "");
}

static void events_outlive_a_reset(void **state)
{
    (void)state;
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(4), 0, 0), 0);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm);
    assert_true(interrupts());
    crossvm_reset(vmm);
    assert_false(interrupts());
    crossvm_event(vmm, 3);
    crossvm_deliver(vmm);
    assert_int_equal(page_at(KIB(4))->id, 1); /* the new guest's memory is let alone */
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(8), 0, 0), 0);
    /* The last guest was not done with the first of the two. */
    assert_int_equal(page_at(KIB(8))->id, 1);
    assert_true(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_int_equal(page_at(KIB(8))->id, 3);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_false(interrupts());
    crossvm_reset(vmm);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(12), 0, 0), 0);
    assert_int_equal(page_at(KIB(12))->id, 0);
    assert_string_equal(logged, "");
}

/* The same for a guest's module that goes, or begins anew, within an event. */
static void comes_again(void **state)
{
    (void)state;
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(4), 0, 0), 0);
    crossvm_event(vmm, 2);
    crossvm_deliver(vmm);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_IGNORE, 0, 0, 0), 0);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_IGNORE, 0, 0, 0), 0);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(8), 0, 0), 0);
    assert_int_equal(page_at(KIB(8))->id, 2);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(12), 0, 0), 0);
    assert_int_equal(page_at(KIB(12))->id, 2);
    assert_true(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_false(interrupts());
}

/* What a 32-bit guest has in the upper halves of its registers is undefined. */
static void ignores_upper_halves(void **state)
{
    const uint64_t upper = 0xdeadbeefull << 32;

    (void)state;
    vmm->vcpu.run->efer = 0;
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_SHARE | upper, SMALL | upper, MIB(1) | upper,
                          KIB(4) | upper),
                     0);
    assert_int_equal(count_shared(), 1);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT | upper, 1 | upper, 0, 0), 0);
    assert_int_equal(emitted, 1);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 9 | upper, 0, 0), (uint32_t)-ENOENT);
}

static void refuses_bad_pages(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), 0);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, LOW_BYTES - 4, 0, 0), -EFAULT);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, 2, 0, 0), -EFAULT);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, MIB(1) - 4, 0, 0), -EFAULT);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, UINT64_MAX - 3, 0, 0), -EFAULT);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm);
    assert_false(interrupts());
    assert_int_equal(count_lines("\n"), 1);
}

static void emits(void **state)
{
    (void)state;
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 1, 0, 0), 0);
    assert_int_equal(emitted, 1);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 0, 0, 0), -ENOENT);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 2, 0, 0), -ENOENT);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 257, 0, 0), -ENOENT);
    assert_int_equal(emitted, 1);
    assert_int_equal(crossvm_add_emitter(vmm, 256, emit), 0);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 256, 0, 0), 0);
    assert_int_equal(emitted, 2);
    assert_int_equal(count_lines("\n"), 1);
}

/* --- What the app says --- */

static void app_is_checked_too(void **state)
{
    static int frame;

    (void)state;
    assert_int_equal(crossvm_add_dataport(vmm, 0, &frame, KIB(4), PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 257, &frame, KIB(4), PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 3, NULL, KIB(4), PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 3, &frame, 100, PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 3, &frame, 0, PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, SMALL, &frame, KIB(4), PAGE_BITS_4K), -EEXIST);
    assert_int_equal(crossvm_add_emitter(vmm, 0, emit), -EINVAL);
    assert_int_equal(crossvm_add_emitter(vmm, 2, NULL), -EINVAL);
    assert_int_equal(crossvm_add_emitter(vmm, 1, emit), -EEXIST);
    assert_int_equal(crossvm_add_event(vmm, 257), -EINVAL);
    assert_int_equal(crossvm_add_event(vmm, 3), -EEXIST);
    assert_int_equal(crossvm_add_dataport(vmm, 256, &frame, KIB(4), PAGE_BITS_4K), 0);
    assert_int_equal(share(256, 0, KIB(4)), 0);
}

/* --- At random --- */

static uint64_t next_random(unsigned bytes)
{
    (void)bytes;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void hostile_guest(void **state)
{
    unsigned served = 0;

    (void)state;
    for (unsigned round = 0; round < 300000; round++)
        served += world_step(next_random) ? 1 : 0;
    world_forget();
    assert_true(served > 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shares_any_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_ram_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cannot_be_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_of_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_outlive_a_reset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comes_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ignores_upper_halves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_bad_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(emits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(app_is_checked_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_guest, set_up, tear_down),
    };

    if (argc > 1)
        seed = strtoull(argv[1], NULL, 0) ?: seed;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
