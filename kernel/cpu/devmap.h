/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uncached kernel mappings of device registers, made at boot and never taken away.
 */
#pragma once

#include "cpu/pte.h"

#include <stdbool.h>
#include <stddef.h>

/* The page table of DEVICE_WINDOW (memory.h), which boot/paging.c puts in its place. */
extern uint64_t devmap_table[TABLE_ENTRIES];

/* Maps the registers at [paddr, paddr + size); panics when the window is full. */
volatile void *devmap(uint64_t paddr, size_t size);

#ifdef KERNEL_ON_HOST
/* Unit tests (tests/unit/kernel) bring registers of their own. */
uint32_t mmio_get32(const volatile void *at);
void mmio_put32(volatile void *at, uint32_t value);
uint64_t mmio_get64(const volatile void *at);
void mmio_put64(volatile void *at, uint64_t value);
#else
static inline uint32_t mmio_get32(const volatile void *at)
{
    return *(const volatile uint32_t *)at;
}

/* All that was written to memory before is there first. */
static inline void mmio_put32(volatile void *at, uint32_t value)
{
    __asm__ volatile("" ::: "memory");
    *(volatile uint32_t *)at = value;
}

static inline uint64_t mmio_get64(const volatile void *at)
{
    return *(const volatile uint64_t *)at;
}

static inline void mmio_put64(volatile void *at, uint64_t value)
{
    __asm__ volatile("" ::: "memory");
    *(volatile uint64_t *)at = value;
}
#endif

/* The physical page number `i` of those mapped, which user programs must not get; false after. */
bool devmap_page(unsigned i, uint64_t *paddr);
