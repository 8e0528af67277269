/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI configuration mechanism 1, the host bridge and the interrupt wires (pci.h).
 */
#include "pci_private.h"

#include <errno.h>

#define ADDRESS_ENABLE   0x80000000u
#define ADDRESS_WRITABLE 0x80fffffcu

/* An Intel 440FX, the host bridge that every guest knows needs no care. */
#define HOST_VENDOR 0x8086
#define HOST_DEVICE 0x1237
#define HOST_CLASS  0x060000

#define PCI_PINS 4

/* Lines that the 8259 pair and the I/O APIC both have. */
static const uint8_t wire_gsi[PCI_WIRES] = {10, 11};

static struct pci_function *function_at(const struct pci *pci, unsigned slot, unsigned number)
{
    for (struct pci_function *at = pci->functions; at; at = at->next)
        if (at->slot == slot && at->number == number)
            return at;
    return NULL;
}

/* --- Interrupts --- */

static unsigned wire_of(unsigned slot, unsigned pin)
{
    return wire_gsi[(slot + pin) % PCI_WIRES];
}

static unsigned gsi_of(const struct pci_function *function)
{
    unsigned pin = function->config[OFFSET_INTERRUPT_PIN];

    return function->gsi ?: wire_of(function->slot, pin ? pin - 1 : 0);
}

static const struct pci_function *with_pin(const struct pci *pci, unsigned slot, unsigned pin)
{
    for (const struct pci_function *at = pci->functions; at; at = at->next)
        if (at->slot == slot && at->config[OFFSET_INTERRUPT_PIN] == pin + 1)
            return at;
    return NULL;
}

unsigned pci_pin_gsi(const struct pci *pci, unsigned slot, unsigned pin)
{
    const struct pci_function *function = with_pin(pci, slot, pin);

    return function ? gsi_of(function) : wire_of(slot, pin);
}

bool pci_uses_gsi(const struct pci *pci, unsigned gsi)
{
    bool used = false;

    for (unsigned wire = 0; wire < PCI_WIRES; wire++)
        used |= wire_gsi[wire] == gsi;
    for (const struct pci_function *at = pci->functions; at && !used; at = at->next)
        used = at->gsi == gsi;
    return used && gsi != 0;
}

int pci_use_gsi(struct pci_function *function, unsigned gsi)
{
    for (uint8_t pin = 0; pin < PCI_PINS; pin++) {
        const struct pci_function *other = with_pin(function->pci, function->slot, pin);

        if (!other || gsi_of(other) == gsi) {
            function->gsi = gsi;
            function->config[OFFSET_INTERRUPT_PIN] = pin + 1;
            return 0;
        }
    }
    return -ENOSPC;
}

static bool drives(const struct pci_function *function, unsigned gsi)
{
    return function->config[OFFSET_INTERRUPT_PIN] && gsi_of(function) == gsi &&
           (function->config[OFFSET_STATUS] & STATUS_INTX) &&
           !(pci_command(function) & COMMAND_INTX_DISABLE);
}

/* A wire is high as long as any function drives it. */
bool pci_drives(const struct pci *pci, unsigned gsi)
{
    for (const struct pci_function *at = pci->functions; at; at = at->next)
        if (drives(at, gsi))
            return true;
    return false;
}

static void set_wire(struct pci *pci, unsigned gsi)
{
    if (pci->host.set_irq)
        pci->host.set_irq(pci->host.ctx, gsi, pci_drives(pci, gsi));
}

void pci_use_intx(struct pci_function *function)
{
    function->config[OFFSET_INTERRUPT_PIN] = 1;
}

void pci_set_intx(struct pci_function *function, bool asserted)
{
    uint8_t *status = &function->config[OFFSET_STATUS];

    *status = (uint8_t)((*status & ~STATUS_INTX) | (asserted ? STATUS_INTX : 0));
    set_wire(function->pci, gsi_of(function));
}

/* --- Configuration space --- */

/* The guest has changed these registers. */
static void changed(struct pci *pci, struct pci_function *function, unsigned offset, unsigned size)
{
    if (offset < OFFSET_BARS_END && offset + size > OFFSET_COMMAND) {
        pci_move_bars(pci);
        if (function->config[OFFSET_INTERRUPT_PIN])
            set_wire(pci, gsi_of(function));
    }
    if (function->written)
        function->written(function, offset, size);
}

static struct pci_function *selected(const struct pci *pci)
{
    uint32_t address = pci->address;

    if (!(address & ADDRESS_ENABLE) || (address >> 16 & 0xff))
        return NULL; /* other buses are empty */
    return function_at(pci, address >> 11 & 31, address >> 8 & 7);
}

/* Inside one doubleword of what the function has. */
static uint32_t read_config(struct pci_function *function, unsigned offset, unsigned size)
{
    uint32_t value = 0;

    if (function->read)
        return function->read(function, offset, size);
    memcpy(&value, &function->config[offset], size);
    return value;
}

static void write_config(struct pci_function *function, unsigned offset, unsigned size,
                         uint32_t value)
{
    if (function->write)
        function->write(function, offset, size, value);
    for (unsigned i = 0; i < size; i++) {
        uint8_t mask = function->writable[offset + i];
        uint8_t byte = (uint8_t)(value >> (8 * i));

        function->config[offset + i] =
            (uint8_t)((function->config[offset + i] & ~mask) | (byte & mask));
    }
    changed(function->pci, function, offset, size);
}

static uint32_t data_in(void *ctx, uint16_t port, unsigned size)
{
    struct pci *pci = ctx;
    struct pci_function *function = selected(pci);

    if (!function || (port & 3) + size > 4)
        return UINT32_MAX;
    return read_config(function, (pci->address & 0xfc) + (port & 3), size);
}

static void data_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct pci *pci = ctx;
    struct pci_function *function = selected(pci);

    if (function && (port & 3) + size <= 4)
        write_config(function, (pci->address & 0xfc) + (port & 3), size, value);
}

/* Null: nothing is there. Registers may be read and written inside of doublewords (PCIe 7.2.2). */
static struct pci_function *at_memory(const struct pci *pci, uint64_t offset, unsigned size)
{
    struct pci_function *function = function_at(pci, offset >> 15 & 31, offset >> 12 & 7);
    uint64_t end = function && function->extended ? PCI_EXTENDED_BYTES : PCI_CONFIG_BYTES;

    return (offset & 3) + size <= 4 && offset % PCI_EXTENDED_BYTES < end ? function : NULL;
}

static uint64_t memory_in(void *ctx, uint64_t offset, unsigned size)
{
    struct pci_function *function = at_memory(ctx, offset, size);

    if (!function)
        return UINT64_MAX;
    return read_config(function, offset % PCI_EXTENDED_BYTES, size) & MASK(8 * size);
}

static void memory_out(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    struct pci_function *function = at_memory(ctx, offset, size);

    offset %= PCI_EXTENDED_BYTES;
    if (function && offset < PCI_CONFIG_BYTES)
        write_config(function, (unsigned)offset, size, (uint32_t)value);
}

int pci_extend(struct pci *pci, struct mmio_bus *mmio)
{
    const struct mmio_range range = {"PCI configuration", PCI_EXTENDED_BASE, PCI_EXTENDED_SIZE,
                                     memory_in,           memory_out,        pci};
    int error = pci->extended ? 0 : mmio_bus_add(mmio, &range);

    pci->extended |= !error;
    return error;
}

/* Only a full doubleword at 0xcf8 reaches the latch; narrower ones belong to other devices. */
static uint32_t address_in(void *ctx, uint16_t port, unsigned size)
{
    struct pci *pci = ctx;

    return port == PCI_CONFIG_ADDRESS && size == 4 ? pci->address : UINT32_MAX;
}

static void address_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct pci *pci = ctx;

    if (port == PCI_CONFIG_ADDRESS && size == 4)
        pci->address = value & ADDRESS_WRITABLE;
}

void pci_identify(struct pci_function *function, uint16_t vendor, uint16_t device,
                  uint32_t class_code, uint8_t revision)
{
    uint8_t *config = function->config;

    memcpy(&config[0], &vendor, 2);
    memcpy(&config[2], &device, 2);
    config[8] = revision;
    config[9] = (uint8_t)class_code;
    config[10] = (uint8_t)(class_code >> 8);
    config[11] = (uint8_t)(class_code >> 16);
    function->writable[OFFSET_COMMAND] = 0x07;
    function->writable[OFFSET_COMMAND + 1] = 0x04;
    function->writable[OFFSET_INTERRUPT_LINE] = 0xff;
}

static void add(struct pci *pci, unsigned slot, unsigned number, struct pci_function *function)
{
    struct pci_function **end = &pci->functions;

    while (*end)
        end = &(*end)->next;
    *end = function;
    function->next = NULL;
    function->pci = pci;
    function->slot = slot;
    function->number = number;
}

int pci_add(struct pci *pci, unsigned slot, struct pci_function *function)
{
    if (slot >= PCI_SLOTS)
        return -EINVAL;
    if (function_at(pci, slot, 0))
        return -EBUSY;
    add(pci, slot, 0, function);
    return 0;
}

int pci_add_anywhere(struct pci *pci, struct pci_function *function)
{
    for (unsigned slot = 0; slot < PCI_SLOTS; slot++)
        if (!function_at(pci, slot, 0))
            return pci_add(pci, slot, function);
    return -ENOSPC;
}

/* Guests look at the others only where function 0 says that there are any (6.2.1). */
int pci_add_beside(struct pci *pci, unsigned slot, struct pci_function *function)
{
    struct pci_function *first = function_at(pci, slot, 0);

    for (unsigned number = 1; first && number < PCI_FUNCTIONS; number++) {
        if (!function_at(pci, slot, number)) {
            first->config[OFFSET_HEADER_TYPE] |= HEADER_MULTIFUNCTION;
            function->config[OFFSET_HEADER_TYPE] |= HEADER_MULTIFUNCTION;
            add(pci, slot, number, function);
            return 0;
        }
    }
    return -ENOSPC;
}

void pci_reset_function(struct pci_function *function)
{
    for (unsigned i = 0; i < PCI_CONFIG_BYTES; i++)
        function->config[i] &= (uint8_t)~function->writable[i];
    changed(function->pci, function, 0, PCI_CONFIG_BYTES);
}

void pci_reset(struct pci *pci)
{
    pci->address = 0;
    for (struct pci_function *at = pci->functions; at; at = at->next)
        pci_reset_function(at);
}

void pci_init(struct pci *pci, const struct pci_host *host)
{
    memset(pci, 0, sizeof(*pci));
    pci->host = *host;
    pci->host_bridge.name = "host bridge";
    pci_identify(&pci->host_bridge, HOST_VENDOR, HOST_DEVICE, HOST_CLASS, 2);
    (void)pci_add(pci, 0, &pci->host_bridge);
}

int pci_attach(struct pci *pci, struct port_bus *ports)
{
    const struct port_range address = {
        "PCI address", PCI_CONFIG_ADDRESS, PCI_CONFIG_ADDRESS + 3, 4, address_in, address_out, pci};
    const struct port_range data = {
        "PCI data", PCI_CONFIG_DATA, PCI_CONFIG_DATA + 3, 4, data_in, data_out, pci};
    int error = port_bus_add(ports, &address);

    return error ? error : port_bus_add(ports, &data);
}
