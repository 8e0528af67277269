/* SPDX-License-Identifier: BSD-2-Clause */
#include "layout.h"

#include <string.h>

#define MAX_OBJECTS    1000000u
#define SPARE_SLOTS    1024
#define DEVICE_TABLES  64
#define MIN_CNODE_BITS 4
#define MAX_CNODE_BITS 26
/* Numbers in the kernel's first ASID pool, but 0 and the root task's. */
#define MAX_INSTANCES  510u

unsigned layout_object(struct compiler *cc, enum capdl_type type, unsigned size_bits,
                       const char *name, const char *origin)
{
    if (cc->layout->objects.count == MAX_OBJECTS)
        diag_error(cc, NOWHERE, "this system needs more than %u kernel objects", MAX_OBJECTS);
    if (cc->layout->objects.count >= MAX_OBJECTS)
        return MAX_OBJECTS - 1;
    vec_push(&cc->arena, &cc->layout->objects,
             (struct object){.type = type, .size_bits = size_bits, .name = name, .origin = origin});
    return (unsigned)cc->layout->objects.count - 1;
}

uint64_t layout_cap(struct layout_instance *in, unsigned object, unsigned rights, uint64_t badge)
{
    uint64_t slot = in->next_slot++;
    vec_push(
        &in->cc->arena, &in->cc->layout->caps,
        (struct held_cap){
            .cnode = in->cnode, .object = object, .slot = slot, .badge = badge, .rights = rights});
    return slot;
}

struct frames layout_frames(struct compiler *cc, uint64_t size, const char *name,
                            const char *origin)
{
    unsigned bits = size >= PAGE_SIZE_2M && size % PAGE_SIZE_2M == 0 ? PAGE_BITS_2M : PAGE_BITS_4K;
    uint64_t count = ROUND_UP(size, BIT(bits)) >> bits;
    struct frames frames = {.first = (unsigned)cc->layout->objects.count,
                            .count = (unsigned)count,
                            .bits = bits,
                            .size = size,
                            .cached = true};
    for (uint64_t i = 0; i < count && cc->layout->objects.count <= MAX_OBJECTS; i++)
        layout_object(cc, CAPDL_FRAME, bits,
                      count > 1 ? arena_printf(&cc->arena, "%s.%llu", name, (unsigned long long)i)
                                : name,
                      origin);
    return frames;
}

void layout_map(struct layout_instance *in, const struct frames *frames, uint64_t vaddr,
                unsigned rights)
{
    for (unsigned i = 0; i < frames->count; i++)
        vec_push(&in->cc->arena, &in->cc->layout->maps,
                 (struct mapping){.vspace = in->vspace,
                                  .frame = frames->first + i,
                                  .vaddr = vaddr + ((uint64_t)i << frames->bits),
                                  .rights = rights,
                                  .attributes = frames->cached ? 0 : CAPDL_UNCACHED});
}

uint64_t layout_dataport_address(struct layout_instance *in, const struct frames *frames)
{
    uint64_t unit = BIT(frames->bits);
    uint64_t vaddr = ROUND_UP(in->dataport_cursor, unit);
    /* An unmapped page after each catches overruns. */
    in->dataport_cursor = vaddr + ((uint64_t)frames->count << frames->bits) + PAGE_SIZE_4K;
    return vaddr;
}

struct layout_end *layout_find_end(const struct end *end)
{
    struct layout_instance *in = end->interface->instance->layout;
    for (size_t i = 0; in && i < in->ends.count; i++)
        if (in->ends.items[i]->end == end)
            return in->ends.items[i];
    return NULL;
}

const struct setting *known_setting(const struct layout_instance *in, const char *prefix,
                                    const char *name)
{
    const struct setting *setting = find_setting(
        in->instance, prefix ? arena_printf(&in->cc->arena, "%s_%s", prefix, name) : name);
    /* What is "_priority" today was "_control_priority" once. */
    if (!setting && prefix && !*prefix)
        setting = find_setting(in->instance, arena_printf(&in->cc->arena, "_control_%s", name));
    return setting;
}

const char *layout_name(const struct layout_instance *in, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *name = arena_vprintf(&in->cc->arena, format, arguments);
    va_end(arguments);
    return arena_printf(&in->cc->arena, "%s.%s", in->instance->name, name);
}

static void add_instance(struct compiler *cc, struct instance *instance)
{
    struct layout_instance *in = arena_alloc(&cc->arena, sizeof(*in));
    instance->layout = in;
    in->cc = cc;
    in->instance = instance;
    in->index = (unsigned)cc->layout->instances.count;
    in->next_slot = 1;
    in->dataport_cursor = DATAPORT_BASE;
    in->stack_cursor = STACK_BASE;
    in->ipc_cursor = IPC_BUFFER_BASE;
    in->cnode = layout_object(cc, CAPDL_CNODE, 0, layout_name(in, "cnode"), instance->name);
    in->vspace =
        layout_object(cc, CAPDL_VSPACE, PAGE_BITS_4K, layout_name(in, "vspace"), instance->name);
    vec_push(&cc->arena, &cc->layout->instances, in);
    for (size_t i = 0; i < instance->interfaces.count; i++) {
        struct end *end = instance->interfaces.items[i]->end;
        if (!end || instance->interfaces.items[i]->exported)
            continue;
        struct layout_end *le = arena_alloc(&cc->arena, sizeof(*le));
        le->end = end;
        vec_push(&cc->arena, &in->ends, le);
    }
}

/* Symbols for backtraces: one page in which the loader says where they are. */
static void add_symbols(struct layout_instance *in)
{
    struct frames frames =
        layout_frames(in->cc, PAGE_SIZE_4K, layout_name(in, "symbols"), in->instance->name);
    layout_map(in, &frames, SYMBOL_INFO_BASE, CAPDL_READ);
    in->info_frame = frames.first;
}

static void check_room(const struct layout_instance *in)
{
    if (in->dataport_cursor > IPC_BUFFER_BASE)
        diag_error(in->cc, in->instance->location,
                   "the dataports of %s need more than %llu MiB of addresses", in->instance->name,
                   (IPC_BUFFER_BASE - DATAPORT_BASE) >> 20);
    if (in->stack_cursor > HEAP_BASE || in->ipc_cursor > SYMBOL_INFO_BASE)
        diag_error(in->cc, in->instance->location,
                   "%s has too many threads (%zu) or too large stacks", in->instance->name,
                   in->threads.count);
}

/*
 * Slots to map frames once more that the instance holds, for a guest of its own: a copy of each,
 * and for each 2 MiB that they may lie across, 512 frames of the guest's memory, mapped twice.
 */
static uint64_t sharing_slots(const struct layout_instance *in)
{
    uint64_t slots = 0;
    for (size_t i = 0; i < in->ends.count; i++) {
        const struct layout_end *end = in->ends.items[i];
        for (size_t k = 0; k < end->regions.count; k++)
            if (end->regions.items[k].first_slot)
                slots += end->regions.items[k].frames.count;
    }
    return slots + layout_broken_up(in) * 1100;
}

static unsigned count_resources(const struct layout_instance *in, const char *kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < in->resources.count; i++)
        count += strcmp(in->resources.items[i].kind, kind) == 0;
    return count;
}

unsigned layout_devices(const struct layout_instance *in)
{
    return count_resources(in, "IOSPACE");
}

/*
 * Slots to pass devices through: a second capability for each page of their memory, to map it twice
 * (monitor and guest), and for each device one for each page of the instance's memory, all of which
 * the device reaches, with tables for them.
 */
static uint64_t device_slots(const struct layout_instance *in)
{
    uint64_t frames = count_resources(in, "FRAME"), reached = 0;
    for (size_t i = 0; i < in->untypeds.count; i++)
        if (in->untypeds.items[i].size_bits >= PAGE_BITS_2M)
            reached += BIT(in->untypeds.items[i].size_bits - PAGE_BITS_2M);
    if (layout_broken_up(in))
        reached *= PAGE_SIZE_2M / PAGE_SIZE_4K;
    return 2 * frames + layout_devices(in) * (reached + DEVICE_TABLES);
}

/*
 * The size of the CSpace: what is used, and room to work in where the instance makes objects of its
 * own. `cnode_size_bits` is an upper bound, because every slot takes 32 bytes.
 */
static void size_cnode(struct layout_instance *in)
{
    uint64_t spare = 0;
    if (in->cnode_slot) {
        spare = SPARE_SLOTS + sharing_slots(in) + device_slots(in);
        for (size_t i = 0; i < in->untypeds.count; i++)
            /*
             * Four slots for each 2 MiB: guest memory is mapped in pages of that size, twice
             * (monitor and guest), and cut out of larger blocks by halves.
             */
            spare += in->untypeds.items[i].size_bits > 19
                         ? BIT(in->untypeds.items[i].size_bits - 19)
                         : 1;
    }
    const struct setting *limit = known_setting(in, NULL, "cnode_size_bits");
    int64_t max = number_setting(in->cc, limit, MAX_CNODE_BITS, 2, 40);
    unsigned bits = MIN_CNODE_BITS;
    while (bits < MAX_CNODE_BITS && BIT(bits) < in->next_slot + spare)
        bits++;
    if (bits > max)
        bits = (unsigned)max;
    if (BIT(bits) < in->next_slot) {
        diag_error(in->cc, limit ? limit->location : in->instance->location,
                   "%s holds %llu capabilities, more than its %u-bit CNode has slots",
                   in->instance->name, (unsigned long long)in->next_slot, bits);
        if (limit)
            diag_hint(in->cc, "raise %s.cnode_size_bits, or leave it out", in->instance->name);
    }
    in->cnode_bits = bits;
    in->cc->layout->objects.items[in->cnode].size_bits = bits;
}

void build_layout(struct compiler *cc)
{
    cc->layout = arena_alloc(&cc->arena, sizeof(*cc->layout));
    for (size_t i = 0; i < cc->system->instances.count; i++)
        if (cc->system->instances.items[i]->has_code)
            add_instance(cc, cc->system->instances.items[i]);
    size_t count = cc->layout->instances.count;
    struct layout_instance **instances = cc->layout->instances.items;
    if (count > MAX_INSTANCES)
        diag_error(cc, instances[MAX_INSTANCES]->instance->location,
                   "%zu instances have an address space each, and the kernel has numbers for %u",
                   count, MAX_INSTANCES);
    for (size_t i = 0; i < count; i++) {
        layout_threads(instances[i]);
        layout_memory(instances[i]);
        layout_resources(instances[i]);
        add_symbols(instances[i]);
    }
    layout_connections(cc);
    for (size_t i = 0; i < count; i++)
        layout_passthrough(instances[i]);
    for (size_t i = 0; i < count; i++)
        layout_sharing(instances[i]);
    for (size_t i = 0; i < count; i++) {
        check_room(instances[i]);
        size_cnode(instances[i]);
    }
}
