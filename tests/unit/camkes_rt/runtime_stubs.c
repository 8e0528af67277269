/* SPDX-License-Identifier: BSD-2-Clause */
/* See runtime_stubs.h. */
#include <stdatomic.h>
#include <stdlib.h>
#include <caisson/c.h>
#include "fake_ipc.h"
#include "runtime_stubs.h"

struct camkes_thread stub_threads[STUB_THREADS];
camkes_error_type_t stub_last_error;
static atomic_uint errors;
static __thread unsigned self;
static __thread seL4_IPCBuffer buffer;

const struct camkes_thread *camkes_self(void)
{
    return &stub_threads[self];
}

const struct camkes_thread *camkes_end_thread(const struct camkes_end *end)
{
    for (unsigned i = 0; i < STUB_THREADS; i++)
        if (stub_threads[i].end == end)
            return &stub_threads[i];
    return NULL;
}

seL4_CPtr c_thread_wake(void)
{
    return self + 1;
}

void c_sleep(void)
{
    seL4_Wait(self + 1, NULL);
}

void camkes_error(camkes_error_type_t type, const char *interface, const char *description,
                  int code)
{
    (void)interface;
    (void)description;
    (void)code;
    stub_last_error = type;
    atomic_fetch_add(&errors, 1);
}

unsigned stub_take_errors(void)
{
    return atomic_exchange(&errors, 0);
}

void stub_enter(unsigned index)
{
    self = index;
    stub_threads[index].wake = index + 1;
    fake_ipc_cap(index + 1, index + 1, 1);
    fake_thread_enter(&buffer);
}

struct start {
    unsigned index;
    void (*body)(void *);
    void *arg;
};

static void *enter(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    stub_enter(start.index);
    start.body(start.arg);
    return NULL;
}

pthread_t stub_start(unsigned index, void (*body)(void *), void *arg)
{
    pthread_t thread;
    struct start *start = malloc(sizeof(*start));
    *start = (struct start){index, body, arg};
    if (pthread_create(&thread, NULL, enter, start) != 0)
        abort();
    return thread;
}
