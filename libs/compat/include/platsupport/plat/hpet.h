/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver of the HPET's timer 0 (IA-PC HPET Specification 1.0a), by libplatsupport's names. Its
 * registers are a dataport of hardware at 0xfed00000, its interrupt an input of the I/O APIC that
 * hpet_ioapic_irq_delivery_mask() has.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    void *vaddr;         /* of the registers */
    uint32_t irq;        /* the input of the I/O APIC */
    int ioapic_delivery; /* must be set: messages are not served */
} hpet_config_t;

typedef struct hpet {
    void *base_addr;
    uint32_t period_fs; /* of the counter, in femtoseconds */
} hpet_t;

/* Functions that return an int return 0 or another number if they failed. */
int hpet_init(hpet_t *hpet, hpet_config_t config);
/* The counter runs, and what is set interrupts; or not. */
int hpet_start(const hpet_t *hpet);
int hpet_stop(const hpet_t *hpet);
/* Once, at that time; ETIME: it is over already. */
int hpet_set_timeout(const hpet_t *hpet, uint64_t absolute_ns);
uint64_t hpet_get_time(const hpet_t *hpet);

bool hpet_supports_fsb_delivery(void *vaddr);
/* A bit for each input that timer 0 can reach. */
uint32_t hpet_ioapic_irq_delivery_mask(void *vaddr);
/* Whether it is level triggered; hpet_init() makes it edge triggered. */
uint32_t hpet_level(void *vaddr);

#ifdef __cplusplus
}
#endif
