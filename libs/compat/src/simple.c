/* SPDX-License-Identifier: BSD-2-Clause */
#include <camkes/allocator.h>
#include <camkes/runtime.h>
#include <stdio.h>
#include <string.h>

void camkes_make_simple(simple_t *simple)
{
    simple->instance = &camkes_instance;
}

seL4_CPtr simple_get_cnode(simple_t *simple)
{
    return simple->instance->cnode;
}

seL4_CPtr simple_get_tcb(simple_t *simple)
{
    return simple->instance->threads[0].tcb;
}

seL4_CPtr simple_get_pd(simple_t *simple)
{
    return simple->instance->vspace;
}

int simple_get_cnode_size_bits(simple_t *simple)
{
    return simple->instance->cnode_bits;
}

int simple_get_untyped_count(simple_t *simple)
{
    return (int)simple->instance->untyped_count;
}

seL4_CPtr simple_get_nth_untyped(simple_t *simple, int n, size_t *size_bits, uintptr_t *paddr,
                                 bool *device)
{
    if (n < 0 || (unsigned)n >= simple->instance->untyped_count)
        return 0;
    const struct camkes_untyped *untyped = &simple->instance->untypeds[n];
    if (size_bits)
        *size_bits = untyped->size_bits;
    if (paddr)
        *paddr = untyped->paddr;
    if (device)
        *device = untyped->device;
    return untyped->cptr;
}

int simple_get_core_count(simple_t *simple)
{
    (void)simple;
    return CONFIG_MAX_NUM_NODES;
}

seL4_Word simple_get_arch_info(simple_t *simple)
{
    (void)simple;
    return camkes_tsc_frequency() / 1000000;
}

ssize_t simple_get_extended_bootinfo_length(simple_t *simple, seL4_Word type)
{
    size_t size;
    (void)simple;
    return camkes_bootinfo_extra(type, &size) ? (ssize_t)size : -1;
}

ssize_t simple_get_extended_bootinfo(simple_t *simple, seL4_Word type, void *dest, ssize_t max)
{
    size_t size;
    (void)simple;
    const void *chunk = camkes_bootinfo_extra(type, &size);
    if (!chunk || max < 0)
        return -1;
    size = MIN(size, (size_t)max);
    memcpy(dest, chunk, size);
    return (ssize_t)size;
}

seL4_CPtr simple_get_IOPort_cap(simple_t *simple, uint16_t first, uint16_t last)
{
    for (unsigned i = 0; i < simple->instance->resource_count; i++) {
        const struct camkes_resource *resource = &simple->instance->resources[i];
        if (resource->kind == CAMKES_RESOURCE_IOPORTS && resource->first <= first &&
            last <= resource->last)
            return resource->cptr;
    }
    return 0;
}

void simple_print(simple_t *simple)
{
    printf("%s: CNode of 2^%d slots, %d untypeds\n", simple->instance->name,
           simple_get_cnode_size_bits(simple), simple_get_untyped_count(simple));
}
