/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks the guest's own page tables in all modes that guests use: none, 32-bit with and without
 * large pages, PAE, 4-level. Rests on: APM volume 2, chapter 5.
 *
 * A walk is remembered together with the entries it read; a later use compares those entries again,
 * so a hit is as exact as a walk and costs a few instructions.
 */
#pragma once

#include <vmm/guest_memory.h>
#include <sel4/vcpu.h>

/* Kinds of access; also the bits of the page-fault error code. */
#define PAGING_READ     0u
#define PAGING_WRITE    BIT(1)
#define PAGING_USER     BIT(2)
#define PAGING_FETCH    BIT(4)
/* In the error code only. */
#define PAGING_PRESENT  BIT(0)
#define PAGING_RESERVED BIT(3)

#define PAGING_LEVELS     4
#define PAGING_CACHE_SIZE 32

struct paging_format;

struct paging_walk {
    uint64_t page; /* linear address >> 12; all ones = unused */
    uint64_t cr3;
    uint64_t target; /* guest-physical address of the 4 KiB page */
    uint64_t rights; /* of all levels together; PTE_NX if any of them has it */
    unsigned access, levels;
    const void *entry[PAGING_LEVELS];
    uint64_t value[PAGING_LEVELS];
    const struct paging_format *format;
};

struct paging_cache {
    uint64_t unimplemented; /* bits of an entry's address that the processor lacks */
    struct paging_walk walk[PAGING_CACHE_SIZE];
};

/* Of a processor with that many bits of physical addresses. */
void paging_init(struct paging_cache *cache, unsigned physical_bits);
void paging_cache_clear(struct paging_cache *cache);

/* The walk of the last translation of `linear` through the cache, with paging on. */
static inline const struct paging_walk *paging_cached(const struct paging_cache *cache,
                                                      uint64_t linear)
{
    return &cache->walk[(linear >> PAGE_BITS_4K) % PAGING_CACHE_SIZE];
}

/*
 * Translate `linear`. Returns true and *physical, or false and *error with the page-fault error
 * code.
 */
bool paging_translate(const struct guest_memory *memory, struct paging_cache *cache,
                      const struct seL4_VCPURun *run, uint64_t linear, unsigned access,
                      uint64_t *physical, uint32_t *error);
