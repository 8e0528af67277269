/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4SharedData, seL4SharedDataWithCaps
 * Memory that both ends map; the loader has done that before the first thread runs. With
 * capabilities, an end also holds the frames (dataport_caps_handle_t) to map them elsewhere.
 */
#include "../camkes_private.h"

#include <errno.h>

static int init(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, NULL, 0);
    return region && (region->vaddr || region->frames) ? 0 : -ENOENT;
}

const struct camkes_connector camkes_connector_shared_data = {
    .name = "seL4SharedData",
    .init = init,
};

const struct camkes_connector camkes_connector_shared_data_with_caps = {
    .name = "seL4SharedDataWithCaps",
    .init = init,
};
