/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects from the instance's own untypeds.
 */
#include <alloc/alloc.h>
#include <camkes.h>
#include <errno.h>
#include <string.h>
#include "check.h"

#define FREE_ADDRESS 0x1000000000ul

void test_objects(void)
{
    struct alloc *a = camkes_alloc();
    CHECK(a);
    if (!a)
        return;
    seL4_CPtr frame, large, copy, notification;
    uint64_t before = alloc_available(a, 0);
    CHECK(alloc_largest(a) >= 21);
    CHECK(alloc_frame(a, 12, &frame) == 0);
    CHECK(alloc_map(a, FREE_ADDRESS, frame, seL4_ReadWrite, seL4_X86_Default_VMAttributes) == 0);
    CHECK(*(volatile uint64_t *)FREE_ADDRESS == 0);
    strcpy((char *)FREE_ADDRESS, "mapped");
    /* A copy of the capability maps the same frame elsewhere. */
    CHECK(alloc_copy(a, frame, seL4_ReadWrite, &copy) == 0);
    CHECK(alloc_map(a, FREE_ADDRESS + 0x5000, copy, seL4_CanRead, seL4_X86_Default_VMAttributes) ==
          0);
    CHECK(strcmp((char *)FREE_ADDRESS + 0x5000, "mapped") == 0);
    CHECK(alloc_map(a, FREE_ADDRESS + 0x800, frame, seL4_ReadWrite,
                    seL4_X86_Default_VMAttributes) != 0);
    CHECK(alloc_frame(a, 21, &large) == 0);
    CHECK(alloc_map(a, FREE_ADDRESS + 0x40000000, large, seL4_ReadWrite,
                    seL4_X86_Default_VMAttributes) == 0);
    memset((void *)(FREE_ADDRESS + 0x40000000), 0x77, 1 << 21);
    CHECK(((volatile uint8_t *)FREE_ADDRESS)[0x40000000 + (1 << 21) - 1] == 0x77);
    CHECK(alloc_object(a, seL4_NotificationObject, 0, &notification) == 0);
    seL4_Signal(notification);
    seL4_Wait(notification, NULL);
    CHECK(alloc_free(a, notification) == 0);
    CHECK(alloc_free(a, large) == 0);
    CHECK(alloc_delete_copy(a, copy) == 0);
    CHECK(alloc_free(a, frame) == 0);
    /* What remains in use are the tables that the mappings needed. */
    CHECK(before - alloc_available(a, 0) <= 8 * 4096);
    CHECK(alloc_frame(a, 30, &frame) == -ENOMEM);
}
