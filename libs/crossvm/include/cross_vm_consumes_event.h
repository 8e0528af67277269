/* SPDX-License-Identifier: BSD-2-Clause */
/* Events that the guest is told of. */
#pragma once

#include <camkes_consumes_event.h>
#include <camkes_mutex.h>
#include <vmm/vmm.h>
#include <vspace/vspace.h>

/*
 * The list stays in use. The guest's own thread alone writes what the guest reads, so `mutex` is
 * not taken, and a guest that is never done with an event holds nobody up; `vspace` and `irq_badge`
 * are not needed either. Returns 0, or -1 after a message.
 */
int cross_vm_consumes_events_init_common(vmm_t *vmm, vspace_t *vspace, camkes_mutex_t *mutex,
                                         camkes_consumes_event_t *events, int count,
                                         seL4_Word irq_badge);

/* The guest's interrupt. */
int cross_vm_consumes_event_irq_num(void);
