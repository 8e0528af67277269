/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is tied to hardware besides its memory: interrupts and who hears of them, I/O ports, devices
 * behind the IOMMU, and the kernel's singletons.
 */
#include "loader.h"

#include <base/string.h>

static uint32_t next_vector;

int lacking(uint32_t object, int error)
{
    const struct description *d = &loader.plan.description;
    struct plan_object *o = plan_object(&loader.plan, object);
    if (!o->optional)
        return error;
    o->left_out = true;
    if (d->objects[object].flags & CAPDL_QUIET)
        return 0;
    /* Once for what one device lacks of one kind, though it were a thousand pages. */
    const struct plan_object *before = object ? plan_object(&loader.plan, object - 1) : NULL;
    if (before && before->left_out && strcmp(before->origin, o->origin) == 0 &&
        d->objects[object].type == d->objects[object - 1].type)
        return 0;
    loader_print("loader: ");
    loader_print(loader_message);
    loader_print("; the system starts without. Correct the setting, or remove it\n");
    return 0;
}

int share_object(uint32_t from, uint32_t to)
{
    struct plan_object *o = plan_object(&loader.plan, to);
    if (slot_take(1, &o->slot))
        return -1;
    return kernel_says(
        seL4_CNode_Copy(seL4_CapInitThreadCNode, o->slot, seL4_WordBits, seL4_CapInitThreadCNode,
                        plan_object(&loader.plan, from)->slot, seL4_WordBits, seL4_AllRights),
        o->origin, "share hardware with another component");
}

static int got(uint32_t object, seL4_CPtr slot)
{
    plan_object(&loader.plan, object)->slot = slot;
    loader.objects_made++;
    return 0;
}

static int make_irq(uint32_t object)
{
    const struct capdl_object *d = &loader.plan.description.objects[object];
    const char *origin = plan_object(&loader.plan, object)->origin;
    seL4_CPtr slot;
    if (next_vector == seL4_IRQHandlerUserCount)
        return lacking(
            object, loader_error("%s: more than %u interrupts", origin, seL4_IRQHandlerUserCount));
    if (slot_take(1, &slot))
        return -1;
    seL4_Error error = seL4_IRQControl_GetIOAPIC(seL4_CapIRQControl, seL4_CapInitThreadCNode, slot,
                                                 seL4_WordBits, d->irq.ioapic, d->irq.pin,
                                                 d->irq.level, d->irq.active_low, next_vector);
    if (error != seL4_NoError)
        return lacking(object,
                       loader_error("%s: cannot have pin %u of I/O APIC %u: %s", origin, d->irq.pin,
                                    d->irq.ioapic,
                                    error == seL4_RevokeFirst ? "another component has it"
                                                              : "this machine has no such pin"));
    next_vector++;
    return got(object, slot);
}

static int make_message(uint32_t object)
{
    const struct capdl_object *d = &loader.plan.description.objects[object];
    const char *origin = plan_object(&loader.plan, object)->origin;
    uint64_t pci = d->param[1];
    seL4_CPtr slot;
    if (next_vector == seL4_IRQHandlerUserCount)
        return lacking(object, loader_error("%s: more than %u interrupts and messages (MSI)",
                                            origin, seL4_IRQHandlerUserCount));
    if (slot_take(1, &slot) ||
        kernel_says(seL4_IRQControl_GetMSI(seL4_CapIRQControl, seL4_CapInitThreadCNode, slot,
                                           seL4_WordBits, pci >> 8, pci >> 3 & 31, pci & 7, 0,
                                           next_vector),
                    origin, "get a message (MSI)"))
        return -1;
    next_vector++;
    return got(object, slot);
}

static int make_ports(uint32_t object)
{
    const struct description *d = &loader.plan.description;
    const struct capdl_object *wanted = &d->objects[object];
    struct plan_object *o = plan_object(&loader.plan, object);
    seL4_CPtr slot;
    for (uint32_t i = 0; i < object; i++) {
        const struct capdl_object *other = &d->objects[i];
        if (other->type != CAPDL_IOPORTS || other->ports.first > wanted->ports.last ||
            other->ports.last < wanted->ports.first || plan_object(&loader.plan, i)->left_out)
            continue;
        if (other->ports.first == wanted->ports.first && other->ports.last == wanted->ports.last)
            return share_object(i, object);
        return lacking(object,
                       loader_error("%s: ports 0x%x to 0x%x overlap with ports 0x%x to 0x%x of %s",
                                    o->origin, wanted->ports.first, wanted->ports.last,
                                    other->ports.first, other->ports.last,
                                    plan_object(&loader.plan, i)->origin));
    }
    if (slot_take(1, &slot))
        return -1;
    seL4_Error error =
        seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, wanted->ports.first, wanted->ports.last,
                                     seL4_CapInitThreadCNode, slot, seL4_WordBits);
    if (error != seL4_NoError)
        return lacking(object, loader_error("%s: cannot have ports 0x%x to 0x%x: the kernel uses "
                                            "some of them itself",
                                            o->origin, wanted->ports.first, wanted->ports.last));
    return got(object, slot);
}

static const char *iospace_refusal(seL4_Error error)
{
    switch (error) {
    case seL4_RevokeFirst:
        return "another component has it, or one behind the same bridge to conventional PCI";
    case seL4_IllegalOperation:
        return "the firmware goes on using it";
    default:
        return "the IOMMU cannot tell more devices apart";
    }
}

static uint32_t listener(uint32_t object)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->signal_count; i++)
        if (d->signals[i].object == object)
            return d->signals[i].notification;
    return CAPDL_NONE;
}

/*
 * The kernel takes functions for one that are behind the same bridge to conventional PCI. Whoever
 * has one of them can have the others: CAPDL_NONE, or that one.
 */
static uint32_t neighbour_of_same_holder(uint32_t object)
{
    const struct capdl_object *objects = loader.plan.description.objects;
    for (uint32_t i = 0; i < object && listener(object) != CAPDL_NONE; i++)
        if (objects[i].type == CAPDL_IOSPACE && plan_object(&loader.plan, i)->slot &&
            objects[i].param[1] >> 8 == objects[object].param[1] >> 8 &&
            objects[i].param[1] != objects[object].param[1] && listener(i) == listener(object))
            return i;
    return CAPDL_NONE;
}

static int make_iospace(uint32_t object)
{
    const struct capdl_object *wanted = &loader.plan.description.objects[object];
    const char *origin = plan_object(&loader.plan, object)->origin;
    uint64_t pci = wanted->param[1];
    seL4_CPtr slot;
    if (loader.bootinfo->numIOPTLevels == (seL4_Word)-1)
        return lacking(object, loader_error("%s: devices that access memory on their own need an "
                                            "IOMMU, and this machine has none, or it is off in the "
                                            "firmware's setup",
                                            origin));
    if (slot_take(1, &slot))
        return -1;
    seL4_Error error = seL4_CNode_Mint(seL4_CapInitThreadCNode, slot, seL4_WordBits,
                                       seL4_CapInitThreadCNode, seL4_CapIOSpace, seL4_WordBits,
                                       seL4_AllRights, wanted->param[0] << 16 | pci);
    uint32_t neighbour = error == seL4_RevokeFirst ? neighbour_of_same_holder(object) : CAPDL_NONE;
    if (neighbour != CAPDL_NONE)
        return share_object(neighbour, object);
    if (error != seL4_NoError)
        return lacking(object,
                       loader_error("%s: cannot have PCI device %02lx:%02lx.%lu: %s", origin,
                                    pci >> 8, pci >> 3 & 31, pci & 7, iospace_refusal(error)));
    return got(object, slot);
}

static int make_hardware(uint32_t object)
{
    switch (loader.plan.description.objects[object].type) {
    case CAPDL_IRQ:
        return make_irq(object);
    case CAPDL_IOPORTS:
        return make_ports(object);
    case CAPDL_IOSPACE:
        return make_iospace(object);
    case CAPDL_IRQ_CONTROL:
        plan_object(&loader.plan, object)->slot = seL4_CapIRQControl;
        return 0;
    case CAPDL_IOPORT_CONTROL:
        plan_object(&loader.plan, object)->slot = seL4_CapIOPortControl;
        return 0;
    default:
        return 0;
    }
}

int create_hardware(void)
{
    const struct description *d = &loader.plan.description;
    for (uint32_t i = 0; i < d->object_count; i++)
        if (make_hardware(i))
            return -1;
    /* Last, since devices can do with fewer messages, but not without their line. */
    for (uint32_t i = 0; i < d->object_count; i++)
        if (d->objects[i].type == CAPDL_MSI && make_message(i))
            return -1;
    return 0;
}

static int connect(const struct capdl_signal *s, seL4_CPtr badged)
{
    const struct plan_object *o = plan_object(&loader.plan, s->object);
    if (o->left_out)
        return 0;
    if (kernel_says(seL4_CNode_Mint(seL4_CapInitThreadCNode, badged, seL4_WordBits,
                                    seL4_CapInitThreadCNode,
                                    plan_object(&loader.plan, s->notification)->slot, seL4_WordBits,
                                    seL4_CanWrite, s->badge),
                    o->origin, "get its badge"))
        return -1;
    seL4_Error error = loader.plan.description.objects[s->object].type == CAPDL_IOSPACE
                           ? seL4_X86_IOSpace_SetNotification(o->slot, badged)
                           : seL4_IRQHandler_SetNotification(o->slot, badged);
    return kernel_says(error, o->origin, "signal its interrupts") ||
                   kernel_says(seL4_CNode_Delete(seL4_CapInitThreadCNode, badged, seL4_WordBits),
                               o->origin, "keep its badge to itself")
               ? -1
               : 0;
}

int connect_signals(void)
{
    const struct description *d = &loader.plan.description;
    seL4_CPtr badged;
    if (d->signal_count == 0)
        return 0;
    if (slot_take(1, &badged))
        return -1;
    for (uint32_t i = 0; i < d->signal_count; i++)
        if (connect(&d->signals[i], badged))
            return -1;
    return 0;
}
