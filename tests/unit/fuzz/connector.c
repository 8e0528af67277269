/* SPDX-License-Identifier: BSD-2-Clause */
/* A hostile guest's accesses to the configuration space and the registers of connectors. */
#include "input.h"
#include "pci_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!vmm) {
        world_set_up();
        add_connectors(CONNECTORS);
    }
    input_start(bytes, size);
    while (input_size())
        world_step(input_number);
    world_forget();
    return 0;
}
