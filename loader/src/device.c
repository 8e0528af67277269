/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory at its address.
 */
#include "loader.h"

#include <pcilist/tables.h>

struct device_untyped {
    seL4_CPtr cap;
    uint64_t start, end;
    uint64_t used; /* address up to which memory is taken */
};

static struct device_untyped devices[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS];
static uint32_t device_count;

/* Where configuration space is, and how much of it; nowhere without an MCFG table. */
static uint64_t config_space, config_space_size;

static uint64_t address_of(const struct capdl_object *o)
{
    return o->paddr + (o->flags & CAPDL_CONFIG_SPACE ? config_space : 0);
}

static void find_config_space(void)
{
    struct pci_ecam ranges[8];
    const seL4_BootInfoHeader *record =
        seL4_FindBootInfo(loader.bootinfo, CAISSON_BOOTINFO_ACPI_MCFG);
    unsigned count = record ? pcilist_read_mcfg(record + 1, record->len - sizeof(*record), ranges,
                                                ARRAY_SIZE(ranges))
                            : 0;
    for (unsigned i = 0; i < count; i++)
        if (ranges[i].segment == 0 && ranges[i].first == 0 && ranges[i].base % PAGE_SIZE_2M == 0) {
            config_space = ranges[i].base;
            config_space_size = (ranges[i].last + 1ul) << PCI_ECAM_BUS_BITS;
        }
}

/*
 * What lies beyond its end is left out, as nobody expects it everywhere. Where nobody serves it, it
 * is memory as any other.
 */
static void leave_out_config_space(const struct description *d)
{
    bool served = false;
    for (uint32_t i = 0; i < d->object_count; i++) {
        if (!(d->objects[i].flags & CAPDL_CONFIG_SPACE))
            continue;
        served = true;
        if (d->objects[i].paddr + BIT(d->objects[i].size_bits) > config_space_size)
            plan_object(&loader.plan, i)->left_out = true;
    }
    if (!served)
        config_space_size = 0;
}

static void list_devices(void)
{
    const seL4_BootInfo *bi = loader.bootinfo;
    for (seL4_SlotPos s = bi->untyped.start; s < bi->untyped.end; s++) {
        const seL4_UntypedDesc *d = &bi->untypedList[s - bi->untyped.start];
        if (d->isDevice) {
            devices[device_count++] =
                (struct device_untyped){s, d->paddr, d->paddr + BIT(d->sizeBits), d->paddr};
        }
    }
}

static struct device_untyped *find_device(uint64_t paddr, uint64_t size)
{
    for (uint32_t i = 0; i < device_count; i++)
        if (paddr >= devices[i].start && paddr + size <= devices[i].end)
            return &devices[i];
    return NULL;
}

/*
 * An untyped hands out its memory upwards. To reach `paddr` it is filled up with untypeds of the
 * largest sizes that keep the alignment; they must exist until the object is made (an untyped
 * without children starts from its beginning again), so they are deleted with the rest at the end.
 */
static int skip_to(struct device_untyped *u, uint64_t paddr, const char *who)
{
    while (u->used < paddr) {
        unsigned bits = block_bits(u->used, paddr);
        seL4_CPtr *filler = VEC_ADD(&loader_arena, &loader.fillers);
        if (!filler || slot_take(1, filler) ||
            kernel_says(seL4_Untyped_Retype(u->cap, seL4_UntypedObject, bits,
                                            seL4_CapInitThreadCNode, 0, 0, *filler, 1),
                        who, "reach its device memory"))
            return -1;
        u->used += BIT(bits);
    }
    return 0;
}

/* Whoever had any of it could move and drive each device of the machine. */
static bool is_config_space(const struct capdl_object *o, uint64_t size)
{
    return config_space_size > 0 && !(o->flags & CAPDL_CONFIG_SPACE) &&
           o->paddr < config_space + config_space_size && config_space < o->paddr + size;
}

/* A component has this memory already: then both do. CAPDL_NONE where nobody has exactly this. */
static uint32_t same_device(uint32_t object)
{
    const struct description *d = &loader.plan.description;
    const struct capdl_object *wanted = &d->objects[object];
    for (uint32_t i = 0; i < d->object_count; i++)
        if (i != object && d->objects[i].type == wanted->type &&
            d->objects[i].flags & CAPDL_DEVICE && d->objects[i].size_bits == wanted->size_bits &&
            address_of(&d->objects[i]) == address_of(wanted) && plan_object(&loader.plan, i)->slot)
            return i;
    return CAPDL_NONE;
}

static int make_device(uint32_t object)
{
    const struct capdl_object *d = &loader.plan.description.objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    uint64_t size = BIT(d->size_bits), paddr = address_of(d);
    struct device_untyped *u = find_device(paddr, size);
    if (!u) {
        return lacking(object,
                       loader_error("%s: 0x%lx … 0x%lx is not device memory of this machine",
                                    o->origin, paddr, paddr + size - 1));
    }
    if (is_config_space(d, size)) {
        return lacking(object, loader_error("%s: 0x%lx … 0x%lx is PCI's configuration space, which "
                                            "the server of it has alone",
                                            o->origin, paddr, paddr + size - 1));
    }
    if (paddr < u->used) {
        uint32_t same = same_device(object);
        if (same != CAPDL_NONE)
            return share_object(same, object);
        return lacking(object, loader_error("%s: device memory at 0x%lx overlaps with what another "
                                            "component has",
                                            o->origin, paddr));
    }
    if (skip_to(u, paddr, o->origin) || slot_take(1, &o->slot))
        return -1;
    u->used = paddr + size;
    loader.objects_made++;
    return kernel_says(seL4_Untyped_Retype(u->cap, o->type, o->api_bits, seL4_CapInitThreadCNode, 0,
                                           0, o->slot, 1),
                       o->origin, "get its device memory");
}

bool device_follows(const struct description *d, uint32_t object)
{
    if (object == 0)
        return false;
    const struct capdl_object *o = &d->objects[object], *before = o - 1;
    return o->flags & CAPDL_DEVICE && o->flags == before->flags &&
           o->size_bits == before->size_bits && o->paddr == before->paddr + BIT(before->size_bits);
}

static bool is_to_make(uint32_t object)
{
    const struct plan_object *o = plan_object(&loader.plan, object);
    return loader.plan.description.objects[object].flags & CAPDL_DEVICE && !o->slot && !o->left_out;
}

/*
 * In order of address, as untypeds only go upwards: a selection by repeated minimum, as systems
 * have a few dozen regions. The pages of one follow each other in the description.
 */
int create_device_memory(void)
{
    const struct description *d = &loader.plan.description;
    list_devices();
    find_config_space();
    leave_out_config_space(d);
    for (;;) {
        uint32_t next = CAPDL_NONE;
        for (uint32_t i = 0; i < d->object_count; i++)
            if (is_to_make(i) &&
                (next == CAPDL_NONE || address_of(&d->objects[i]) < address_of(&d->objects[next])))
                next = i;
        if (next == CAPDL_NONE)
            return 0;
        do
            if (make_device(next++))
                return -1;
        while (next < d->object_count && is_to_make(next) && device_follows(d, next));
    }
}
