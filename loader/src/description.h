/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability description, checked once: after description_open() every index, offset and size
 * in its tables is in range, so the rest of the loader follows them without looking again.
 */
#pragma once

#include <capdl.h>
#include <stddef.h>

struct description {
    const char *strings;
    const struct capdl_object *objects;
    const struct capdl_cap *caps;
    const struct capdl_map *maps;
    const struct capdl_thread *threads;
    const struct capdl_instance *instances;
    const struct capdl_fill *fills;
    const struct capdl_signal *signals;
    uint32_t object_count, cap_count, map_count, thread_count, instance_count, fill_count;
    uint32_t signal_count;
    uint64_t string_bytes;
};

/* `data` must be 8-byte aligned. 0, or -1 with loader_message set. */
int description_open(struct description *d, const void *data, size_t size);

static inline const char *description_string(const struct description *d, uint32_t offset)
{
    return d->strings + offset;
}

/* The object's name, for messages. */
static inline const char *description_name(const struct description *d, uint32_t object)
{
    return d->strings + d->objects[object].name;
}
