/* SPDX-License-Identifier: BSD-2-Clause */
#include "pci_world.h"

#include <errno.h>

const void *owner[PAGES];
unsigned shown, show_error;
int frames[PCI_SLOTS];
struct connector connector[PCI_SLOTS];

static uint64_t owned; /* pages of them */

static void change_owner(const void *from, const void *to, uint64_t address, uint64_t size)
{
    owned -= from ? size / PAGE_SIZE_4K : 0;
    owned += to ? size / PAGE_SIZE_4K : 0;
    for (uint64_t done = 0; done < size; done += PAGE_SIZE_4K) {
        uint64_t page = (address + done - WINDOW) / PAGE_SIZE_4K;

        assert_true(page < PAGES);
        assert_ptr_equal(owner[page], from);
        owner[page] = to;
    }
}

static int show(vmm_t *machine, const struct crossvm_dataport *dataport, uint64_t address,
                uint64_t size)
{
    (void)machine;
    assert_int_equal(size, dataport->size);
    assert_int_equal(dataport->shown, 0);
    if (show_error)
        return -(int)show_error;
    change_owner(NULL, dataport->ctx, address, size);
    shown++;
    return 0;
}

static void hide(vmm_t *machine, const struct crossvm_dataport *dataport)
{
    (void)machine;
    change_owner(dataport->ctx, NULL, dataport->address, dataport->shown);
    shown--;
}

const struct crossvm_memory memory_ops = {show, hide};

void world_set_up(void)
{
    machine_set_up(LOW_BYTES, HIGH_BYTES);
    shown = show_error = 0;
    memset(owner, 0, sizeof(owner));
    owned = 0;
    memset(connector, 0, sizeof(connector));
}

void world_tear_down(void)
{
    machine_tear_down();
}

uint32_t config_read(unsigned slot, unsigned offset)
{
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | offset);
    return port_bus_in(&vmm->ports, PCI_CONFIG_DATA, 4);
}

void config_write(unsigned slot, unsigned offset, uint32_t value)
{
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | offset);
    port_bus_out(&vmm->ports, PCI_CONFIG_DATA, 4, value);
}

/* In slots 1, 2, …, of 1, 2, 3, … pages. */
void add_connectors(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        connector[i].memory = &memory_ops;
        connector[i].dataport =
            (struct crossvm_dataport){&frames[i], (i + 1) * PAGE_SIZE_4K, PAGE_BITS_4K, 0, 0};
        connector[i].emit = emit;
        assert_int_equal(connector_add(vmm, &connector[i]), 0);
    }
    pci_reset(&vmm->pci);
    pci_place(&vmm->pci);
}

/* --- At random --- */

static uint32_t any_value(uint64_t (*number)(unsigned bytes))
{
    switch (number(1) % 5) {
    case 0:
        return (uint32_t)number(4);
    case 1:
        return (uint32_t)(WINDOW + number(1) % 32 * PAGE_SIZE_4K);
    case 2:
        return (uint32_t)number(2) & 0x0407;
    case 3:
        return config_read(1 + (unsigned)number(1) % CONNECTORS, BAR((unsigned)number(1) % 6));
    default:
        return UINT32_MAX;
    }
}

/* Of a slot that is there, or the next ones; mostly of the registers that mean something. */
static void any_config_write(uint64_t (*number)(unsigned bytes))
{
    unsigned slot = (unsigned)number(1) % (CONNECTORS + 2), where = (unsigned)number(1);
    unsigned offset = where & 7 ? where >> 1 & 0x1c : (unsigned)number(1) & 0xfc;
    unsigned how = (unsigned)number(1);

    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | offset);
    if (how & 8)
        port_bus_out(&vmm->ports, PCI_CONFIG_DATA, 4, any_value(number));
    else
        port_bus_out(&vmm->ports, (uint16_t)(PCI_CONFIG_DATA + how % 4), 1u << how / 16 % 3,
                     any_value(number));
}

static void any_access(uint64_t (*number)(unsigned bytes))
{
    uint64_t place = WINDOW + number(1) % 64 * PAGE_SIZE_4K + number(1) * 4, value;
    unsigned how = (unsigned)number(1), size = 1u << how % 4;

    if (how & 4)
        mmio_bus_read(&vmm->mmio, place, size, &value);
    else
        mmio_bus_write(&vmm->mmio, place, size, number(4));
}

/* Each of what the guest has is where its register says. */
static void check_places(void)
{
    uint32_t address = vmm->pci.address;

    for (unsigned i = 0; i < CONNECTORS; i++) {
        const struct crossvm_dataport *dataport = &connector[i].dataport;

        if (dataport->shown) {
            assert_int_equal(config_read(i + 1, BAR(1)) & ~0xfu, dataport->address);
            assert_true(config_read(i + 1, COMMAND) & MEMORY);
        }
    }
    vmm->pci.address = address;
}

void world_step(uint64_t (*number)(unsigned bytes))
{
    unsigned what = (unsigned)number(1);

    show_error = what & 0xf0 ? 0 : ENOMEM;
    switch (what % 8) {
    case 0:
        if (number(1) % 64) { /* what a driver does first */
            config_write(1 + (unsigned)number(1) % CONNECTORS, COMMAND, MEMORY);
        } else {
            pci_reset(&vmm->pci);
            assert_int_equal(shown, 0);
            pci_place(&vmm->pci);
        }
        break;
    case 1:
        connector_event(&connector[number(1) % CONNECTORS]);
        crossvm_deliver(vmm);
        break;
    case 2:
    case 3:
        any_access(number);
        break;
    default:
        any_config_write(number);
        check_places();
    }
}

void world_forget(void)
{
    pci_reset(&vmm->pci);
    assert_int_equal(shown, 0);
    assert_int_equal(owned, 0);
    assert_true(count_lines("\n") <= 3 * CONNECTORS);
    for (unsigned i = 0; i < CONNECTORS; i++) {
        connector[i].function.complaints = 0;
        connector[i].consume = connector[i].arrived = 0;
    }
    logged[0] = 0;
    pci_place(&vmm->pci);
}
