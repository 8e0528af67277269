/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4HardwareMMIO
 * Device registers as a dataport: mapped uncached (unless <if>_hardware_cached) by the loader.
 */
#include "../camkes_private.h"

#include <errno.h>

static int init(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, NULL, 0);
    return region && region->vaddr ? 0 : -ENOENT;
}

const struct camkes_connector camkes_connector_hardware_mmio = {
    .name = "seL4HardwareMMIO",
    .init = init,
};
