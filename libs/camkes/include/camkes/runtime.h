/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component may use apart from its own interfaces; every generated camkes.h includes it.
 *
 * The control thread starts an instance in this order: pre_init(), the connectors, each interface's
 * <if>__init(), post_init(); then the interface threads begin to serve and the control thread
 * enters run().
 */
#pragma once

#include <camkes/dataport.h>
#include <camkes/error.h>
#include <camkes/rpc.h>
#include <camkes/stubs.h>
#include <camkes/tables.h>

/* The component's own functions; all but run() of a control component are optional. */
int run(void) __attribute__((weak));
void pre_init(void) __attribute__((weak));
void post_init(void) __attribute__((weak));

static inline const char *camkes_instance_name(void)
{
    return camkes_instance.name;
}

/* The calling thread's entry in the instance's table. */
const struct camkes_thread *camkes_self(void);

/* Where stdout and stderr go; NULL: to the kernel's debug console, as at the start. */
void set_putchar(void (*putchar)(int c));
void set_console_write(void (*write)(const char *bytes, size_t size));

/*
 * The allocator of kernel objects over this instance's untypeds and free slots (alloc/alloc.h).
 * NULL with errno set if the instance holds no CSpace capability (attribute `simple`).
 */
struct alloc;
struct alloc *camkes_alloc(void);

/*
 * The first bootinfo chunk with this id (SEL4_BOOTINFO_HEADER_…) that simple_extra_bootinfo asked
 * for: a pointer to its header, or NULL; `*size` counts the header too.
 */
const void *camkes_bootinfo_extra(seL4_Word id, size_t *size);

/* The TSC's cycles a second; 0: unknown (simple_extra_bootinfo has no X86_TSC_FREQ). */
uint64_t camkes_tsc_frequency(void);

/*
 * Serves the interfaces that have no thread of their own (seL4RPCNoThreads), and calls the handlers
 * below, for ever; returns where there is no such interface. Happens by itself after run().
 */
void camkes_serve(void);
/*
 * What to call there when the global notification arrives with all bits of `badge`
 * (<if>_notification_badge()). 0, or -ENOSPC: too many.
 */
int single_threaded_component_register_handler(seL4_Word badge, const char *name,
                                               void (*function)(seL4_Word badge, void *cookie),
                                               void *cookie);

/* Never returns: stops the calling thread with a report of where it was. */
void camkes_stop(const char *why) __attribute__((noreturn));
