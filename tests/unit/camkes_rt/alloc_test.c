/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libs/alloc over imitated kernel objects.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <alloc/alloc.h>
#include "fake_objects.h"

#define UNTYPED    10
#define DEVICE     11
#define SPACE      12
#define FIRST_SLOT 100
#define UNTYPED_AT 0x40000000ull
#define DEVICE_AT  0x80000000ull
#define RW         seL4_ReadWrite
#define PLAIN      seL4_X86_Default_VMAttributes

static struct alloc alloc;
static uint64_t records[32768];

static void set_up_with(unsigned bits, seL4_Word last_slot, size_t memory_size)
{
    fake_objects_reset();
    fake_add_untyped(UNTYPED, bits, UNTYPED_AT);
    fake_add_space(SPACE);
    struct alloc_config config = {.cnode = FAKE_ROOT,
                                  .first_slot = FIRST_SLOT,
                                  .last_slot = last_slot,
                                  .vspace = SPACE,
                                  .memory = records,
                                  .memory_size = memory_size};
    assert_int_equal(alloc_init(&alloc, &config), 0);
    assert_int_equal(alloc_add_untyped(&alloc, UNTYPED, bits, false, UNTYPED_AT), 0);
}

static int set_up(void **state)
{
    (void)state;
    set_up_with(22, FAKE_SLOTS, sizeof(records));
    return 0;
}

static void objects_have_their_size_and_place(void **state)
{
    (void)state;
    seL4_CPtr tcb, table, frame, large;
    assert_int_equal(alloc_object(&alloc, seL4_TCBObject, 0, &tcb), 0);
    assert_int_equal(alloc_object(&alloc, seL4_CapTableObject, 4, &table), 0);
    assert_int_equal(alloc_frame(&alloc, 12, &frame), 0);
    assert_int_equal(alloc_frame(&alloc, 21, &large), 0);
    assert_int_equal(fake_type(tcb), seL4_TCBObject);
    assert_int_equal(fake_type(table), seL4_CapTableObject);
    assert_int_equal(fake_type(frame), seL4_X86_4K);
    assert_int_equal(fake_type(large), seL4_X86_LargePageObject);
    assert_int_equal(fake_paddr(large) % (1 << 21), 0);
}

static void bad_requests_are_refused(void **state)
{
    (void)state;
    seL4_CPtr cap;
    assert_int_equal(alloc_object(&alloc, seL4_ObjectTypeCount, 0, &cap), -EINVAL);
    assert_int_equal(alloc_object(&alloc, seL4_CapTableObject, 0, &cap), -EINVAL);
    assert_int_equal(alloc_object(&alloc, seL4_UntypedObject, 3, &cap), -EINVAL);
    assert_int_equal(alloc_objects(&alloc, seL4_X86_4K, 0, 0, &cap), -EINVAL);
    assert_int_equal(alloc_frame(&alloc, 13, &cap), -EINVAL);
    assert_int_equal(alloc_frame(&alloc, 30, &cap), -ENOMEM);
    assert_int_equal(alloc_free(&alloc, 4000), -ENOENT);
    assert_int_equal(alloc_add_untyped(&alloc, 50, 63, false, 0), -EINVAL);
    struct alloc other;
    struct alloc_config config = {.first_slot = 9, .last_slot = 8};
    assert_int_equal(alloc_init(&other, &config), -EINVAL);
}

/*
 * 4 MiB hold exactly 1024 pages; after that there is nothing, and freeing all joins everything
 * again.
 */
static void memory_is_used_to_the_last_page(void **state)
{
    (void)state;
    seL4_CPtr frames[1024], extra;
    bool seen[1024] = {false};
    for (unsigned i = 0; i < 1024; i++) {
        assert_int_equal(alloc_frame(&alloc, 12, &frames[i]), 0);
        uint64_t page = (fake_paddr(frames[i]) - UNTYPED_AT) >> 12;
        assert_true(page < 1024 && !seen[page]);
        seen[page] = true;
    }
    assert_int_equal(alloc_frame(&alloc, 12, &extra), -ENOMEM);
    assert_int_equal(alloc_available(&alloc, 0), 0);
    for (unsigned i = 0; i < 1024; i++) {
        unsigned j = (i * 389 + 7) % 1024; /* in some other order */
        assert_int_equal(alloc_free(&alloc, frames[j]), 0);
    }
    assert_int_equal(alloc_largest(&alloc), 22);
    assert_int_equal(alloc_available(&alloc, 0), 1 << 22);
    assert_int_equal(fake_capabilities(), 3);
    assert_int_equal(alloc_slots_left(&alloc), FAKE_SLOTS - FIRST_SLOT);
}

static void a_run_is_adjacent_and_freed_as_one(void **state)
{
    (void)state;
    seL4_CPtr first;
    assert_int_equal(alloc_frames(&alloc, 12, 512, &first), 0);
    for (unsigned i = 0; i < 512; i++)
        assert_int_equal(fake_paddr(first + i), fake_paddr(first) + (uint64_t)i * 4096);
    assert_int_equal(alloc_free(&alloc, first), 0);
    assert_true(fake_slot_empty(first) && fake_slot_empty(first + 511));
    assert_int_equal(alloc_largest(&alloc), 22);
}

static void small_requests_leave_large_blocks_whole(void **state)
{
    (void)state;
    seL4_CPtr small, large;
    fake_add_untyped(20, 16, 0x1000000);
    assert_int_equal(alloc_add_untyped(&alloc, 20, 16, false, 0x1000000), 0);
    assert_int_equal(alloc_frame(&alloc, 12, &small), 0);
    assert_int_equal(fake_paddr(small), 0x1000000);
    assert_int_equal(alloc_object(&alloc, seL4_UntypedObject, 22, &large), 0);
    assert_int_equal(fake_paddr(large), UNTYPED_AT);
}

static void devices_are_placed_exactly(void **state)
{
    (void)state;
    seL4_CPtr frame, again, ram;
    fake_add_untyped(DEVICE, 28, DEVICE_AT);
    assert_int_equal(alloc_add_untyped(&alloc, DEVICE, 28, true, DEVICE_AT), 0);
    uint64_t at = DEVICE_AT + 0x0abcd000;
    assert_int_equal(alloc_device_object(&alloc, at, seL4_X86_4K, 0, &frame), 0);
    assert_int_equal(fake_paddr(frame), at);
    assert_int_equal(alloc_device_object(&alloc, at, seL4_X86_4K, 0, &again), -ENOENT);
    assert_int_equal(alloc_device_object(&alloc, at + 1, seL4_X86_4K, 0, &again), -EINVAL);
    assert_int_equal(alloc_device_object(&alloc, DEVICE_AT - 4096, seL4_X86_4K, 0, &again),
                     -ENOENT);
    assert_int_equal(
        alloc_device_object(&alloc, DEVICE_AT + 0x200000, seL4_X86_LargePageObject, 0, &again), 0);
    assert_int_equal(fake_paddr(again), DEVICE_AT + 0x200000);
    /* Device memory is never handed out as RAM. */
    assert_int_equal(alloc_object(&alloc, seL4_UntypedObject, 24, &ram), -ENOMEM);
    assert_int_equal(alloc_free(&alloc, frame), 0);
    assert_int_equal(alloc_free(&alloc, again), 0);
    assert_int_equal(alloc_device_object(&alloc, DEVICE_AT, seL4_UntypedObject, 28, &again), 0);
}

static void mapping_makes_the_tables_it_needs(void **state)
{
    (void)state;
    seL4_CPtr a, b, c;
    assert_int_equal(alloc_frame(&alloc, 12, &a), 0);
    assert_int_equal(alloc_frame(&alloc, 12, &b), 0);
    assert_int_equal(alloc_frame(&alloc, 21, &c), 0);
    assert_int_equal(alloc_map(&alloc, 0x1000000000, a, RW, PLAIN), 0);
    assert_int_equal(fake_mapped(SPACE, 0x1000000000), a);
    assert_int_equal(fake_tables(SPACE), 3);
    assert_int_equal(alloc_map(&alloc, 0x1000001000, b, RW, PLAIN), 0);
    assert_int_equal(fake_tables(SPACE), 3);
    assert_int_equal(alloc_map(&alloc, 0x1040000000, c, RW, PLAIN), 0);
    assert_int_equal(fake_tables(SPACE),
                     4); /* a page directory, no page table in a large page's way */
    assert_int_equal(alloc_copy(&alloc, a, RW, &b), 0);
    assert_int_equal(alloc_map(&alloc, 0x1000000000, b, RW, PLAIN), -EEXIST);
    assert_int_equal(alloc_map(&alloc, 0x1000002800, b, RW, PLAIN), -EINVAL);
    assert_int_equal(alloc_delete_copy(&alloc, b), 0);
}

static void guests_are_mapped_in_the_second_level(void **state)
{
    (void)state;
    seL4_CPtr frame;
    fake_add_space(13);
    assert_int_equal(alloc_frame(&alloc, 21, &frame), 0);
    assert_int_equal(
        alloc_map_guest(&alloc, 13, 0x200000, frame, RW, seL4_X86_EPT_Default_VMAttributes), 0);
    assert_int_equal(fake_mapped(13, 0x200000), frame);
    assert_int_equal(fake_tables(13), 2);
    assert_int_equal(fake_tables(SPACE), 0);
}

static void devices_have_tables_of_one_kind(void **state)
{
    (void)state;
    seL4_CPtr small, large;
    fake_add_space(13);
    assert_int_equal(alloc_frame(&alloc, 12, &small), 0);
    assert_int_equal(alloc_frame(&alloc, 21, &large), 0);
    assert_int_equal(alloc_map_io(&alloc, 13, 0x200000, large, RW), 0);
    assert_int_equal(fake_mapped(13, 0x200000), large);
    assert_int_equal(fake_tables(13), 2);
    assert_int_equal(alloc_map_io(&alloc, 13, 0x400000, small, RW), 0);
    assert_int_equal(fake_mapped(13, 0x400000), small);
    assert_int_equal(fake_tables(13), 3);
    assert_int_equal(alloc_copy(&alloc, small, RW, &small), 0);
    assert_int_equal(alloc_map_io(&alloc, 13, 0x200000, small, RW), -EEXIST);
    assert_int_equal(alloc_map_io(&alloc, 13, 0x400800, small, RW), -EINVAL);
}

static void failures_lose_nothing(void **state)
{
    (void)state;
    seL4_CPtr cap;
    for (unsigned n = 1; n <= 12; n++) { /* each of the splits, then the object itself */
        fake_fail_retype(n);
        int error = alloc_frame(&alloc, 12, &cap);
        fake_fail_retype(0);
        if (!error) {
            assert_int_equal(n, 12);
            assert_int_equal(alloc_free(&alloc, cap), 0);
        }
        assert_int_equal(alloc_largest(&alloc), 22);
        assert_int_equal(fake_capabilities(), 3);
        assert_int_equal(alloc_slots_left(&alloc), FAKE_SLOTS - FIRST_SLOT);
    }
}

static void running_out_of_slots_is_said(void **state)
{
    (void)state;
    set_up_with(22, FIRST_SLOT + 10, sizeof(records));
    seL4_CPtr cap;
    assert_int_equal(alloc_frame(&alloc, 12, &cap), -ENOSPC);
    assert_int_equal(alloc_largest(&alloc), 22);
    assert_int_equal(alloc_frame(&alloc, 21, &cap), 0);
}

static void running_out_of_records_is_said(void **state)
{
    (void)state;
    set_up_with(22, FAKE_SLOTS, 640);
    seL4_CPtr cap;
    int error = 0;
    for (unsigned i = 0; i < 64 && !error; i++)
        error = alloc_frame(&alloc, 12, &cap);
    assert_int_equal(error, -ENOBUFS);
}

static void *lend_more(struct alloc *a, size_t *size)
{
    static uint64_t more[64][512];
    static unsigned used;
    seL4_CPtr frame;
    assert_int_equal(alloc_frame(a, 12, &frame), 0); /* as the real hook does */
    *size = sizeof(more[0]);
    return used < 64 ? more[used++] : NULL;
}

static void records_grow(void **state)
{
    (void)state;
    set_up_with(22, FAKE_SLOTS, 9216);
    alloc.config.more_memory = lend_more;
    seL4_CPtr cap;
    for (unsigned i = 0; i < 900; i++)
        assert_int_equal(alloc_frame(&alloc, 12, &cap), 0);
}

/* Any order of operations keeps blocks apart and comes back to one whole block. */
static void random_use(void **state)
{
    (void)state;
    enum { MANY = 200 };
    seL4_CPtr held[MANY] = {0};
    uint64_t start[MANY], size[MANY];
    srand(1);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = (unsigned)rand() % MANY;
        if (held[i] != 0) {
            assert_int_equal(alloc_free(&alloc, held[i]), 0);
            held[i] = 0;
            continue;
        }
        unsigned bits = 4 + (unsigned)rand() % 14;
        if (alloc_object(&alloc, seL4_UntypedObject, bits, &held[i]) != 0) {
            held[i] = 0;
            continue;
        }
        start[i] = fake_paddr(held[i]);
        size[i] = 1ull << bits;
        assert_int_equal(start[i] % size[i], 0);
        for (unsigned j = 0; j < MANY; j++) {
            assert_true(j == i || held[j] == 0 || start[i] + size[i] <= start[j] ||
                        start[j] + size[j] <= start[i]);
        }
    }
    for (unsigned i = 0; i < MANY; i++)
        if (held[i] != 0)
            assert_int_equal(alloc_free(&alloc, held[i]), 0);
    assert_int_equal(alloc_largest(&alloc), 22);
    assert_int_equal(fake_capabilities(), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(objects_have_their_size_and_place, set_up),
        cmocka_unit_test_setup(bad_requests_are_refused, set_up),
        cmocka_unit_test_setup(memory_is_used_to_the_last_page, set_up),
        cmocka_unit_test_setup(a_run_is_adjacent_and_freed_as_one, set_up),
        cmocka_unit_test_setup(small_requests_leave_large_blocks_whole, set_up),
        cmocka_unit_test_setup(devices_are_placed_exactly, set_up),
        cmocka_unit_test_setup(mapping_makes_the_tables_it_needs, set_up),
        cmocka_unit_test_setup(guests_are_mapped_in_the_second_level, set_up),
        cmocka_unit_test_setup(devices_have_tables_of_one_kind, set_up),
        cmocka_unit_test_setup(failures_lose_nothing, set_up),
        cmocka_unit_test(running_out_of_slots_is_said),
        cmocka_unit_test(running_out_of_records_is_said),
        cmocka_unit_test(records_grow),
        cmocka_unit_test_setup(random_use, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
