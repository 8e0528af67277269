/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues with both of their ends, in memory whose size AddressSanitizer knows to the byte. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "camkes_private.h"
#include "fake_ipc.h"
#include "runtime_stubs.h"
#include <base/bits.h>
#include <camkes/virtqueue.h>
#include <camkes/virtqueue_ends.h>

#define MAX_QUEUES 24

/* Capabilities; both ends of all queues signal the same two objects. */
enum { TO_DEVICE = 20, TO_DRIVER, DEVICE_WAITS, DRIVER_WAITS };

struct queue {
    char name[2][16];
    struct camkes_param params[2];
    struct camkes_region region;
    struct camkes_cap caps[2][2];
    struct camkes_end ends[2];
    void *states[2];
    virtqueue_driver_t driver;
    virtqueue_device_t device;
};

extern struct queue queues[MAX_QUEUES];
extern unsigned queue_count;

void world_set_up(void);
void world_tear_down(void);
/* Both ends of a queue, registered but not open. `id` below zero: not given. */
struct queue *add_queue(size_t size, unsigned length, int id);
struct queue *open_queue(size_t size, unsigned length);

/*
 * A step of either end, or of somebody who scribbles over what they share: what it is, say the
 * numbers, of so many bytes each.
 */
void world_step(struct queue *q, uint64_t (*number)(unsigned bytes));
