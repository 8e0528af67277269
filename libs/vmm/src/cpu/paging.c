/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest page-table walks (paging.h).
 */
#include <vmm/paging.h>
#include <vmm/x86.h>

#define PTE_ADDRESS 0x000ffffffffff000ull

/* One way of paging: how many levels, how wide an entry, how many index bits. */
struct paging_format {
    unsigned levels, index_bits;
    bool wide;
    uint64_t root; /* the bits of CR3 that are the root table's address */
};

static const struct paging_format format_legacy = {2, 10, false, 0xfffff000};
static const struct paging_format format_pae = {3, 9, true, 0xffffffe0};
static const struct paging_format format_long = {4, 9, true, PTE_ADDRESS};

void paging_init(struct paging_cache *cache, unsigned physical_bits)
{
    cache->unimplemented = PTE_ADDRESS & ~MASK(physical_bits);
    paging_cache_clear(cache);
}

void paging_cache_clear(struct paging_cache *cache)
{
    for (unsigned i = 0; i < PAGING_CACHE_SIZE; i++)
        cache->walk[i].page = UINT64_MAX;
}

static uint64_t load_entry(const void *entry, bool wide)
{
    return wide ? *(const volatile uint64_t *)entry : *(const volatile uint32_t *)entry;
}

static bool still_valid(const struct paging_walk *walk)
{
    for (unsigned i = 0; i < walk->levels; i++)
        if (load_entry(walk->entry[i], walk->format->wide) != walk->value[i])
            return false;
    return true;
}

static void set_bits(void *entry, uint64_t bits)
{
    /* Accessed and dirty are in the low byte, so the width of the entry does not matter. */
    __atomic_fetch_or((uint8_t *)entry, (uint8_t)bits, __ATOMIC_RELAXED);
}

static bool rights_allow(uint64_t rights, unsigned access, const struct seL4_VCPURun *run)
{
    if (access & PAGING_FETCH) {
        if ((rights & PTE_NX) && (run->efer & EFER_NXE))
            return false;
        /* SMEP: the supervisor runs no code of the user's (APM 5.6.6). */
        if (!(access & PAGING_USER) && (rights & PTE_USER) && (run->cr4 & CR4_SMEP))
            return false;
    }
    /* SMAP: the supervisor keeps away from what is the user's, unless it says so (APM 5.6.7). */
    if (!(access & (PAGING_USER | PAGING_FETCH)) && (rights & PTE_USER) && (run->cr4 & CR4_SMAP) &&
        !(run->rflags & RFLAGS_AC))
        return false;
    if ((access & PAGING_USER) && !(rights & PTE_USER))
        return false;
    if ((access & PAGING_WRITE) && !(rights & PTE_WRITE) &&
        ((access & PAGING_USER) || (run->cr0 & CR0_WP)))
        return false;
    return true;
}

static bool is_large(unsigned level, unsigned levels, uint64_t entry, uint64_t cr4)
{
    if (level == 0 || !(entry & PTE_LARGE))
        return false;
    if (levels == 2)
        return cr4 & CR4_PSE;
    return level == 1 || (level == 2 && levels == 4);
}

/* Bits that must be zero in a present entry: APM volume 2, 5.3 and 5.4. */
static uint64_t must_be_zero(const struct paging_cache *cache, const struct paging_format *format,
                             const struct seL4_VCPURun *run, unsigned level, bool large)
{
    uint64_t bits = cache->unimplemented;

    if (!format->wide)
        return large ? BIT(21) : 0;
    if (format->levels == 3)
        bits |= MASK(63) & ~MASK(52);
    if (!(run->efer & EFER_NXE))
        bits |= PTE_NX;
    if (large)
        bits |= MASK(PAGE_BITS_4K + level * format->index_bits) & ~MASK(13);
    else if (level == 3)
        bits |= PTE_LARGE;
    return bits;
}

/* The error code tells fetches apart only where something may forbid them alone (APM 8.4.2). */
static uint32_t error_code(const struct paging_format *format, const struct seL4_VCPURun *run,
                           unsigned access)
{
    bool told = (run->cr4 & CR4_SMEP) || (format->wide && (run->efer & EFER_NXE));

    return told ? access : access & ~(unsigned)PAGING_FETCH;
}

/* Walk and fill in `walk`; the caller has set page, cr3 and access. */
static bool walk_tables(const struct guest_memory *memory, const struct paging_cache *cache,
                        const struct paging_format *format, const struct seL4_VCPURun *run,
                        uint64_t linear, struct paging_walk *walk, uint32_t *error)
{
    uint64_t table = run->cr3 & format->root;
    unsigned width = format->wide ? 8 : 4, access = walk->access;
    uint64_t rights = PTE_USER | PTE_WRITE, entry = 0;
    unsigned level = format->levels, shift;
    bool root, large;
    void *slot;

    *error = error_code(format, run, access);
    walk->levels = 0;
    walk->format = format;
    for (;;) {
        level--;
        shift = PAGE_BITS_4K + level * format->index_bits;
        slot = guest_pointer(memory, table + (linear >> shift & MASK(format->index_bits)) * width,
                             width);
        entry = slot ? load_entry(slot, format->wide) : 0;
        if (!(entry & PTE_PRESENT))
            return false;
        /* The four PAE root entries hold no rights and no accessed bit. */
        root = format->levels == 3 && level == 2;
        large = is_large(level, format->levels, entry, run->cr4);
        if (!root && (entry & must_be_zero(cache, format, run, level, large))) {
            *error |= PAGING_PRESENT | PAGING_RESERVED;
            return false;
        }
        if (!root)
            rights = (rights & entry & ~PTE_NX) | ((rights | entry) & PTE_NX);
        walk->entry[walk->levels] = slot;
        walk->value[walk->levels++] = entry;
        if (level == 0 || large)
            break;
        if (!(entry & PTE_ACCESSED) && !root) {
            set_bits(slot, PTE_ACCESSED);
            walk->value[walk->levels - 1] |= PTE_ACCESSED;
        }
        table = entry & PTE_ADDRESS;
    }
    walk->rights = rights;
    if (!rights_allow(rights, access, run)) {
        *error |= PAGING_PRESENT;
        return false;
    }
    set_bits(slot, PTE_ACCESSED | (access & PAGING_WRITE ? PTE_DIRTY : 0));
    walk->value[walk->levels - 1] = load_entry(slot, format->wide);
    walk->target = entry & PTE_ADDRESS & ~MASK(shift);
    if (level == 1 && format->levels == 2)
        walk->target = (entry & 0xffc00000) | (entry >> 13 & 0xff) << 32; /* PSE-36 */
    walk->target |= linear & MASK(shift) & ~MASK(PAGE_BITS_4K);
    return true;
}

bool paging_translate(const struct guest_memory *memory, struct paging_cache *cache,
                      const struct seL4_VCPURun *run, uint64_t linear, unsigned access,
                      uint64_t *physical, uint32_t *error)
{
    const struct paging_format *format;
    struct paging_walk *walk = &cache->walk[(linear >> PAGE_BITS_4K) % PAGING_CACHE_SIZE];

    if (!(run->cr0 & CR0_PG)) {
        *physical = (uint32_t)linear;
        return true;
    }
    format = run->efer & EFER_LMA ? &format_long
             : run->cr4 & CR4_PAE ? &format_pae
                                  : &format_legacy;
    if (walk->page == linear >> PAGE_BITS_4K && walk->cr3 == run->cr3 && walk->access == access &&
        walk->format == format && still_valid(walk) && rights_allow(walk->rights, access, run)) {
        *physical = walk->target | (linear & MASK(PAGE_BITS_4K));
        return true;
    }
    walk->page = linear >> PAGE_BITS_4K;
    walk->cr3 = run->cr3;
    walk->access = access;
    if (!walk_tables(memory, cache, format, run, linear, walk, error)) {
        walk->page = UINT64_MAX;
        return false;
    }
    *physical = walk->target | (linear & MASK(PAGE_BITS_4K));
    return true;
}
