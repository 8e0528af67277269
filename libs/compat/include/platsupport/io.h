/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How portable drivers reach their device: the names of libplatsupport. camkes_io_ops() of
 * <camkes/io.h> makes them of what the component is connected to.
 */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <utils/util.h>

typedef enum ps_mem_flags { PS_MEM_NORMAL, PS_MEM_HR, PS_MEM_HW } ps_mem_flags_t;

/* Device memory, by its physical address. */
typedef struct ps_io_mapper {
    void *cookie;
    void *(*io_map_fn)(void *cookie, uintptr_t paddr, size_t size, int cached,
                       ps_mem_flags_t flags);
    void (*io_unmap_fn)(void *cookie, void *vaddr, size_t size);
} ps_io_mapper_t;

/* I/O ports; `io_size` is 1, 2 or 4. Functions that return an int return 0 or another number. */
typedef int (*ps_io_port_in_fn_t)(void *cookie, uint32_t port, int io_size, uint32_t *result);
typedef int (*ps_io_port_out_fn_t)(void *cookie, uint32_t port, int io_size, uint32_t value);
typedef struct ps_io_port_ops {
    void *cookie;
    ps_io_port_in_fn_t io_port_in_fn;
    ps_io_port_out_fn_t io_port_out_fn;
} ps_io_port_ops_t;

typedef enum dma_cache_op {
    DMA_CACHE_OP_CLEAN,
    DMA_CACHE_OP_INVALIDATE,
    DMA_CACHE_OP_CLEAN_INVALIDATE
} dma_cache_op_t;

/* Memory for devices. */
typedef struct ps_dma_man {
    void *cookie;
    void *(*dma_alloc_fn)(void *cookie, size_t size, int align, int cached, ps_mem_flags_t flags);
    void (*dma_free_fn)(void *cookie, void *address, size_t size);
    uintptr_t (*dma_pin_fn)(void *cookie, void *address, size_t size); /* physical address, or 0 */
    void (*dma_unpin_fn)(void *cookie, void *address, size_t size);
    void (*dma_cache_op_fn)(void *cookie, void *address, size_t size, dma_cache_op_t op);
} ps_dma_man_t;

typedef struct ps_malloc_ops {
    void *cookie;
    int (*calloc)(void *cookie, size_t count, size_t size, void **result);
    int (*free)(void *cookie, size_t size, void *address);
} ps_malloc_ops_t;

typedef struct ps_io_ops {
    ps_io_mapper_t io_mapper;
    ps_io_port_ops_t io_port_ops;
    ps_dma_man_t dma_manager;
    ps_malloc_ops_t malloc_ops;
} ps_io_ops_t;

static inline void *ps_io_map(const ps_io_mapper_t *ops, uintptr_t paddr, size_t size, int cached,
                              ps_mem_flags_t flags)
{
    return ops->io_map_fn(ops->cookie, paddr, size, cached, flags);
}

static inline void ps_io_unmap(const ps_io_mapper_t *ops, void *vaddr, size_t size)
{
    ops->io_unmap_fn(ops->cookie, vaddr, size);
}

static inline int ps_io_port_in(const ps_io_port_ops_t *ops, uint32_t port, int io_size,
                                uint32_t *result)
{
    return ops->io_port_in_fn(ops->cookie, port, io_size, result);
}

static inline int ps_io_port_out(const ps_io_port_ops_t *ops, uint32_t port, int io_size,
                                 uint32_t value)
{
    return ops->io_port_out_fn(ops->cookie, port, io_size, value);
}

static inline void *ps_dma_alloc(const ps_dma_man_t *ops, size_t size, int align, int cached,
                                 ps_mem_flags_t flags)
{
    return ops->dma_alloc_fn(ops->cookie, size, align, cached, flags);
}

static inline void ps_dma_free(const ps_dma_man_t *ops, void *address, size_t size)
{
    ops->dma_free_fn(ops->cookie, address, size);
}

static inline uintptr_t ps_dma_pin(const ps_dma_man_t *ops, void *address, size_t size)
{
    return ops->dma_pin_fn(ops->cookie, address, size);
}

static inline void ps_dma_unpin(const ps_dma_man_t *ops, void *address, size_t size)
{
    ops->dma_unpin_fn(ops->cookie, address, size);
}

static inline void ps_dma_cache_op(const ps_dma_man_t *ops, void *address, size_t size,
                                   dma_cache_op_t op)
{
    ops->dma_cache_op_fn(ops->cookie, address, size, op);
}

static inline int ps_calloc(const ps_malloc_ops_t *ops, size_t count, size_t size, void **result)
{
    return ops->calloc(ops->cookie, count, size, result);
}

static inline int ps_free(const ps_malloc_ops_t *ops, size_t size, void *address)
{
    return ops->free(ops->cookie, size, address);
}

/* Fields of device registers. */
static inline uint32_t read_masked(volatile uint32_t *reg, uint32_t mask)
{
    return *reg & mask;
}

static inline void write_masked(volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    *reg = (*reg & ~mask) | (value & mask);
}

static inline uint32_t read_bits(volatile uint32_t *reg, unsigned first, unsigned count)
{
    return *reg >> first & (uint32_t)MASK(count);
}

static inline void write_bits(volatile uint32_t *reg, unsigned first, unsigned count,
                              uint32_t value)
{
    write_masked(reg, (uint32_t)MASK(count) << first, value << first);
}
