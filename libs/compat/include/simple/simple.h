/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an instance with the attribute `simple` holds: libsel4simple's names over its
 * tables. camkes_make_simple() makes one.
 */
#pragma once

#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <utils/util.h>
#include <vka/cspacepath_t.h>

#ifdef __cplusplus
extern "C" {
#endif

struct camkes_instance;

typedef struct simple_t {
    const struct camkes_instance *instance;
} simple_t;

seL4_CPtr simple_get_cnode(simple_t *simple);
seL4_CPtr simple_get_tcb(simple_t *simple); /* of the control thread */
seL4_CPtr simple_get_pd(simple_t *simple);
int simple_get_cnode_size_bits(simple_t *simple);
int simple_get_untyped_count(simple_t *simple);
/* 0: there is no such one. Each of the three may be NULL. */
seL4_CPtr simple_get_nth_untyped(simple_t *simple, int n, size_t *size_bits, uintptr_t *paddr,
                                 bool *device);
int simple_get_core_count(simple_t *simple);
/* The time stamp counter's MHz. */
seL4_Word simple_get_arch_info(simple_t *simple);
/* -1: there is no such chunk. What is copied begins with its header. */
ssize_t simple_get_extended_bootinfo_length(simple_t *simple, seL4_Word type);
ssize_t simple_get_extended_bootinfo(simple_t *simple, seL4_Word type, void *dest, ssize_t max);
/* Of the ports that the attribute `ioports` grants; 0: they are not among them. */
seL4_CPtr simple_get_IOPort_cap(simple_t *simple, uint16_t first, uint16_t last);
void simple_print(simple_t *simple);

/* What the description grants is there from the start; nothing is made of a root of authority. */
seL4_Error simple_get_IRQ_handler(simple_t *simple, int irq, cspacepath_t path)
    ERROR("a component has the interrupts that seL4HardwareInterrupt connects it to");
seL4_Error simple_get_frame_cap(simple_t *simple, void *paddr, int size_bits, cspacepath_t *path)
    ERROR("a component has the device memory that seL4HardwareMMIO connects it to");

#ifdef __cplusplus
}
#endif
