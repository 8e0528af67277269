/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an instance starts: all its threads begin at once; the control thread initialises everything
 * while the interface threads sleep, then lets them go.
 */
#include "camkes_private.h"

static bool released;
static __thread const struct camkes_thread *thread_self;

const struct camkes_thread *camkes_self(void)
{
    return thread_self;
}

const struct camkes_thread *camkes_end_thread(const struct camkes_end *end)
{
    for (unsigned i = 0; i < camkes_instance.thread_count; i++)
        if (camkes_instance.threads[i].end == end)
            return &camkes_instance.threads[i];
    return NULL;
}

_Noreturn void camkes_park(void)
{
    for (;;)
        seL4_TCB_Suspend(thread_self->tcb);
}

_Noreturn void camkes_stop(const char *why)
{
    camkes_print("%s: %s: stopped: %s\n", camkes_instance.name, thread_self->name, why);
    /* From the caller on: this function's own frame leads there. */
    camkes_backtrace((uintptr_t)__builtin_return_address(0), 0,
                     *(uintptr_t *)__builtin_frame_address(0), thread_self);
    camkes_park();
}

static void connect(const struct camkes_end *end)
{
    if (!end->connector->init)
        return;
    int error = end->connector->init(end);
    if (error)
        camkes_error(CE_SYSCALL_FAILED, end->interface, "the connection could not be set up",
                     error);
}

static void release_interface_threads(void)
{
    __atomic_store_n(&released, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < camkes_instance.thread_count; i++) {
        const struct camkes_thread *thread = &camkes_instance.threads[i];
        if (thread->kind == CAMKES_THREAD_INTERFACE && thread->wake != 0)
            seL4_Signal(thread->wake);
    }
}

static void control_main(void)
{
    c_set_tsc_frequency(camkes_tsc_frequency());
    c_runtime.park = camkes_park;
    camkes_heap_start();
    camkes_locks_start();
    camkes_dma_start();
    c_run_constructors();

    if (pre_init)
        pre_init();
    for (unsigned i = 0; i < camkes_instance.end_count; i++)
        connect(camkes_instance.ends[i]);
    for (unsigned i = 0; i < camkes_instance.end_count; i++)
        if (camkes_instance.ends[i]->init)
            camkes_instance.ends[i]->init();
    if (post_init)
        post_init();
    release_interface_threads();
    if (run)
        (void)run();
    camkes_serve();
}

static void interface_main(const struct camkes_end *end)
{
    while (!__atomic_load_n(&released, __ATOMIC_SEQ_CST))
        c_sleep();
    if (end->run)
        (void)end->run();
    if (end->connector->thread)
        end->connector->thread(end);
}

void c_thread_main(seL4_Word index)
{
    thread_self = &camkes_instance.threads[index];
    c_thread_set_wake(thread_self->wake);
    switch (thread_self->kind) {
    case CAMKES_THREAD_CONTROL:
        control_main();
        break;
    case CAMKES_THREAD_INTERFACE:
        interface_main(thread_self->end);
        break;
    case CAMKES_THREAD_FAULT:
        camkes_fault_main();
    }
    camkes_park();
}
