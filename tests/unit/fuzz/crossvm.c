/* SPDX-License-Identifier: BSD-2-Clause */
/* A hostile guest's hypercalls for dataports and events, and what it may hit upon meanwhile. */
#include "crossvm_world.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!vmm)
        world_set_up();
    input_start(bytes, size);
    while (input_size())
        world_step(input_number);
    world_forget();
    return 0;
}
