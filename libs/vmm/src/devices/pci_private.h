/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of configuration space, for pci.c and pci_bars.c. */
#pragma once

#include <vmm/pci.h>

#include <string.h>

#define OFFSET_COMMAND        0x04
#define OFFSET_STATUS         0x06
#define OFFSET_HEADER_TYPE    0x0e
#define OFFSET_BAR            0x10
#define OFFSET_BARS_END       (OFFSET_BAR + 4 * PCI_BARS)
#define OFFSET_INTERRUPT_LINE 0x3c
#define OFFSET_INTERRUPT_PIN  0x3d

#define HEADER_MULTIFUNCTION 0x80

#define COMMAND_PORTS        BIT(0)
#define COMMAND_MEMORY       BIT(1)
#define COMMAND_INTX_DISABLE BIT(10)
#define STATUS_INTX          BIT(3)

static inline unsigned pci_command(const struct pci_function *function)
{
    return function->config[OFFSET_COMMAND] | function->config[OFFSET_COMMAND + 1] << 8;
}
