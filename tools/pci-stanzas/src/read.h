/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the numbers come from. */
#pragma once

#include <pcilist/pcilist.h>

/*
 * What `lspci` printed: -v or -vv, with -nn or without, and the bytes of -xxx. A hex dump alone
 * gives all but sizes. Returns what is wrong, or NULL. The text is `size` bytes long.
 */
const char *lspci_read(struct pci_machine *machine, const char *text, size_t size);

/* A folder like /sys/bus/pci/devices. Returns what is wrong with it, or NULL. */
const char *sysfs_read(struct pci_machine *machine, const char *folder);

/* Decides what the number of an interrupt means, once all of its function is known. */
void settle_route(struct pci_function *function, bool certain);
