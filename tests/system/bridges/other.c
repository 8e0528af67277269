/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest beside it: says how many PCI functions it has. */
#include "../passthrough/edu.h"

volatile uint32_t bench_interrupts;

void bench_main(void)
{
    unsigned functions = 0;

    for (unsigned i = 0; i < 32; i++)
        functions += pci_read(i, 0) != UINT32_MAX;
    put_string("other: sees ");
    put_number(functions);
    put_string(" functions\r\n");
}
