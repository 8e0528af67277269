/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities of a passed-through function. The guest sees none of those that are not in the list
 * below, nor the registers that belong to them.
 * Rests on: PCI Local Bus Specification 3.0, 6.7 and appendix H; PCI Bus Power Management Interface
 * Specification 1.2, 3.2; PCI Express Base Specification 3.0, 7.8; the ECN "Advanced Capabilities
 * for conventional PCI".
 */
#include "pass_private.h"

#define CAP_PM      0x01
#define CAP_EXPRESS 0x10
#define CAP_AF      0x13

/* There is room for no more: a longer list has a loop. */
#define CAPS_MAX ((PCI_CONFIG_BYTES - OFFSET_OWN) / 4)

/* Bytes of those that have no other length. Of what is unknown, as much. */
#define CAP_SIZE_UNKNOWN 16
static const uint8_t sizes[] = {
    [0x01] = 8, [0x02] = 12, [0x03] = 8,  [0x04] = 4, [0x05] = 24, [0x06] = 4,
    [0x07] = 8, [0x0a] = 4,  [0x0b] = 4,  [0x0c] = 4, [0x0d] = 8,  [0x0e] = 12,
    [0x0f] = 8, [0x10] = 60, [0x11] = 12, [0x12] = 8, [0x13] = 6,  [0x14] = 48,
};

static unsigned size_of(const struct pass_function *function, unsigned id, unsigned offset)
{
    unsigned size = id < ARRAY_SIZE(sizes) && sizes[id] ? sizes[id] : CAP_SIZE_UNKNOWN;

    if (id == 0x09) /* a vendor's own says how long it is */
        size = MAX(pass_read(function, offset + 2, 1), 4u);
    return MIN(size, PCI_CONFIG_BYTES - offset);
}

static void found(struct pass_function *function, unsigned id, unsigned offset)
{
    const struct pass_cap cap = {(uint8_t)offset, (uint8_t)size_of(function, id, offset)};

    memset(&function->access[offset], PASS_EMULATED, cap.size);
    if (id == CAP_PM)
        function->pm = cap;
    else if (id == CAP_EXPRESS)
        function->express = cap;
    else if (id == CAP_AF)
        function->af = cap;
}

void pass_find_caps(struct pass_function *function)
{
    unsigned offset;

    if (!(pass_read(function, OFFSET_STATUS, 2) & STATUS_CAPS))
        return;
    offset = pass_read(function, OFFSET_CAPS, 1) & 0xfc;
    for (unsigned i = 0; i < CAPS_MAX && offset >= OFFSET_OWN; i++) {
        unsigned id = pass_read(function, offset, 1);

        if (id == 0xff)
            return; /* it has gone away */
        found(function, id, offset);
        offset = pass_read(function, offset + 1, 1) & 0xfc;
    }
}
