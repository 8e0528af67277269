/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4DMASharedData
 * Memory for devices that several components share. All of them can tell its physical addresses;
 * the one that the connection's `controller` names ("instance.interface") allocates from it.
 */
#include "../camkes_private.h"

#include <errno.h>
#include <string.h>

static int init(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, NULL, 0);
    const struct camkes_param *controller = camkes_end_param(end, "controller");
    const char *dot = controller && controller->string ? strrchr(controller->string, '.') : NULL;
    if (!region || !region->vaddr || !region->frames)
        return -ENOENT;
    bool mine = dot && strcmp(dot + 1, end->interface) == 0 &&
                strlen(camkes_instance.name) == (size_t)(dot - controller->string) &&
                strncmp(controller->string, camkes_instance.name, dot - controller->string) == 0;
    return camkes_dma_add(region, mine);
}

const struct camkes_connector camkes_connector_dma_shared_data = {
    .name = "seL4DMASharedData",
    .init = init,
};
