/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCIConfigIO: configuration space by mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2): the
 * address goes to port 0xcf8, the data are at 0xcfc. Reads outside of what exists yield all ones,
 * as on the bus.
 */
#include <camkes.h>

#define PORT_ADDRESS  0xcf8
#define PORT_DATA     0xcfc
#define CONFIG_ENABLE 0x80000000u

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
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
            if (select_register(bus, dev, fun, offset, bits / 8))                                  \
                pci_config_data_out##bits(PORT_DATA + (offset & 3), value);                        \
            unlock();                                                                              \
        }                                                                                          \
    }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
