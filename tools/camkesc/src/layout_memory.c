/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that an instance owns: its heap, and untyped memory from pools (simple_untypedN_pool),
 * from `untyped_mb` (guest memory, in blocks of at least 2 MiB) and from `untyped_reserve_kb`
 * (small kernel objects).
 *
 * Pools are what descriptions of old systems carry, sized for those systems. Where `untyped_mb`
 * says how much is really needed, pool blocks beyond that are optional, and what they lack is
 * added.
 */
#include "layout.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_HEAP   KIB(64)
#define EAGER_HEAP     MIB(1)
#define MAX_HEAP       GIB(64)
#define MAX_DMA        GIB(1)
#define MAX_POOL       4096
#define LARGEST_BLOCK  26 /* added blocks are at most 64 MiB, which fit into any machine's gaps */
#define MAX_UNTYPED_MB (1024 * 1024)
#define MAX_RESERVE_KB (1024 * 1024)

static void add_untyped(struct layout_instance *in, unsigned bits, bool optional,
                        const char *origin)
{
    const char *name = layout_name(in, "untyped.%zu", in->untypeds.count);
    const struct setting *setting = find_setting(in->instance, origin);
    const char *full = setting && setting->source ? setting->source : layout_name(in, "%s", origin);
    unsigned object = layout_object(in->cc, CAPDL_UNTYPED, bits, name, full);
    if (optional)
        in->cc->layout->objects.items[object].flags |= CAPDL_OPTIONAL;
    uint64_t slot = layout_cap(in, object, ALL_RIGHTS, 0);
    vec_push(&in->cc->arena, &in->untypeds,
             (struct layout_untyped){
                 .slot = slot, .size_bits = bits, .optional = optional, .origin = origin});
}

/* `bytes` as blocks that are powers of two, the largest first; rounded up to the smallest. */
static void add_blocks(struct layout_instance *in, uint64_t bytes, unsigned smallest,
                       const char *origin)
{
    for (unsigned bits = LARGEST_BLOCK; bits >= smallest; bits--) {
        uint64_t size = BIT(bits);
        while (bytes >= size || (bits == smallest && bytes > 0)) {
            add_untyped(in, bits, false, origin);
            bytes -= MIN(bytes, size);
        }
    }
}

/* simple_untyped23_pool → 23, or 0 for another name. */
static unsigned pool_bits(const char *name)
{
    static const char prefix[] = "simple_untyped", suffix[] = "_pool";
    if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
        return 0;
    const char *digits = name + sizeof(prefix) - 1;
    char *end;
    unsigned long bits = strtoul(digits, &end, 10);
    if (end == digits || strcmp(end, suffix) != 0 || bits > 47)
        return 0;
    return (unsigned)bits;
}

struct pool {
    unsigned bits;
    uint64_t count;
    const char *name;
};
struct pool_list VEC(struct pool);

static int larger_first(const void *a, const void *b)
{
    const struct pool *x = a, *y = b;
    return (int)y->bits - (int)x->bits;
}

static struct pool_list find_pools(struct layout_instance *in)
{
    struct pool_list pools = {0};
    for (size_t i = 0; i < in->instance->settings.count; i++) {
        const struct setting *setting = &in->instance->settings.items[i];
        unsigned bits = pool_bits(setting->name);
        if (!bits)
            continue;
        if (bits < 4) {
            diag_error(in->cc, setting->location, "the smallest untyped memory is of 4 bits");
            continue;
        }
        uint64_t count = (uint64_t)number_setting(in->cc, setting, 0, 0, MAX_POOL);
        vec_push(&in->cc->arena, &pools, (struct pool){bits, count, setting->name});
    }
    if (pools.count)
        qsort(pools.items, pools.count, sizeof(pools.items[0]), larger_first);
    return pools;
}

/* Adds the pools; returns how many bytes of them are blocks of 2 MiB or more. */
static uint64_t add_pools(struct layout_instance *in, uint64_t needed, bool need_known)
{
    struct pool_list pools = find_pools(in);
    uint64_t large = 0;
    for (size_t i = 0; i < pools.count; i++) {
        const struct pool *pool = &pools.items[i];
        for (uint64_t j = 0; j < pool->count; j++) {
            add_untyped(in, pool->bits, need_known && large >= needed, pool->name);
            if (pool->bits >= PAGE_BITS_2M)
                large += BIT(pool->bits);
        }
    }
    return large;
}

static uint64_t add_heap(struct layout_instance *in)
{
    int64_t limit =
        number_setting(in->cc, known_setting(in, NULL, "heap_size"), DEFAULT_HEAP, 0, MAX_HEAP);
    if (limit == 0)
        limit = DEFAULT_HEAP; /* upstream's way of saying "the default" */
    in->heap_limit = (uint64_t)ROUND_UP(limit, PAGE_SIZE_4K);
    in->heap_mapped = MIN(in->heap_limit, EAGER_HEAP);
    struct frames frames = layout_frames(in->cc, in->heap_mapped, layout_name(in, "heap"),
                                         layout_name(in, "heap_size"));
    layout_map(in, &frames, HEAP_BASE, READ_WRITE);
    return in->heap_limit - in->heap_mapped;
}

/* Memory for devices: the instance holds its frames, so that it can ask where they are. */
static void add_dma(struct layout_instance *in)
{
    const struct setting *setting = known_setting(in, NULL, "dma_pool");
    const struct setting *where = known_setting(in, NULL, "dma_pool_paddr");
    if (!setting || setting->decl)
        return;
    if (where && value_truth(where->value)) {
        diag_error(in->cc, where->location, "%s.dma_pool_paddr: where memory is cannot be chosen",
                   in->instance->name);
        diag_hint(in->cc, "ask camkes_dma_get_paddr() where it is");
    }
    uint64_t size = (uint64_t)number_setting(in->cc, setting, 0, 0, MAX_DMA);
    if (size == 0)
        return;
    struct layout_region region = {.role = "dma", .writable = true, .peer = ""};
    region.frames = layout_frames(in->cc, ROUND_UP(size, PAGE_SIZE_4K), layout_name(in, "dma_pool"),
                                  layout_name(in, "dma_pool"));
    region.vaddr = layout_dataport_address(in, &region.frames);
    layout_map(in, &region.frames, region.vaddr, READ_WRITE);
    for (unsigned i = 0; i < region.frames.count; i++) {
        uint64_t slot = layout_cap(in, region.frames.first + i, READ_WRITE, 0);
        if (i == 0)
            region.first_slot = slot;
    }
    vec_push(&in->cc->arena, &in->dma, region);
}

void layout_memory(struct layout_instance *in)
{
    uint64_t heap_rest = add_heap(in);
    add_dma(in);
    const struct setting *mb = known_setting(in, NULL, "untyped_mb");
    const struct setting *kb = known_setting(in, NULL, "untyped_reserve_kb");
    uint64_t needed = MIB((uint64_t)number_setting(in->cc, mb, 0, 0, MAX_UNTYPED_MB));
    uint64_t reserve = KIB((uint64_t)number_setting(in->cc, kb, 0, 0, MAX_RESERVE_KB));
    uint64_t pools = add_pools(in, needed, mb);
    if (pools < needed)
        add_blocks(in, needed - pools, PAGE_BITS_2M, "untyped_mb");
    add_blocks(in, reserve, PAGE_BITS_4K, "untyped_reserve_kb");
    /* The rest of a large heap comes from the pools, or from memory of its own. */
    if (heap_rest && (pools < needed || pools - needed < heap_rest))
        add_blocks(in, heap_rest + heap_rest / 256 + 4 * PAGE_SIZE_4K, PAGE_BITS_4K, "heap_size");
}

uint64_t layout_broken_up(const struct layout_instance *in)
{
    uint64_t count = 0;
    for (size_t i = 0; i < in->ends.count; i++) {
        const struct layout_end *end = in->ends.items[i];
        for (size_t k = 0; k < end->regions.count; k++)
            if (end->regions.items[k].first_slot)
                count += end->regions.items[k].frames.size / PAGE_SIZE_2M + 2;
    }
    if (count && layout_devices(in))
        count = MIB((uint64_t)number_setting(in->cc, known_setting(in, NULL, "untyped_mb"), 0, 0,
                                             MAX_UNTYPED_MB)) /
                    PAGE_SIZE_2M +
                1;
    return count;
}

/*
 * Where a page is shown to a guest, 2 MiB of its memory move into small pages: into one block more
 * than the guest has, mapped by two tables each, and one more for each device.
 */
void layout_sharing(struct layout_instance *in)
{
    uint64_t count = layout_broken_up(in);
    if (count && known_setting(in, NULL, "untyped_mb"))
        add_blocks(in, PAGE_SIZE_2M + count * (2 + layout_devices(in)) * PAGE_SIZE_4K, PAGE_BITS_4K,
                   "untyped_mb");
}
