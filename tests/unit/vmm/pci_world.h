/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest with connectors on its PCI bus (vmm/connector.h): the machine around it, and a model of
 * what is mapped in its window for PCI memory, which checks each mapping.
 */
#pragma once

#include "world_machine.h"

#include <vmm/boot.h>
#include <vmm/connector.h>

#define LOW_BYTES  MIB(2)
#define HIGH_BYTES MIB(2)
#define WINDOW     BOOT_LOW_RAM_MAX
#define PAGES      ((BOOT_PCI_WINDOW_END - WINDOW) / PAGE_SIZE_4K)
#define CONNECTORS 4 /* in the tests at random */

#define COMMAND     0x04
#define BAR(n)      (0x10 + 4 * (n))
#define LINE        0x3c
#define MEMORY      0x0002u
#define NO_INTX     0x0400u
#define STATUS_INTX (8u << 16)

extern const void *owner[PAGES]; /* of what is mapped in the window */
extern unsigned shown, show_error;
extern int frames[PCI_SLOTS];
extern struct connector connector[PCI_SLOTS];

extern const struct crossvm_memory memory_ops;

void world_set_up(void);
void world_tear_down(void);

uint32_t config_read(unsigned slot, unsigned offset);
void config_write(unsigned slot, unsigned offset, uint32_t value);
/* In slots 1, 2, …, of 1, 2, 3, … pages. */
void add_connectors(unsigned count);

/*
 * A step of a hostile guest with CONNECTORS of them, of its machine, or of a component: what it is,
 * say the numbers, of so many bytes each.
 */
void world_step(uint64_t (*number)(unsigned bytes));
/* Undoes all steps, and checks that nothing is left of them. */
void world_forget(void);
