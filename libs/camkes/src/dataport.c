/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dataports: pointers that another instance can use, sizes, frames. A wrapped pointer names the
 * connection by a hash of its name, which is the same in every instance, and gives an offset; both
 * come from a peer, so unwrapping checks them.
 */
#include "camkes_private.h"

#include <stdlib.h>

/* FNV-1a; 0 is kept for "no dataport". */
static uint32_t connection_id(const struct camkes_end *end)
{
    uint32_t hash = 2166136261u;
    for (const char *c = end->connection; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    return hash != 0 ? hash : 1;
}

static const struct camkes_region *mapped_region(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, NULL, 0);
    return end->kind == CAMKES_DATAPORT && region && region->vaddr ? region : NULL;
}

dataport_ptr_t camkes_dataport_wrap_ptr(const struct camkes_end *end, void *ptr)
{
    const struct camkes_region *region = mapped_region(end);
    if (!region || (uintptr_t)ptr < (uintptr_t)region->vaddr ||
        (uintptr_t)ptr - (uintptr_t)region->vaddr >= region->size)
        return (dataport_ptr_t){0};
    return (dataport_ptr_t){.id = connection_id(end),
                            .offset = (uintptr_t)ptr - (uintptr_t)region->vaddr};
}

void *camkes_dataport_unwrap_ptr(const struct camkes_end *end, dataport_ptr_t ptr)
{
    const struct camkes_region *region = mapped_region(end);
    if (!region || ptr.id != connection_id(end) || ptr.offset >= region->size)
        return NULL;
    return (char *)region->vaddr + ptr.offset;
}

dataport_ptr_t dataport_wrap_ptr(void *ptr)
{
    dataport_ptr_t wrapped = {0};
    for (unsigned i = 0; i < camkes_instance.end_count && wrapped.id == 0; i++)
        wrapped = camkes_dataport_wrap_ptr(camkes_instance.ends[i], ptr);
    return wrapped;
}

void *dataport_unwrap_ptr(dataport_ptr_t ptr)
{
    void *unwrapped = NULL;
    for (unsigned i = 0; i < camkes_instance.end_count && !unwrapped; i++)
        unwrapped = camkes_dataport_unwrap_ptr(camkes_instance.ends[i], ptr);
    return unwrapped;
}

size_t camkes_dataport_size(const struct camkes_end *end)
{
    const struct camkes_region *region = camkes_end_region(end, NULL, 0);
    return region ? region->size : 0;
}

size_t dataport_get_size(dataport_caps_handle_t *handle)
{
    return camkes_dataport_size(handle->end);
}

unsigned dataport_get_num_frame_caps(dataport_caps_handle_t *handle)
{
    const struct camkes_region *region = camkes_end_region(handle->end, NULL, 0);
    return region && region->frames ? (unsigned)region->frame_count : 0;
}

unsigned dataport_get_frame_size_bits(dataport_caps_handle_t *handle)
{
    const struct camkes_region *region = camkes_end_region(handle->end, NULL, 0);
    return region ? region->frame_bits : 0;
}

seL4_CPtr dataport_get_nth_frame_cap(dataport_caps_handle_t *handle, unsigned n)
{
    const struct camkes_region *region = camkes_end_region(handle->end, NULL, 0);
    return n < dataport_get_num_frame_caps(handle) ? region->frames[n] : 0;
}

seL4_CPtr *dataport_get_frame_caps(dataport_caps_handle_t *handle)
{
    unsigned count = dataport_get_num_frame_caps(handle);
    seL4_CPtr *caps = count ? malloc(count * sizeof(*caps)) : NULL;
    for (unsigned i = 0; caps && i < count; i++)
        caps[i] = dataport_get_nth_frame_cap(handle, i);
    return caps;
}

void dataport_free_frame_caps(dataport_caps_handle_t *handle, seL4_CPtr *caps)
{
    (void)handle;
    free(caps);
}

unsigned dataport_get_id(dataport_caps_handle_t *handle)
{
    const struct camkes_param *id = camkes_end_param(handle->end, "id");
    return id && !id->string ? (unsigned)id->number : 0;
}

seL4_CapRights_t dataport_get_rights(dataport_caps_handle_t *handle)
{
    const struct camkes_region *region = camkes_end_region(handle->end, NULL, 0);
    return region && region->writable ? seL4_ReadWrite : seL4_CanRead;
}
