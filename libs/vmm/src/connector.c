/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PCI connector (vmm/connector.h). What a guest does with its registers costs nobody but
 * itself: an event is a signal, however often it is sent.
 */
#include "machine_private.h"

#include <vmm/connector.h>

#include <errno.h>
#include <string.h>

enum { BAR_REGISTERS, BAR_DATAPORT };

/* --- Interrupt --- */

static void set_interrupt(struct connector *connector)
{
    pci_set_intx(&connector->function, connector->consume && pci_decodes(&connector->function));
}

static void on_config(struct pci_function *function, unsigned offset, unsigned size)
{
    (void)offset;
    (void)size;
    set_interrupt(function->ctx);
}

void connector_event(struct connector *connector)
{
    __atomic_fetch_add(&connector->arrived, 1, __ATOMIC_ACQ_REL);
}

void connectors_deliver(vmm_t *vmm)
{
    for (struct connector *connector = vmm->connectors; connector; connector = connector->next) {
        uint32_t arrived = __atomic_exchange_n(&connector->arrived, 0, __ATOMIC_ACQ_REL);

        if (arrived) {
            connector->consume = MAX(connector->consume + arrived, arrived); /* 0 means none */
            set_interrupt(connector);
        }
    }
}

/* --- Registers --- */

static uint64_t read_registers(void *ctx, uint64_t offset, unsigned size)
{
    const struct connector *connector = ctx;
    uint8_t registers[CONNECTOR_REGISTERS_END + sizeof(uint64_t)] = {0};
    uint64_t value = 0;

    if (offset < CONNECTOR_REGISTERS_END) {
        memcpy(registers + CONNECTOR_CONSUME, &connector->consume, sizeof(connector->consume));
        memcpy(registers + CONNECTOR_NAME, connector->label, sizeof(connector->label));
        memcpy(&value, registers + offset, size);
    }
    return value;
}

static void write_registers(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    struct connector *connector = ctx;

    (void)size;
    if (offset == CONNECTOR_EMIT && connector->emit) {
        /* What the guest has printed comes first. */
        vmm_flush_console(connector->vmm);
        vmm_keep_registers(&connector->vmm->vcpu);
        connector->emit();
    } else if (offset == CONNECTOR_CONSUME) {
        connector->consume = (uint32_t)value;
        set_interrupt(connector);
    }
}

/* --- Memory --- */

static int map_registers(void *ctx, unsigned bar, uint64_t address)
{
    struct connector *connector = ctx;

    (void)bar;
    mmio_bus_move(&connector->vmm->mmio, connector, address);
    return 0;
}

static void unmap_registers(void *ctx, unsigned bar)
{
    (void)map_registers(ctx, bar, MMIO_NOWHERE);
}

static int map_dataport(void *ctx, unsigned bar, uint64_t address)
{
    struct connector *connector = ctx;
    struct crossvm_dataport *dataport = &connector->dataport;
    int error = connector->memory->show(connector->vmm, dataport, address, dataport->size);

    (void)bar;
    if (!error) {
        dataport->address = address;
        dataport->shown = dataport->size;
    }
    return error;
}

static void unmap_dataport(void *ctx, unsigned bar)
{
    struct connector *connector = ctx;
    struct crossvm_dataport *dataport = &connector->dataport;

    (void)bar;
    connector->memory->hide(connector->vmm, dataport);
    dataport->address = dataport->shown = 0;
}

/* --- Making --- */

static uint64_t power_of_two(uint64_t size)
{
    uint64_t power = PAGE_SIZE_4K;

    while (power < size)
        power <<= 1;
    return power;
}

int connector_add(vmm_t *vmm, struct connector *connector)
{
    struct pci_function *function = &connector->function;
    const struct mmio_range range = {"connector",    MMIO_NOWHERE,    PAGE_SIZE_4K,
                                     read_registers, write_registers, connector};
    const struct pci_bar registers = {
        .size = PAGE_SIZE_4K, .map = map_registers, .unmap = unmap_registers};
    const struct pci_bar dataport = {.size = power_of_two(connector->dataport.size),
                                     .prefetchable = true,
                                     .map = map_dataport,
                                     .unmap = unmap_dataport};
    int error;

    connector->vmm = vmm;
    function->name = "connector";
    function->ctx = connector;
    function->written = on_config;
    pci_identify(function, CONNECTOR_VENDOR, CONNECTOR_DEVICE, CONNECTOR_CLASS, CONNECTOR_REVISION);
    pci_use_intx(function);
    strncpy(connector->label, connector->name ? connector->name : "connector",
            sizeof(connector->label) - 1);
    error = pci_set_bar(function, BAR_REGISTERS, &registers);
    if (!error && connector->dataport.ctx)
        error = pci_set_bar(function, BAR_DATAPORT, &dataport);
    error = error ?: mmio_bus_add(&vmm->mmio, &range) ?: pci_add_anywhere(&vmm->pci, function);
    if (!error) {
        connector->next = vmm->connectors;
        vmm->connectors = connector;
    }
    return error;
}
