/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCIConfigIO: configuration space by mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2): the
 * address goes to port 0xcf8, the data are at 0xcfc. Reads outside of what exists yield all ones,
 * as on the bus. Writes are for the instances named in `writers`; others have no effect.
 */
#include <camkes.h>
#include <string.h>

#define PORT_ADDRESS  0xcf8
#define PORT_DATA     0xcfc
#define CONFIG_ENABLE 0x80000000u

void post_init(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
}

/* Whether one of the `writers` is the instance of "instance.interface". */
static bool is_writer(const char *peer)
{
    const char *dot = strrchr(peer, '.');
    size_t length = dot ? (size_t)(dot - peer) : strlen(peer);
    for (size_t i = 0; i < writers_count; i++)
        if (strlen(writers[i]) == length && memcmp(writers[i], peer, length) == 0)
            return true;
    return false;
}

static bool sender_may_write(void)
{
    const struct camkes_cap *cap;
    for (unsigned e = 0; e < camkes_instance.end_count; e++) {
        const struct camkes_end *end = camkes_instance.ends[e];
        for (unsigned i = 0; (cap = camkes_end_cap(end, "ep", i)); i++)
            if (cap->badge == pci_config_get_sender_id() && cap->peer[0])
                return is_writer(cap->peer);
    }
    return false;
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
        if (sender_may_write() && lock()) {                                                        \
            if (select_register(bus, dev, fun, offset, bits / 8))                                  \
                pci_config_data_out##bits(PORT_DATA + (offset & 3), value);                        \
            unlock();                                                                              \
        }                                                                                          \
    }

DEFINE_ACCESS(8)
DEFINE_ACCESS(16)
DEFINE_ACCESS(32)
