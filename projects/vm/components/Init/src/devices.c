/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices of the real machine: what the description says of them, in the spelling of today or of
 * 2018, brought together with the kernel objects that the instance was given for it. A description
 * may be for another machine: what this one lacks is named, and the guest starts without.
 */
#include <init.h>

#include <base/bits.h>
#include <camkes/tables.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vmm/sel4_devices.h>

static struct sel4_devices devices;

/* --- What the description says --- */

/* Of each list, the spelling of today and that of 2018. */
static const char *const device_lists[] = {"pci_devices", "config_pci_devices"};
static const char *const irq_lists[] = {"vm_irqs", "config_irqs"};
static const char *const exempt_lists[] = {"pci_devices_without_iommu",
                                           "config_pci_devices_without_iommu"};

/* The i-th entry of both; null: there are no more. */
static const struct camkes_value *entry(const char *const names[2], unsigned i)
{
    for (unsigned s = 0; s < 2; s++) {
        const struct camkes_value *list = camkes_attribute(names[s]);
        unsigned count = list && list->type == CAMKES_LIST ? list->count : 0;

        if (i < count)
            return &list->items[i];
        i -= count;
    }
    return NULL;
}

static unsigned count_entries(const char *const names[2])
{
    unsigned count = 0;

    while (entry(names, count))
        count++;
    return count;
}

static const char *text(const struct camkes_value *dict, const char *key)
{
    const struct camkes_value *value = camkes_member(dict, key);

    return value && value->type == CAMKES_STRING ? value->string : "";
}

static bool does_without_iommu(const char *name)
{
    const struct camkes_value *other;

    for (unsigned i = 0; (other = entry(exempt_lists, i)); i++)
        if (other->type == CAMKES_STRING && !strcmp(other->string, name))
            return true;
    return false;
}

/* --- What the instance was given --- */

/* Where the machine has no such thing, the loader has left the slot empty, and said so. */
static bool is_there(const struct camkes_resource *r)
{
    switch (r->kind) {
    case CAMKES_RESOURCE_IOPORTS:
        return seL4_X86_IOPort_Out8(r->cptr, BIT(16), 0) != seL4_InvalidCapability;
    case CAMKES_RESOURCE_IRQ:
        return seL4_IRQHandler_Ack(r->cptr) == seL4_NoError;
    case CAMKES_RESOURCE_FRAME:
        return seL4_X86_Page_GetAddress(r->cptr).error == seL4_NoError;
    case CAMKES_RESOURCE_MSI:
        return seL4_X86_IRQHandler_GetMessage(r->cptr).error == seL4_NoError;
    case CAMKES_RESOURCE_IOSPACE:
        return seL4_X86_IOSpace_GetFault(r->cptr).error == seL4_NoError;
    default:
        return false;
    }
}

/* By attribute, in either spelling. Null: there is none, or it is not there. */
static const struct camkes_resource *resource(unsigned i, enum camkes_resource_kind kind,
                                              const char *attribute, const char *of_2018)
{
    const struct camkes_resource *r = &camkes_instance.resources[i];

    return r->kind == kind && (!strcmp(r->origin, attribute) || !strcmp(r->origin, of_2018)) &&
                   is_there(r)
               ? r
               : NULL;
}

static void take_frames(void)
{
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r =
            resource(i, CAMKES_RESOURCE_FRAME, device_lists[0], device_lists[1]);

        if (r)
            devices.frame[devices.frames++] =
                (struct sel4_device_frame){r->first, (unsigned)r->last, r->cptr, NULL};
    }
}

static void take_ports(void)
{
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r =
            resource(i, CAMKES_RESOURCE_IOPORTS, "vm_ioports", "config_ioports");

        if (r)
            devices.ports[devices.port_ranges++] =
                (struct sel4_device_ports){(uint16_t)r->first, (uint16_t)r->last, r->cptr};
    }
}

/* --- Interrupts --- */

static const struct camkes_value *irq_entry(const struct camkes_resource *r)
{
    const struct camkes_value *irq;

    for (unsigned i = 0; (irq = entry(irq_lists, i)); i++)
        if (camkes_member_number(irq, "ioapic") == r->first &&
            camkes_member_number(irq, "source") == r->last)
            return irq;
    return NULL;
}

static void take_lines(void)
{
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r =
            resource(i, CAMKES_RESOURCE_IRQ, irq_lists[0], irq_lists[1]);
        const struct camkes_value *irq = r ? irq_entry(r) : NULL;

        if (irq)
            devices.line[devices.lines++] = (struct sel4_line){
                .ioapic = (unsigned)r->first,
                .pin = (unsigned)r->last,
                .handler = r->cptr,
                .badge = platform_badge_bits(r->badge),
                .line = {.gsi = (unsigned)camkes_member_number(irq, "dest"),
                         .level = camkes_member_number(irq, "level_trig") != 0},
            };
    }
}

/* Null: the description names none, or the machine has no such input. */
static struct sel4_line *line_of(const char *name)
{
    const struct camkes_value *irq;

    for (unsigned i = 0; name[0] && (irq = entry(irq_lists, i)); i++)
        for (unsigned l = 0; !strcmp(text(irq, "name"), name) && l < devices.lines; l++)
            if (devices.line[l].ioapic == camkes_member_number(irq, "ioapic") &&
                devices.line[l].pin == camkes_member_number(irq, "source"))
                return &devices.line[l];
    return NULL;
}

static void take_messages(struct sel4_function *function)
{
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r =
            resource(i, CAMKES_RESOURCE_MSI, device_lists[0], device_lists[1]);

        if (r && r->first == function->number && function->messages < PASS_MESSAGES_MAX)
            function->message[function->messages++] =
                (struct sel4_msi){r->cptr, platform_badge_bits(r->badge)};
    }
}

/* --- Functions --- */

static uint64_t iospace_of(const struct sel4_function *function)
{
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r = &camkes_instance.resources[i];

        if (r->kind == CAMKES_RESOURCE_IOSPACE && r->last == function->number && is_there(r))
            return r->cptr;
    }
    return 0;
}

static void take_memory(struct sel4_function *function, const struct camkes_value *list)
{
    for (unsigned i = 0; list && list->type == CAMKES_LIST && i < list->count; i++)
        if (function->memories < PCI_BARS)
            function->memory[function->memories++] = (struct sel4_device_memory){
                .address = camkes_member_number(&list->items[i], "paddr"),
                .size = camkes_member_number(&list->items[i], "size"),
            };
}

static void take_function(vmm_t *vmm, const struct camkes_value *device)
{
    struct sel4_function *function = &devices.function[devices.functions];

    *function = (struct sel4_function){
        .name = text(device, "name"),
        .number = (uint16_t)(camkes_member_number(device, "bus") << 8 |
                             camkes_member_number(device, "dev") << 3 |
                             camkes_member_number(device, "fun")),
        .line = line_of(text(device, "irq")),
    };
    function->iospace = iospace_of(function);
    function->fixed_ram = does_without_iommu(function->name) && vmm->memory.hole_end != 0;
    if (!function->iospace && !does_without_iommu(function->name)) {
        vmm_log(vmm,
                "pci_devices: device \"%s\" is not given to the guest: no IOMMU of this machine "
                "would keep it from memory that is not the guest's; switch it on in the firmware's "
                "setup, or see pci_devices_without_iommu in docs/passthrough.md",
                function->name);
        return;
    }
    if (!function->line && text(device, "irq")[0])
        vmm_log(vmm, "vm_irqs: device \"%s\" has to do without its interrupt \"%s\"",
                function->name, text(device, "irq"));
    if (!function->iospace && function->fixed_ram)
        vmm_log(vmm,
                "pci_devices: WARNING: device \"%s\" and whoever programs it read and write ALL "
                "memory of this machine, since it has no IOMMU (pci_devices_without_iommu, ram)",
                function->name);
    take_messages(function);
    take_memory(function, camkes_member(device, "memory"));
    devices.functions++;
}

/* --- The whole --- */

bool devices_reach_memory(void)
{
    return count_entries(device_lists) != 0;
}

/* Room for all of a kind, and one more: of nothing, calloc() may give nothing. */
static void *list_of(enum camkes_resource_kind kind, size_t size)
{
    size_t count = 1;

    for (unsigned i = 0; i < camkes_instance.resource_count; i++)
        count += camkes_instance.resources[i].kind == kind;
    return calloc(count, size);
}

int devices_init(vmm_t *vmm)
{
    unsigned functions = count_entries(device_lists);

    devices.vmm = vmm;
    devices.config_read = platform_config_read;
    devices.config_write = platform_config_write;
    devices.frame = list_of(CAMKES_RESOURCE_FRAME, sizeof(*devices.frame));
    devices.ports = list_of(CAMKES_RESOURCE_IOPORTS, sizeof(*devices.ports));
    devices.line = list_of(CAMKES_RESOURCE_IRQ, sizeof(*devices.line));
    devices.function = calloc(functions + 1, sizeof(*devices.function));
    if (!devices.frame || !devices.ports || !devices.line || !devices.function) {
        vmm_log(vmm, "pci_devices: there is no memory for the list of devices: raise heap_size");
        return -ENOMEM;
    }
    take_frames();
    take_ports();
    take_lines();
    for (unsigned i = 0; i < functions; i++)
        take_function(vmm, entry(device_lists, i));
    sel4_devices_start(&devices);
    return 0;
}

void devices_notify(uint64_t badges)
{
    sel4_devices_notify(&devices, badges);
}

void devices_reset(void)
{
    sel4_devices_reset(&devices);
}

void devices_close(void)
{
    if (devices.vmm)
        sel4_devices_close(&devices);
}
