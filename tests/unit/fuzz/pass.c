/* SPDX-License-Identifier: BSD-2-Clause */
/* A hostile guest, and functions of the real machine that are no better. */
#include "input.h"
#include "pass_world.h"

static bool more(void)
{
    return input_size() > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    input_start(bytes, size);
    world_live(input_number, more);
    return 0;
}
