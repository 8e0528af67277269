/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCIConfigIO: configuration space by mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2): the
 * address goes to port 0xcf8, the data are at 0xcfc. Reads outside of what exists yield all ones,
 * as on the bus. Writes are for the function's owner (owners.h) and for the instances named in
 * `writers`; others have no effect.
 */
#include "owners.h"

#include <camkes.h>
#include <string.h>

#define PORT_ADDRESS  0xcf8
#define PORT_DATA     0xcfc
#define CONFIG_ENABLE 0x80000000u

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

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
    owners_init(read);
}

static bool lock(void)
{
    return config_lock_lock() == 0;
}

static void unlock(void)
{
    (void)!config_lock_unlock();
}

#define DEFINE_ACCESS(bits)                                                                        \
    uint##bits##_t pci_config_read##bits(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset)   \
    {                                                                                              \
        uint##bits##_t value = (uint##bits##_t) ~0u;                                               \
        if (lock()) {                                                                              \
            if (select_register(bus, dev, fun, offset, bits / 8))                                  \
                value = pci_config_data_in##bits(PORT_DATA + (offset & 3));                        \
            unlock();                                                                              \
        }                                                                                          \
        return value;                                                                              \
    }                                                                                              \
    void pci_config_write##bits(uint8_t bus, uint8_t dev, uint8_t fun, uint16_t offset,            \
                                uint##bits##_t value)                                              \
    {                                                                                              \
        if (lock()) {                                                                              \
            if (sender_may_write(bus, dev, fun, offset, bits / 8, value) &&                        \
                select_register(bus, dev, fun, offset, bits / 8))                                  \
                pci_config_data_out##bits(PORT_DATA + (offset & 3), value);                        \
            unlock();                                                                              \
        }                                                                                          \
    }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
