/* SPDX-License-Identifier: BSD-2-Clause */
/* The DMA pool over frames whose physical addresses jump in the middle. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "camkes_private.h"
#include "runtime_stubs.h"
#include <caisson/lock.h>
#include <camkes/dma.h>

#define FRAMES 8

static char memory[FRAMES * 4096] __attribute__((aligned(65536)));
static const seL4_CPtr caps[FRAMES] = {100, 101, 102, 103, 104, 105, 106, 107};
static const struct camkes_region region = {.vaddr = memory,
                                            .size = sizeof(memory),
                                            .frames = caps,
                                            .frame_count = FRAMES,
                                            .frame_bits = 12};

const struct camkes_instance camkes_instance = {.name = "test", .dma = &region};

/* Frames 0 to 2 and 3 to 7 are neighbours. */
seL4_X86_Page_GetAddress_t seL4_X86_Page_GetAddress(seL4_X86_Page frame)
{
    uintptr_t n = frame - caps[0];
    return (seL4_X86_Page_GetAddress_t){0, n < 3 ? 0x100000 + n * 4096 : 0x900000 + n * 4096};
}

void c_lock_acquire(struct c_lock *lock)
{
    assert_int_equal(lock->depth++, 0);
}

bool c_lock_release(struct c_lock *lock)
{
    return lock->depth-- == 1;
}

static void test_pool(void **state)
{
    (void)state;
    camkes_dma_start();
    assert_int_equal(camkes_dma_get_paddr(memory + 5), 0x100005);
    assert_int_equal(camkes_dma_get_paddr(memory + 3 * 4096), 0x903000);
    assert_int_equal(camkes_dma_get_paddr(memory - 1), 0);
    assert_int_equal(camkes_dma_get_paddr(memory + sizeof(memory)), 0);
    /* In one piece of physical memory: four pages are only in the second run. */
    char *four = camkes_dma_alloc(4 * 4096, 0);
    assert_ptr_equal(four, memory + 3 * 4096);
    assert_null(camkes_dma_alloc(3 * 4096 + 1, 0));
    char *three = camkes_dma_alloc(3 * 4096, 4096);
    assert_ptr_equal(three, memory);
    char *small = camkes_dma_alloc(1, 0), *other = camkes_dma_alloc(65, 128);
    assert_int_equal((uintptr_t)other % 128, 0);
    assert_true(other >= small + 64);
    assert_null(camkes_dma_alloc(4096, 0));
    assert_null(camkes_dma_alloc(0, 0));
    assert_null(camkes_dma_alloc(SIZE_MAX, 0));
    assert_null(camkes_dma_alloc(8, 96));
    /* What is free already, or was never given out, is not taken back. */
    assert_int_equal(stub_take_errors(), 0);
    camkes_dma_free(NULL, 8);
    assert_int_equal(stub_take_errors(), 0);
    camkes_dma_free(small + 1, 1);
    camkes_dma_free(&state, 64);
    camkes_dma_free(memory + sizeof(memory) - 64, 128);
    assert_int_equal(stub_take_errors(), 3);
    camkes_dma_free(four, 4 * 4096);
    camkes_dma_free(four, 4 * 4096);
    assert_int_equal(stub_take_errors(), 1);
    camkes_dma_free(small, 1);
    camkes_dma_free(three, 3 * 4096);
    camkes_dma_free(other, 65);
    /* All of it is there again, in two pieces. */
    assert_non_null(camkes_dma_alloc(5 * 4096, 0));
    assert_non_null(camkes_dma_alloc(3 * 4096, 0));
    assert_int_equal(stub_take_errors(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pool)};
    return cmocka_run_group_tests_name("DMA pool", tests, NULL, NULL);
}
