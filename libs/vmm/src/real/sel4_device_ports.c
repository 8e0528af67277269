/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports of the real machine. Those that a base address register is for are the guest's where and
 * when it has that register say so; all others always, for devices at fixed places.
 */
#include "sel4_devices_private.h"

#include <errno.h>

/* Null: none has this port. */
static const struct sel4_device_ports *ports_at(const struct sel4_devices *devices, uint16_t port)
{
    for (unsigned i = 0; i < devices->port_ranges; i++)
        if (port >= devices->ports[i].first && port <= devices->ports[i].last)
            return &devices->ports[i];
    return NULL;
}

static bool has_ports(const struct sel4_devices *devices, unsigned first, unsigned last)
{
    for (unsigned port = first; port <= last; port++)
        if (!ports_at(devices, (uint16_t)port))
            return false;
    return true;
}

int sel4_device_claim_ports(struct sel4_function *function, unsigned bar, uint64_t address,
                            uint64_t size)
{
    if (has_ports(function->devices, (unsigned)address, (unsigned)(address + size - 1))) {
        function->bar_ports[bar] = (uint16_t)size;
        return 0;
    }
    vmm_log(function->devices->vmm,
            "%s: base address register %u is of ports that vm_ioports does not give: write "
            "{\"start\":0x%llx, \"end\":0x%llx, "
            "\"pci_device\":0x%x, \"name\":\"%s\"} there",
            function->label, bar, (unsigned long long)address,
            (unsigned long long)(address + size - 1), function->number >> 3 & 31, function->name);
    return -ENXIO;
}

static int open_range(const struct sel4_devices *devices, unsigned first, unsigned last, bool open)
{
    seL4_CPtr vcpu = devices->vmm->host->vcpu;

    for (unsigned port = first, end; port <= last; port = end + 1) {
        const struct sel4_device_ports *range = ports_at(devices, (uint16_t)port);
        seL4_Error error;

        if (!range)
            return -ENXIO;
        end = MIN(last, (unsigned)range->last);
        error = open ? seL4_X86_VCPU_EnableIOPort(vcpu, range->ports, port, end)
                     : seL4_X86_VCPU_DisableIOPort(vcpu, port, end);
        if (error)
            return -EPERM;
    }
    return 0;
}

int sel4_device_open_ports(void *ctx, uint16_t first, uint16_t last, bool open)
{
    const struct sel4_function *function = ctx;

    vmm_keep_registers(&function->devices->vmm->vcpu);
    return open_range(function->devices, first, last, open);
}

uint32_t sel4_device_port_in(void *ctx, uint16_t port, unsigned size)
{
    const struct sel4_function *function = ctx;
    const struct sel4_device_ports *range = ports_at(function->devices, port);

    vmm_keep_registers(&function->devices->vmm->vcpu);
    switch (range ? size : 0) {
    case 1:
        return seL4_X86_IOPort_In8(range->ports, port).result;
    case 2:
        return seL4_X86_IOPort_In16(range->ports, port).result;
    case 4:
        return seL4_X86_IOPort_In32(range->ports, port).result;
    default:
        return UINT32_MAX;
    }
}

void sel4_device_port_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    const struct sel4_function *function = ctx;
    const struct sel4_device_ports *range = ports_at(function->devices, port);

    vmm_keep_registers(&function->devices->vmm->vcpu);
    switch (range ? size : 0) {
    case 1:
        (void)seL4_X86_IOPort_Out8(range->ports, port, value);
        break;
    case 2:
        (void)seL4_X86_IOPort_Out16(range->ports, port, value);
        break;
    case 4:
        (void)seL4_X86_IOPort_Out32(range->ports, port, value);
        break;
    default:
        break;
    }
}

/* --- Ports of no function's registers --- */

static bool is_of_register(const struct sel4_devices *devices, unsigned port)
{
    for (unsigned i = 0; i < devices->functions; i++) {
        const struct sel4_function *function = &devices->function[i];

        for (unsigned bar = 0; bar < PCI_BARS; bar++)
            if (port - function->bar[bar] < function->bar_ports[bar])
                return true;
    }
    return false;
}

void sel4_device_open_other_ports(const struct sel4_devices *devices)
{
    for (unsigned i = 0; i < devices->port_ranges; i++) {
        const struct sel4_device_ports *range = &devices->ports[i];

        for (unsigned port = range->first, end; port <= range->last; port = end + 1) {
            end = port;
            if (is_of_register(devices, port))
                continue;
            while (end < range->last && !is_of_register(devices, end + 1))
                end++;
            (void)open_range(devices, port, end, true);
        }
    }
}
