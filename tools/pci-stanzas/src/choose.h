/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <pcilist/pcilist.h>

/*
 * The one function that `text` means: "00:1f.2", "8086:10d3", or a part of its class or name in
 * any case; before it, perhaps "NAME=", which becomes the device's name. Returns what is wrong, or
 * NULL.
 */
const char *choose(const struct pci_machine *machine, char *text, struct pci_choice *choice);
