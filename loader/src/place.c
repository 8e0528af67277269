/* SPDX-License-Identifier: BSD-2-Clause */
#include "place.h"

#include "error.h"

#include <base/string.h>

#define MAX_RUN CONFIG_RETYPE_FAN_OUT_LIMIT

/* Larger objects first; of equal ones those of one type together, so that runs are long. */
static bool goes_before(const struct plan_object *a, const struct plan_object *b)
{
    return a->mem_bits != b->mem_bits ? a->mem_bits > b->mem_bits : a->type < b->type;
}

/* Heap sort by goes_before(), ties by index to keep the order of the description. */
static bool index_before(struct plan *plan, uint32_t a, uint32_t b)
{
    const struct plan_object *x = plan_object(plan, a), *y = plan_object(plan, b);
    if (goes_before(x, y))
        return true;
    return !goes_before(y, x) && a < b;
}

static void sift_down(struct plan *plan, uint32_t *heap, uint32_t root, uint32_t count)
{
    for (;;) {
        uint32_t child = root * 2 + 1;
        if (child >= count)
            return;
        if (child + 1 < count && index_before(plan, heap[child], heap[child + 1]))
            child++;
        if (!index_before(plan, heap[root], heap[child]))
            return;
        uint32_t swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
        root = child;
    }
}

static void sort_order(struct plan *plan, uint32_t *order, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;)
        sift_down(plan, order, i, count);
    for (uint32_t i = count; i-- > 1;) {
        uint32_t swap = order[0];
        order[0] = order[i];
        order[i] = swap;
        sift_down(plan, order, 0, i);
    }
}

/* The untyped with the least room that an object of `bits` still fits in, or untyped_count. */
static uint32_t best_fit(const struct placement *p, const uint64_t *used, unsigned bits)
{
    uint64_t size = BIT(bits), best_room = UINT64_MAX;
    uint32_t best = p->untyped_count;
    for (uint32_t i = 0; i < p->untyped_count; i++) {
        uint64_t start = ROUND_UP(used[i], size);
        uint64_t total = BIT(p->untypeds[i].bits);
        if (start >= total || total - start < size)
            continue;
        if (total - start < best_room) {
            best_room = total - start;
            best = i;
        }
    }
    return best;
}

static bool is_placed(const struct plan_object *o, uint32_t optional_number, uint32_t optionals)
{
    return o->mem_bits != PLAN_NO_MEMORY && (!o->optional || optional_number < optionals);
}

/*
 * Tries to place all mandatory objects and the first `optionals` optional ones. Returns the index
 * in `order` of the first that does not fit, or order_count. `where` (may be NULL) receives the
 * untypeds.
 */
static uint32_t try_place(const struct placement *p, struct plan *plan, const uint32_t *numbers,
                          uint32_t optionals, uint64_t *used, uint32_t *where)
{
    for (uint32_t i = 0; i < p->untyped_count; i++)
        used[i] = p->untypeds[i].used;
    uint32_t same = p->untyped_count; /* where the last object of this size went */
    unsigned same_bits = PLAN_NO_MEMORY;
    for (uint32_t n = 0; n < p->order_count; n++) {
        const struct plan_object *o = plan_object(plan, p->order[n]);
        if (!is_placed(o, numbers[p->order[n]], optionals))
            continue;
        uint64_t size = BIT(o->mem_bits);
        /* An untyped that took one of this size stays the best fit until it is full. */
        uint32_t u = same;
        if (same_bits != o->mem_bits || u == p->untyped_count ||
            BIT(p->untypeds[u].bits) - used[u] < size)
            u = best_fit(p, used, o->mem_bits);
        if (u == p->untyped_count)
            return n;
        used[u] = ROUND_UP(used[u], size) + size;
        same = u;
        same_bits = o->mem_bits;
        if (where)
            where[n] = u;
    }
    return p->order_count;
}

/* Bytes that all objects of one origin take together. */
static uint64_t bytes_of_origin(struct plan *plan, const char *origin)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < plan->objects.count; i++) {
        const struct plan_object *o = plan_object(plan, i);
        if (o->mem_bits != PLAN_NO_MEMORY && !o->optional && strcmp(o->origin, origin) == 0)
            sum += BIT(o->mem_bits);
    }
    return sum;
}

/* Names the origin of the object that does not fit, or a larger one that used the memory up. */
static int report_shortage(const struct placement *p, struct plan *plan, uint32_t failed)
{
    const struct plan_object *o = plan_object(plan, p->order[failed]);
    const char *origin = o->origin, *last = NULL;
    uint64_t most = bytes_of_origin(plan, origin), available = 0, largest = 0;
    for (uint32_t n = 0; n < failed; n++) {
        const char *other = plan_object(plan, p->order[n])->origin;
        if (other != last && !plan_object(plan, p->order[n])->optional) {
            last = other;
            uint64_t bytes = bytes_of_origin(plan, other);
            if (bytes > most) {
                most = bytes;
                origin = other;
            }
        }
    }
    for (uint32_t i = 0; i < p->untyped_count; i++) {
        uint64_t room = BIT(p->untypeds[i].bits) - p->untypeds[i].used;
        available += room;
        largest = MAX(largest, room);
    }
    bool small = most < MIB(1);
    return loader_error(
        "%s: needs %lu %s of memory; the machine has %lu MiB free in all, the largest "
        "block %lu MiB: lower it, or give the machine more memory (./simulate --mem)",
        origin, most / (small ? KIB(1) : MIB(1)), small ? "KiB" : "MiB", available / MIB(1),
        largest / MIB(1));
}

/* Cuts the placed objects into runs of one type, size and untyped. */
static void make_runs(struct placement *p, struct plan *plan, const uint32_t *where)
{
    uint32_t kept = 0;
    struct place_run *run = NULL;
    for (uint32_t n = 0; n < p->order_count; n++) {
        const struct plan_object *o = plan_object(plan, p->order[n]);
        if (o->left_out)
            continue;
        const struct plan_object *first = run ? plan_object(plan, p->order[run->first]) : NULL;
        p->order[kept] = p->order[n];
        if (run && run->count < MAX_RUN && run->untyped == where[n] && first->type == o->type &&
            first->mem_bits == o->mem_bits) {
            run->count++;
        } else {
            run = &p->runs.items[p->runs.count++];
            *run = (struct place_run){kept, 1, where[n]};
        }
        kept++;
    }
    p->order_count = kept;
}

/* The largest number of optional objects with which everything fits; -1 if not even none does. */
static int choose_optionals(const struct placement *p, struct plan *plan, const uint32_t *numbers,
                            uint32_t optionals, uint64_t *used, uint32_t *chosen)
{
    uint32_t failed = try_place(p, plan, numbers, optionals, used, NULL);
    if (failed == p->order_count) {
        *chosen = optionals;
        return 0;
    }
    failed = try_place(p, plan, numbers, 0, used, NULL);
    if (failed != p->order_count)
        return report_shortage(p, plan, failed);
    uint32_t fits = 0, too_many = optionals;
    while (too_many - fits > 1) {
        uint32_t middle = fits + (too_many - fits) / 2;
        if (try_place(p, plan, numbers, middle, used, NULL) == p->order_count)
            fits = middle;
        else
            too_many = middle;
    }
    *chosen = fits;
    return 0;
}

uint32_t place_bytes(const struct placement *p, uint64_t bytes)
{
    uint64_t best_room = UINT64_MAX;
    uint32_t best = p->untyped_count;
    for (uint32_t i = 0; i < p->untyped_count; i++) {
        uint64_t room = BIT(p->untypeds[i].bits) - p->untypeds[i].used;
        if (room >= bytes && room < best_room) {
            best_room = room;
            best = i;
        }
    }
    return best;
}

int place_objects(struct placement *p, struct plan *plan)
{
    uint32_t total = (uint32_t)plan->objects.count, optionals = 0, chosen = 0;
    p->order_count = 0;
    p->order = arena_alloc(&loader_arena, total * sizeof(*p->order));
    /* The position of each optional object among the optional ones. */
    uint32_t *numbers = arena_alloc(&loader_arena, total * sizeof(*numbers));
    uint32_t *where = arena_alloc(&loader_arena, total * sizeof(*where));
    uint64_t *used = arena_alloc(&loader_arena, p->untyped_count * sizeof(*used));
    /*
     * Room for all runs now: once objects have places, nothing else may take memory until they are
     * made.
     */
    p->runs.count = 0;
    p->runs.items = arena_alloc(&loader_arena, total * sizeof(*p->runs.items));
    p->runs.capacity = total;
    if (!p->order || !numbers || !where || !used || !p->runs.items)
        return -1;
    for (uint32_t i = 0; i < total; i++) {
        const struct plan_object *o = plan_object(plan, i);
        if (o->mem_bits != PLAN_NO_MEMORY) {
            p->order[p->order_count++] = i;
            numbers[i] = o->optional ? optionals++ : 0;
        }
    }
    sort_order(plan, p->order, p->order_count);
    if (choose_optionals(p, plan, numbers, optionals, used, &chosen))
        return -1;
    try_place(p, plan, numbers, chosen, used, where);
    for (uint32_t n = 0; n < p->order_count; n++) {
        struct plan_object *o = plan_object(plan, p->order[n]);
        o->left_out = o->optional && numbers[p->order[n]] >= chosen;
    }
    for (uint32_t i = 0; i < p->untyped_count; i++)
        p->untypeds[i].used = used[i];
    make_runs(p, plan, where);
    return 0;
}
