/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory is found by its physical address among the dataports of hardware that the instance
 * is connected to, a port among the connected and the granted ones.
 */
#include <camkes/dma.h>
#include <camkes/io.h>
#include <camkes/runtime.h>
#include <errno.h>
#include <stdlib.h>

static void *map(void *cookie, uintptr_t paddr, size_t size, int cached, ps_mem_flags_t flags)
{
    (void)cookie;
    (void)cached;
    (void)flags;
    for (unsigned i = 0; i < camkes_instance.end_count; i++) {
        const struct camkes_end *end = camkes_instance.ends[i];
        for (unsigned j = 0; j < end->region_count; j++) {
            const struct camkes_region *region = &end->regions[j];
            uintptr_t offset = paddr - region->paddr;
            if (region->paddr && region->vaddr && offset <= region->size &&
                size <= region->size - offset)
                return (char *)region->vaddr + offset;
        }
    }
    return NULL;
}

static void unmap(void *cookie, void *vaddr, size_t size)
{
    (void)cookie;
    (void)vaddr;
    (void)size;
}

int camkes_io_mapper(ps_io_mapper_t *mapper)
{
    *mapper = (ps_io_mapper_t){.io_map_fn = map, .io_unmap_fn = unmap};
    return 0;
}

/* <hw>.<if>_attributes = "0x60:0x64": both are included. */
static bool has_port(const struct camkes_end *end, uint32_t port)
{
    const struct camkes_param *param = camkes_end_param(end, "attributes");
    char *colon;
    if (!param || !param->string || !camkes_end_cap(end, "ports", 0))
        return false;
    unsigned long first = strtoul(param->string, &colon, 0);
    return *colon == ':' && first <= port && port <= strtoul(colon + 1, NULL, 0);
}

/* The capability that has the port, or 0. */
static seL4_CPtr port_cap(uint32_t port)
{
    for (unsigned i = 0; i < camkes_instance.end_count; i++)
        if (has_port(camkes_instance.ends[i], port))
            return camkes_end_cap(camkes_instance.ends[i], "ports", 0)->cptr;
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *resource = &camkes_instance.resources[i];
        if (resource->kind == CAMKES_RESOURCE_IOPORTS && resource->first <= port &&
            port <= resource->last)
            return resource->cptr;
    }
    return 0;
}

static int port_in(void *cookie, uint32_t port, int io_size, uint32_t *result)
{
    (void)cookie;
    seL4_CPtr cap = port_cap(port);
    if (!cap)
        return -ENODEV;
    if (io_size == 1) {
        seL4_X86_IOPort_In8_t in = seL4_X86_IOPort_In8(cap, port);
        *result = in.result;
        return in.error;
    }
    if (io_size == 2) {
        seL4_X86_IOPort_In16_t in = seL4_X86_IOPort_In16(cap, port);
        *result = in.result;
        return in.error;
    }
    if (io_size != 4)
        return -EINVAL;
    seL4_X86_IOPort_In32_t in = seL4_X86_IOPort_In32(cap, port);
    *result = in.result;
    return in.error;
}

static int port_out(void *cookie, uint32_t port, int io_size, uint32_t value)
{
    (void)cookie;
    seL4_CPtr cap = port_cap(port);
    if (!cap)
        return -ENODEV;
    return io_size == 1   ? (int)seL4_X86_IOPort_Out8(cap, port, value)
           : io_size == 2 ? (int)seL4_X86_IOPort_Out16(cap, port, value)
           : io_size == 4 ? (int)seL4_X86_IOPort_Out32(cap, port, value)
                          : -EINVAL;
}

int camkes_io_port_ops(ps_io_port_ops_t *ops)
{
    *ops = (ps_io_port_ops_t){.io_port_in_fn = port_in, .io_port_out_fn = port_out};
    return 0;
}

static void *dma_alloc(void *cookie, size_t size, int align, int cached, ps_mem_flags_t flags)
{
    (void)cookie;
    (void)flags;
    return camkes_dma_alloc(size, align, cached);
}

static void dma_free(void *cookie, void *address, size_t size)
{
    (void)cookie;
    camkes_dma_free(address, size);
}

static uintptr_t dma_pin(void *cookie, void *address, size_t size)
{
    (void)cookie;
    (void)size;
    return camkes_dma_get_paddr(address);
}

/* On x86 devices see what the caches hold. */
static void dma_cache_op(void *cookie, void *address, size_t size, dma_cache_op_t op)
{
    (void)op;
    unmap(cookie, address, size);
}

int camkes_dma_manager(ps_dma_man_t *manager)
{
    *manager = (ps_dma_man_t){.dma_alloc_fn = dma_alloc,
                              .dma_free_fn = dma_free,
                              .dma_pin_fn = dma_pin,
                              .dma_unpin_fn = unmap,
                              .dma_cache_op_fn = dma_cache_op};
    return 0;
}

static int heap_calloc(void *cookie, size_t count, size_t size, void **result)
{
    (void)cookie;
    *result = calloc(count, size);
    return *result ? 0 : -ENOMEM;
}

static int heap_free(void *cookie, size_t size, void *address)
{
    (void)cookie;
    (void)size;
    free(address);
    return 0;
}

int camkes_io_ops(ps_io_ops_t *ops)
{
    (void)camkes_io_mapper(&ops->io_mapper);
    (void)camkes_io_port_ops(&ops->io_port_ops);
    (void)camkes_dma_manager(&ops->dma_manager);
    ops->malloc_ops = (ps_malloc_ops_t){.calloc = heap_calloc, .free = heap_free};
    return 0;
}
