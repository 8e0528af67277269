/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI of a passed-through function: one message. The guest's registers say where its message goes;
 * those of the real function have the one that the kernel gave.
 * Rests on: PCI Local Bus Specification 3.0, 6.8.1.
 */
#include "pass_private.h"

#include <errno.h>

#define MSI_CONTROL 0x02
#define MSI_ADDRESS 0x04
#define MSI_HIGH    0x08

#define CONTROL_ENABLE   BIT(0)
#define CONTROL_64       BIT(7)
#define CONTROL_MASKABLE BIT(8)

/* Where the data are: after an address of 32 bits or of 64. Mask and pending bits follow. */
static unsigned data_at(unsigned control)
{
    return control & CONTROL_64 ? 0x0c : 0x08;
}

static unsigned get(const struct pass_function *function, unsigned offset, unsigned size)
{
    uint32_t value = 0;

    memcpy(&value, &function->pci.config[function->msi.offset + offset], size);
    return value;
}

unsigned pass_msi_size(const struct pass_function *function, unsigned offset)
{
    unsigned control = pass_read(function, offset + MSI_CONTROL, 2);

    return data_at(control) + (control & CONTROL_MASKABLE ? 12 : 2);
}

int pass_show_msi(struct pass_function *function, const struct pass_cap *cap)
{
    unsigned control = pass_read(function, cap->offset + MSI_CONTROL, 2);
    uint8_t *config = &function->pci.config[cap->offset];
    uint8_t *writable = &function->pci.writable[cap->offset];
    unsigned data = data_at(control);

    function->msi = *cap;
    if (function->messages == 0)
        return -ENOENT;
    control &= CONTROL_64 | CONTROL_MASKABLE;
    memcpy(&config[MSI_CONTROL], &control, 2);
    writable[MSI_CONTROL] = CONTROL_ENABLE;
    memset(&writable[MSI_ADDRESS], 0xff, data + 2 - MSI_ADDRESS);
    writable[MSI_ADDRESS] = 0xfc;
    if (control & CONTROL_MASKABLE) {
        memset(&function->access[cap->offset + data + 4], PASS_THROUGH, 4);
        memset(&function->access[cap->offset + data + 8], PASS_READ, 4);
    }
    return 0;
}

/* All but its enable bit. */
static bool program(struct pass_function *function)
{
    unsigned offset = function->msi.offset, control = get(function, MSI_CONTROL, 2);
    uint64_t address;
    uint32_t data;

    if (!pass_real_message(function, 0, &address, &data))
        return false;
    pass_write(function, offset + MSI_ADDRESS, 4, (uint32_t)address);
    if (control & CONTROL_64)
        pass_write(function, offset + MSI_HIGH, 4, (uint32_t)(address >> 32));
    else if (address >> 32)
        return false;
    pass_write(function, offset + data_at(control), 2, data);
    return true;
}

static void set(struct pass_function *function, bool on)
{
    unsigned offset = function->msi.offset + MSI_CONTROL;
    unsigned control = get(function, MSI_CONTROL, 2) & ~(unsigned)CONTROL_ENABLE;

    function->msi_on = on && program(function);
    pass_write(function, offset, 2, control | (function->msi_on ? CONTROL_ENABLE : 0));
}

void pass_update_msi(struct pass_function *function)
{
    bool on = function->msi.offset && (get(function, MSI_CONTROL, 2) & CONTROL_ENABLE);

    if (on != function->msi_on)
        set(function, on);
}

/* Whatever the real one's state may be. */
void pass_stop_msi(struct pass_function *function)
{
    unsigned control = get(function, MSI_CONTROL, 2);

    if (!function->msi.offset)
        return;
    set(function, false);
    if (control & CONTROL_MASKABLE)
        pass_write(function, function->msi.offset + data_at(control) + 4, 4, 0);
}

void pass_deliver_msi(const struct pass_function *function)
{
    unsigned control = get(function, MSI_CONTROL, 2);
    uint64_t address = get(function, MSI_ADDRESS, 4);

    if (control & CONTROL_64)
        address |= (uint64_t)get(function, MSI_HIGH, 4) << 32;
    vmm_msi(function->vmm, address, get(function, data_at(control), 2));
}
