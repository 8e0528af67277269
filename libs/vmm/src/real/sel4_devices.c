/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lives of a guest's devices, and pass_ops put together (sel4_devices.h).
 */
#include "sel4_devices_private.h"

#include <errno.h>
#include <stdio.h>

#define REGISTER_COMMAND 0x04
#define COMMAND_MASTER   BIT(2)

static uint32_t config_read(void *ctx, unsigned offset, unsigned size)
{
    const struct sel4_function *function = ctx;

    return function->devices->config_read(function->number, offset, size);
}

/*
 * A device that nothing holds back does no DMA, unless the guest's addresses are the machine's:
 * else they would be those of others' memory.
 */
static void config_write(void *ctx, unsigned offset, unsigned size, uint32_t value)
{
    const struct sel4_function *function = ctx;

    if (!function->iospace && !function->fixed_ram && offset == REGISTER_COMMAND)
        value &= ~(uint32_t)COMMAND_MASTER;
    function->devices->config_write(function->number, offset, size, value);
}

static int claim(void *ctx, unsigned bar, bool ports, uint64_t address, uint64_t size)
{
    struct sel4_function *function = ctx;

    function->bar[bar] = address;
    return ports ? sel4_device_claim_ports(function, bar, address, size)
                 : sel4_device_claim_memory(function, bar, address, size);
}

static const struct pass_ops ops = {
    .claim = claim,
    .config_read = config_read,
    .config_write = config_write,
    .show = sel4_device_show,
    .hide = sel4_device_hide,
    .memory_read = sel4_device_memory_read,
    .memory_write = sel4_device_memory_write,
    .open_ports = sel4_device_open_ports,
    .port_in = sel4_device_port_in,
    .port_out = sel4_device_port_out,
    .message = sel4_device_message,
    .intx_served = sel4_device_intx_served,
};

/* --- Lives --- */

static void name_memory_without_register(const struct sel4_function *function)
{
    for (unsigned i = 0; i < function->memories; i++)
        if (!function->memory[i].found)
            vmm_log(function->devices->vmm,
                    "%s: it has no memory at 0x%llx, as the "
                    "description says; remove that entry",
                    function->label, (unsigned long long)function->memory[i].address);
}

/* Added, it is off: so what firmware has left it at does not reach the guest's memory. */
static void add(struct sel4_devices *devices, struct sel4_function *function)
{
    vmm_t *vmm = devices->vmm;
    const struct pass_config config = {
        .name = function->label,
        .bdf = function->number,
        .gsi = function->line ? function->line->line.gsi : 0,
        .messages = function->messages,
    };
    int error = 0;

    function->devices = devices;
    for (unsigned m = 0; m < function->messages; m++)
        function->badges |= function->message[m].badge;
    snprintf(function->label, sizeof(function->label),
             "pci_devices: device \"%.32s\" (%02x:%02x.%u)", function->name, function->number >> 8,
             function->number >> 3 & 31, function->number & 7);
    function->function = pass_add(vmm, &config, &ops, function);
    if (!function->function)
        return;
    name_memory_without_register(function);
    if (function->iospace)
        error = sel4_iospace_map(vmm->host, &vmm->memory, function->iospace);
    if (error)
        vmm_log(vmm,
                "%s: "
                "does not reach the guest's memory, since there is no memory for "
                "tables of its own (error %d): raise untyped_reserve_kb or heap_size",
                function->label, error);
}

void sel4_devices_start(struct sel4_devices *devices)
{
    for (unsigned i = 0; i < devices->functions; i++)
        add(devices, &devices->function[i]);
    sel4_device_open_other_ports(devices);
    sel4_device_start_lines(devices);
}

void sel4_devices_close(struct sel4_devices *devices)
{
    struct alloc *alloc = devices->vmm->host->alloc;

    for (unsigned i = 0; i < devices->functions; i++)
        if (devices->function[i].iospace)
            (void)seL4_CNode_Delete(alloc->config.cnode, devices->function[i].iospace,
                                    seL4_WordBits);
}
