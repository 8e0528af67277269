/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects that are tied to hardware: device memory at its address, interrupts, I/O ports, and the
 * kernel's singletons.
 */
#include "loader.h"

struct device_untyped {
    seL4_CPtr cap;
    uint64_t start, end;
    uint64_t used; /* address up to which memory is taken */
};

static struct device_untyped devices[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS];
static uint32_t device_count;
static uint32_t next_vector;

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
        unsigned bits = seL4_MinUntypedBits;
        while (bits < seL4_MaxUntypedBits && (u->used & BIT(bits)) == 0 &&
               u->used + (2ull << bits) <= paddr)
            bits++;
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

static int make_device(uint32_t object)
{
    const struct capdl_object *d = &loader.plan.description.objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    uint64_t size = BIT(d->size_bits);
    struct device_untyped *u = find_device(d->paddr, size);
    if (!u) {
        return loader_error("%s: 0x%lx … 0x%lx is not device memory of this machine", o->origin,
                            d->paddr, d->paddr + size - 1);
    }
    if (d->paddr < u->used) {
        return loader_error("%s: device memory at 0x%lx overlaps with what another component has",
                            o->origin, d->paddr);
    }
    if (skip_to(u, d->paddr, o->origin) || slot_take(1, &o->slot))
        return -1;
    u->used = d->paddr + size;
    loader.objects_made++;
    return kernel_says(seL4_Untyped_Retype(u->cap, o->type, o->api_bits, seL4_CapInitThreadCNode, 0,
                                           0, o->slot, 1),
                       o->origin, "get its device memory");
}

/* The device object before `object` in the description that is the same memory, or CAPDL_NONE. */
static uint32_t same_device(uint32_t object)
{
    const struct capdl_object *objects = loader.plan.description.objects;
    for (uint32_t i = 0; i < object; i++)
        if (objects[i].type == objects[object].type && objects[i].flags & CAPDL_DEVICE &&
            objects[i].size_bits == objects[object].size_bits &&
            objects[i].paddr == objects[object].paddr)
            return i;
    return CAPDL_NONE;
}

static int copy_object(uint32_t from, uint32_t to)
{
    struct plan_object *o = plan_object(&loader.plan, to);
    if (slot_take(1, &o->slot))
        return -1;
    return kernel_says(
        seL4_CNode_Copy(seL4_CapInitThreadCNode, o->slot, seL4_WordBits, seL4_CapInitThreadCNode,
                        plan_object(&loader.plan, from)->slot, seL4_WordBits, seL4_AllRights),
        o->origin, "share hardware with another component");
}

/*
 * Device objects in order of address, as untypeds only go upwards: a selection by repeated minimum,
 * since systems have a few dozen of them.
 */
static int make_devices(void)
{
    const struct description *d = &loader.plan.description;
    uint64_t done = 0; /* addresses below are made */
    for (;;) {
        uint32_t next = CAPDL_NONE;
        for (uint32_t i = 0; i < d->object_count; i++) {
            const struct capdl_object *o = &d->objects[i];
            if (o->flags & CAPDL_DEVICE && o->paddr >= done &&
                plan_object(&loader.plan, i)->slot == 0 &&
                (next == CAPDL_NONE || o->paddr < d->objects[next].paddr))
                next = i;
        }
        if (next == CAPDL_NONE)
            return 0;
        uint32_t same = same_device(next);
        if (same != CAPDL_NONE ? copy_object(same, next) : make_device(next))
            return -1;
        done = d->objects[next].paddr;
    }
}

static int make_irq(uint32_t object)
{
    const struct capdl_object *d = &loader.plan.description.objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    if (next_vector == seL4_IRQHandlerUserCount)
        return loader_error("%s: more than %u interrupts", o->origin, seL4_IRQHandlerUserCount);
    if (slot_take(1, &o->slot))
        return -1;
    seL4_Error error = seL4_IRQControl_GetIOAPIC(seL4_CapIRQControl, seL4_CapInitThreadCNode,
                                                 o->slot, seL4_WordBits, d->irq.ioapic, d->irq.pin,
                                                 d->irq.level, d->irq.active_low, next_vector++);
    if (error == seL4_NoError) {
        loader.objects_made++;
        return 0;
    }
    return loader_error(
        "%s: cannot have pin %u of I/O APIC %u: %s", o->origin, d->irq.pin, d->irq.ioapic,
        error == seL4_RevokeFirst ? "another component has it" : "this machine has no such pin");
}

static int make_ports(uint32_t object)
{
    const struct description *d = &loader.plan.description;
    const struct capdl_object *wanted = &d->objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    for (uint32_t i = 0; i < object; i++) {
        const struct capdl_object *other = &d->objects[i];
        if (other->type != CAPDL_IOPORTS || other->ports.first > wanted->ports.last ||
            other->ports.last < wanted->ports.first)
            continue;
        if (other->ports.first == wanted->ports.first && other->ports.last == wanted->ports.last)
            return copy_object(i, object);
        return loader_error("%s: ports 0x%x to 0x%x overlap with ports 0x%x to 0x%x of %s",
                            o->origin, wanted->ports.first, wanted->ports.last, other->ports.first,
                            other->ports.last, plan_object(&loader.plan, i)->origin);
    }
    if (slot_take(1, &o->slot))
        return -1;
    loader.objects_made++;
    return kernel_says(seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, wanted->ports.first,
                                                    wanted->ports.last, seL4_CapInitThreadCNode,
                                                    o->slot, seL4_WordBits),
                       o->origin, "get its I/O ports");
}

static int make_iospace(uint32_t object)
{
    const struct capdl_object *wanted = &loader.plan.description.objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    bool has_iommu = loader.bootinfo->numIOPTLevels != (seL4_Word)-1;
    if (!has_iommu && o->optional) {
        o->left_out = true;
        return 0;
    }
    if (!has_iommu)
        return loader_error("%s: devices that access memory on their own need an IOMMU, and this "
                            "machine has none; remove the setting",
                            o->origin);
    if (slot_take(1, &o->slot))
        return -1;
    loader.objects_made++;
    seL4_Word badge = wanted->param[0] << 16 | wanted->param[1];
    return kernel_says(seL4_CNode_Mint(seL4_CapInitThreadCNode, o->slot, seL4_WordBits,
                                       seL4_CapInitThreadCNode, seL4_CapIOSpace, seL4_WordBits,
                                       seL4_AllRights, badge),
                       o->origin, "get its device");
}

int create_devices(void)
{
    const struct description *d = &loader.plan.description;
    list_devices();
    if (make_devices())
        return -1;
    for (uint32_t i = 0; i < d->object_count; i++) {
        int failed = 0;
        switch (d->objects[i].type) {
        case CAPDL_IRQ:
            failed = make_irq(i);
            break;
        case CAPDL_IOPORTS:
            failed = make_ports(i);
            break;
        case CAPDL_IOSPACE:
            failed = make_iospace(i);
            break;
        case CAPDL_IRQ_CONTROL:
            plan_object(&loader.plan, i)->slot = seL4_CapIRQControl;
            break;
        case CAPDL_IOPORT_CONTROL:
            plan_object(&loader.plan, i)->slot = seL4_CapIOPortControl;
            break;
        }
        if (failed)
            return -1;
    }
    return 0;
}
