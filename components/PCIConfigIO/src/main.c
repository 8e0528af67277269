/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCIConfigIO: configuration space by mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2): the
 * address goes to port 0xcf8, the data are at 0xcfc. Reads outside of what exists yield all ones,
 * as on the bus. What lies above the first 256 bytes of a function is reached in memory (PCI
 * Express Base Specification 3.0, 7.2.2), where the machine has it. Writes are for the function's
 * owner (owners.h) and for the instances named in `writers`; others have no effect.
 */
#include "access_control.h"
#include "owners.h"

#include <base/bits.h>
#include <camkes.h>
#include <string.h>

#define PORT_ADDRESS  0xcf8
#define PORT_DATA     0xcfc
#define CONFIG_ENABLE 0x80000000u
#define CONFIG_SIZE   256 /* as far as mechanism 1 reaches */
#define EXTENDED_SIZE 4096

/* Whether one of the `writers` is that instance. */
static bool is_writer(const char *instance, size_t length)
{
    for (size_t i = 0; i < writers_count; i++)
        if (strlen(writers[i]) == length && memcmp(writers[i], instance, length) == 0)
            return true;
    return false;
}

/* The sender's "instance.interface", or NULL. */
static const char *sender(void)
{
    const struct camkes_cap *cap;
    for (unsigned e = 0; e < camkes_instance.end_count; e++) {
        const struct camkes_end *end = camkes_instance.ends[e];
        for (unsigned i = 0; (cap = camkes_end_cap(end, "ep", i)); i++)
            if (cap->badge == pci_config_get_sender_id() && cap->peer[0])
                return cap->peer;
    }
    return NULL;
}

/* Points the data port at a register; false where mechanism 1 has none of that address and size. */
static bool select_register(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size)
{
    if (dev > 31 || fun > 7 || offset > 255 || offset % size)
        return false;
    pci_config_address_out32(PORT_ADDRESS, CONFIG_ENABLE | (uint32_t)bus << 16 |
                                               (uint32_t)dev << 11 | (uint32_t)fun << 8 |
                                               (offset & 0xfcu));
    return true;
}

/* The register in memory; NULL where the machine has none there, or this system not that bus. */
static volatile void *extended_register(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset,
                                        unsigned size)
{
    uint64_t at = (uint64_t)bus << 20 | (uint64_t)dev << 15 | (uint64_t)fun << 12 | offset;
    if (!camkes_instance.config_space || dev > 31 || fun > 7 || offset < CONFIG_SIZE ||
        offset >= EXTENDED_SIZE || offset % size)
        return NULL;
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r = &camkes_instance.resources[i];
        if (r->kind == CAMKES_RESOURCE_FRAME && at >= r->first && at < r->first + BIT(r->last) &&
            seL4_X86_Page_GetAddress(r->cptr).error == seL4_NoError)
            return (volatile char *)camkes_instance.config_space + at;
    }
    return NULL;
}

static uint32_t read(uint16_t function, unsigned offset, unsigned size)
{
    if (!select_register(function >> 8, function >> 3 & 31, function & 7, (uint16_t)offset, size))
        return ~0u;
    uint16_t port = (uint16_t)(PORT_DATA + (offset & 3));
    return size == 1   ? pci_config_data_in8(port)
           : size == 2 ? pci_config_data_in16(port)
                       : pci_config_data_in32(port);
}

/* Under the lock, as it may have to look at the function. */
static bool sender_may_write(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size,
                             uint32_t value)
{
    const char *peer = sender();
    const char *dot = peer ? strrchr(peer, '.') : NULL;
    if (!dot || dev > 31 || fun > 7)
        return false;
    size_t length = (size_t)(dot - peer);
    uint16_t function = (uint16_t)(bus << 8 | dev << 3 | fun);
    return is_writer(peer, length) || owner_may_write(peer, length, function, offset, size, value);
}

static bool lock(void)
{
    return config_lock_lock() == 0;
}

static void unlock(void)
{
    (void)!config_lock_unlock();
}

static uint32_t read_any(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size)
{
    const volatile void *at = extended_register(bus, dev, fun, offset, size);
    if (!at)
        return dev > 31 || fun > 7 ? ~0u
                                   : read((uint16_t)(bus << 8 | dev << 3 | fun), offset, size);
    return size == 1   ? *(const volatile uint8_t *)at
           : size == 2 ? *(const volatile uint16_t *)at
                       : *(const volatile uint32_t *)at;
}

static void write_any(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset, unsigned size,
                      uint32_t value)
{
    volatile void *at = extended_register(bus, dev, fun, offset, size);
    uint16_t port = (uint16_t)(PORT_DATA + (offset & 3));
    if (at && size == 1)
        *(volatile uint8_t *)at = (uint8_t)value;
    else if (at && size == 2)
        *(volatile uint16_t *)at = (uint16_t)value;
    else if (at)
        *(volatile uint32_t *)at = value;
    else if (!select_register(bus, dev, fun, offset, size))
        return;
    else if (size == 1)
        pci_config_data_out8(port, (uint8_t)value);
    else if (size == 2)
        pci_config_data_out16(port, (uint16_t)value);
    else
        pci_config_data_out32(port, value);
}

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
    access_control_turn_on((struct config_access){read_any, write_any},
                           (unsigned)config_space_buses);
    owners_init(read);
}

#define DEFINE_ACCESS(bits)                                                                        \
    uint##bits##_t pci_config_read##bits(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset)   \
    {                                                                                              \
        uint##bits##_t value = (uint##bits##_t) ~0u;                                               \
        if (lock()) {                                                                              \
            value = (uint##bits##_t)read_any(bus, dev, fun, offset, bits / 8);                     \
            unlock();                                                                              \
        }                                                                                          \
        return value;                                                                              \
    }                                                                                              \
    void pci_config_write##bits(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset,            \
                                uint##bits##_t value)                                              \
    {                                                                                              \
        if (lock()) {                                                                              \
            if (sender_may_write(bus, dev, fun, offset, bits / 8, value))                          \
                write_any(bus, dev, fun, offset, bits / 8, value);                                 \
            unlock();                                                                              \
        }                                                                                          \
    }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
