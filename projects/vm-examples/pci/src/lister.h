/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of this component share. */
#pragma once

#include <pcilist/pcilist.h>

/* From now on what is printed goes to the serial line. */
void console_init(void);

/*
 * Finds all functions of the machine. Sizes are asked of those that a guest may have; they do not
 * answer at their addresses meanwhile. `piix_pirq`: see pcilist_route().
 */
void scan(struct pci_machine *machine, uint8_t piix_pirq[4]);
