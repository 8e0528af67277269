/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space of a passed-through function: who answers for each byte of it. The identity
 * is a copy, base address registers and the interrupt's are the guest's own, the command register's
 * bits are passed on where they concern nobody else. What lies outside of capabilities from 0x40 on
 * is the device's own and passed through: the IDE controllers' timings are there.
 * Rests on: PCI Local Bus Specification 3.0, 6.2.
 */
#include "pass_private.h"

#include <errno.h>

#define COMMAND_PASSED                                                                             \
    (COMMAND_PORTS | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_MWI | COMMAND_PARITY |              \
     COMMAND_INTX_DISABLE)

#define HEADER_TYPE   0x7f
#define CLASS_BRIDGE  0x06
#define CLASS_SYSTEM  0x08
#define SYSTEM_TIMERS 0x03 /* up to here: interrupt, DMA controllers, timers, clocks */
#define CLASS_IDE     0x0101
#define IDE_NATIVE(n) BIT(2 * (n)) /* of the programming interface */
#define SYSTEM_IOMMU  0x06
#define IDENTITY_END  0x0c

/* --- The guest's accesses --- */

static uint32_t own_byte(const struct pass_function *function, unsigned offset, uint32_t real)
{
    uint8_t own = function->pci.config[offset];

    if (function->access[offset] == PASS_EMULATED)
        return own;
    if (offset == OFFSET_STATUS)
        return (real & (uint8_t)~STATUS_CAPS) | (own & STATUS_CAPS);
    return real;
}

static uint32_t guest_reads(struct pci_function *pci, unsigned offset, unsigned size)
{
    const struct pass_function *function = pci->ctx;
    uint32_t real = 0, value = 0;
    bool asks = false;

    if (offset >= PCI_CONFIG_BYTES)
        return pass_read_extended(function, offset & ~3u) >> (8 * (offset & 3));
    if (offset & (size - 1)) /* two bytes at 1 */
        return guest_reads(pci, offset, 1) | guest_reads(pci, offset + 1, 1) << 8;
    for (unsigned i = 0; i < size; i++)
        asks |= function->access[offset + i] != PASS_EMULATED;
    if (asks)
        real = pass_read(function, offset, size);
    for (unsigned i = 0; i < size; i++)
        value |= own_byte(function, offset + i, real >> (8 * i) & 0xff) << (8 * i);
    return value;
}

/* In one piece if all of it goes through. */
static void guest_writes(struct pci_function *pci, unsigned offset, unsigned size, uint32_t value)
{
    struct pass_function *function = pci->ctx;
    unsigned through = 0;

    pass_turn_on(function);
    for (unsigned i = 0; i < size; i++)
        through += function->access[offset + i] == PASS_THROUGH;
    if (through == size && (offset & (size - 1)) == 0) {
        pass_write(function, offset, size, value);
        return;
    }
    for (unsigned i = 0; i < size; i++)
        if (function->access[offset + i] == PASS_THROUGH)
            pass_write(function, offset + i, 1, value >> (8 * i) & 0xff);
}

/* A function that is off, or has no line in the guest, raises none. */
static void update_command(struct pass_function *function)
{
    unsigned command = pci_command(&function->pci) & COMMAND_PASSED;

    if (!(command & (COMMAND_PORTS | COMMAND_MEMORY | COMMAND_MASTER)) ||
        !function->pci.config[OFFSET_INTERRUPT_PIN])
        command |= COMMAND_INTX_DISABLE;
    if (command != function->command)
        pass_write(function, OFFSET_COMMAND, 2, command);
    function->command = (uint16_t)command;
}

static void has_changed(struct pci_function *pci, unsigned offset, unsigned size)
{
    struct pass_function *function = pci->ctx;

    (void)offset;
    if (size == PCI_CONFIG_BYTES) { /* a reset */
        pass_forget_express(function);
        pass_forget_msix(function);
    }
    pass_update_express(function);
    update_command(function);
    pass_update_msi(function);
    pass_update_msix(function);
}

/* --- Identity --- */

static int refuse(const struct pass_function *function, int error, const char *why)
{
    vmm_log(function->vmm, "%s: %s; it cannot be passed through", function->name, why);
    return error;
}

static bool is_system(uint32_t class_code)
{
    unsigned class = class_code >> 16, subclass = class_code >> 8 & 0xff;

    return class == CLASS_SYSTEM && (subclass <= SYSTEM_TIMERS || subclass == SYSTEM_IOMMU);
}

/* PCI IDE Controller Specification 1.0, 2.1 and 2.2. */
static uint8_t legacy_channels(uint32_t class_code)
{
    uint8_t channels = 0;

    for (unsigned i = 0; i < PASS_IDE_CHANNELS && class_code >> 8 == CLASS_IDE; i++)
        if (!(class_code & IDE_NATIVE(i)))
            channels |= (uint8_t)BIT(i);
    return channels;
}

static void copy(struct pass_function *function, unsigned offset, unsigned size)
{
    for (unsigned i = offset; i < offset + size; i++)
        function->pci.config[i] = (uint8_t)pass_read(function, i, 1);
}

static void let_through(struct pass_function *function, unsigned offset, unsigned size)
{
    memset(&function->access[offset], PASS_THROUGH, size);
}

int pass_identify(struct pass_function *function)
{
    struct pci_function *pci = &function->pci;
    uint32_t vendor = pass_read(function, OFFSET_VENDOR, 4);
    uint32_t class_code = pass_read(function, OFFSET_REVISION, 4) >> 8;

    if ((uint16_t)vendor == UINT16_MAX || (uint16_t)vendor == 0)
        return refuse(function, -ENODEV, "there is no such PCI function in this machine");
    if (pass_read(function, OFFSET_HEADER_TYPE, 1) & HEADER_TYPE ||
        class_code >> 16 == CLASS_BRIDGE)
        return refuse(function, -EPERM, "it is a bridge, with what lies after it");
    if (is_system(class_code))
        return refuse(function, -EPERM, "it serves the whole machine");
    function->legacy = legacy_channels(class_code);
    if (!pass_read(function, OFFSET_INTERRUPT_PIN, 1) && function->legacy != PASS_LEGACY)
        function->gsi = 0; /* it has no interrupt to raise there */
    pci->name = function->name;
    pci->ctx = function;
    pci->read = guest_reads;
    pci->write = guest_writes;
    pci->written = has_changed;
    pci_identify(pci, (uint16_t)vendor, (uint16_t)(vendor >> 16), class_code,
                 (uint8_t)pass_read(function, OFFSET_REVISION, 1));
    pci->writable[OFFSET_COMMAND] = COMMAND_PASSED & 0xff;
    copy(function, OFFSET_SUBSYSTEM, 4);
    copy(function, OFFSET_MIN_GNT, 2);
    let_through(function, OFFSET_STATUS, 2);
    let_through(function, OFFSET_CACHE_LINE, 2);
    let_through(function, OFFSET_OWN, PCI_CONFIG_BYTES - OFFSET_OWN);
    pass_find_caps(function);
    pass_find_extended(function);
    pci->extended = function->extended_count > 0;
    return 0;
}
