/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process of the guest waits for a component's answer, and what it pays for copying out of a
 * dataport and out of its own memory. Under QEMU's -icount the time-stamp counter advances by one
 * per executed instruction, whoever executes it: a copy that left the guest would show.
 */
#include "consumes_event.h"
#include "dataport.h"
#include "emits_event.h"

#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#define ROUNDS 1000
#define COPIES 50

static uint64_t ticks(void)
{
    return __builtin_ia32_rdtsc();
}

static int compare(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

    return one < other ? -1 : one > other;
}

static int open_node(const char *name)
{
    int fd = open(name, O_RDWR);

    if (fd < 0)
        error(1, errno, "%s", name);
    return fd;
}

static void measure_events(void)
{
    static uint64_t took[ROUNDS];
    int ring = open_node("/dev/camkes_ring"), rung = open_node("/dev/camkes_rung");

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t start = ticks();

        if (emits_event_emit(ring) < 0 || consumes_event_wait(rung) < 0)
            error(1, errno, "event");
        took[i] = ticks() - start;
    }
    qsort(took, ROUNDS, sizeof(*took), compare);
    printf("bench: roundtrip %llu\n", (unsigned long long)took[ROUNDS / 2]);
    printf("bench: roundtrip-least %llu\n", (unsigned long long)took[0]);
}

/* The median of all, so that no timer's interrupt counts. */
static uint64_t copy(void *to, const void *from, size_t size)
{
    static uint64_t took[COPIES];

    for (unsigned i = 0; i < COPIES; i++) {
        uint64_t start = ticks();

        memcpy(to, from, size);
        took[i] = ticks() - start;
    }
    qsort(took, COPIES, sizeof(*took), compare);
    return took[COPIES / 2];
}

static void measure_copies(void)
{
    int fd = open_node("/dev/camkes_data");
    size_t size = (size_t)dataport_get_size(fd);
    char *data = dataport_mmap(fd), *one = aligned_alloc(4096, size);
    char *other = aligned_alloc(4096, size);

    if (data == MAP_FAILED || !one || !other)
        error(1, errno, "memory");
    memset(one, 1, size);
    memset(other, 2, size);
    printf("bench: copy-own %llu\n", (unsigned long long)copy(one, other, size));
    printf("bench: copy-in %llu\n", (unsigned long long)copy(one, data, size));
    printf("bench: copy-out %llu\n", (unsigned long long)copy(data, other, size));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    measure_events();
    measure_copies();
    printf("bench: end\n");
    return 0;
}
