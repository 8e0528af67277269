/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities of a passed-through function. The guest sees those that the table below has a
 * function for, at their own places; of the others, and of their registers, it sees nothing.
 * Rests on: PCI Local Bus Specification 3.0, 6.7 and appendix H; the sizes are those of the
 * capabilities' own specifications.
 */
#include "pass_private.h"

#include <errno.h>

/* There is room for no more: a longer list has a loop. */
#define CAPS_MAX ((PCI_CONFIG_BYTES - OFFSET_OWN) / 4)

#define CAP_HEADER 2

/* A vendor's own says how long it is, in its third byte. */
#define VENDOR_LENGTH 2

/* The registers can be read, and nothing else. */
static int show_registers(struct pass_function *function, const struct pass_cap *cap)
{
    memset(&function->access[cap->offset + CAP_HEADER], PASS_READ, cap->size - CAP_HEADER);
    return 0;
}

static int note_af(struct pass_function *function, const struct pass_cap *cap)
{
    function->af = *cap;
    return -ENOTSUP;
}

static unsigned vendor_size(const struct pass_function *function, unsigned offset)
{
    return MAX(pass_read(function, offset + VENDOR_LENGTH, 1), 4u);
}

static const struct {
    unsigned size; /* bytes, where it is always the same */
    unsigned (*size_of)(const struct pass_function *function, unsigned offset);
    /* Set up what the guest sees of it: 0. Otherwise it is hidden. */
    int (*show)(struct pass_function *function, const struct pass_cap *cap);
} kinds[] = {
    [0x01] = {8, NULL, pass_show_power},
    [0x02] = {12, NULL, NULL},                  /* AGP */
    [0x03] = {8, NULL, NULL},                   /* vital product data, which can be written */
    [0x04] = {4, NULL, NULL},                   /* slot numbering */
    [0x05] = {0, pass_msi_size, pass_show_msi}, /* MSI */
    [0x06] = {4, NULL, NULL},                   /* hot swap */
    [0x07] = {8, NULL, NULL},                   /* PCI-X */
    [0x08] = {28, NULL, NULL},                  /* HyperTransport */
    [0x09] = {0, vendor_size, show_registers},  /* a vendor's own */
    [0x0a] = {4, NULL, NULL},                   /* debug port */
    [0x0b] = {4, NULL, NULL},                   /* resource control */
    [0x0c] = {4, NULL, NULL},                   /* hot plug */
    [0x0d] = {8, NULL, NULL},                   /* a bridge's subsystem */
    [0x0e] = {12, NULL, NULL},                  /* AGP 8x */
    [0x0f] = {8, NULL, NULL},                   /* secure device */
    [0x10] = {0, pass_express_size, pass_show_express},
    [0x11] = {12, NULL, pass_show_msix},
    [0x12] = {8, NULL, show_registers}, /* SATA data and index */
    [0x13] = {6, NULL, note_af},        /* a reset, which the monitor does */
    [0x14] = {48, NULL, NULL},          /* enhanced allocation */
};

/* Of what is unknown, this much is hidden. */
#define UNKNOWN_SIZE 16u

static unsigned size_of(const struct pass_function *function, unsigned id, unsigned offset)
{
    if (id >= ARRAY_SIZE(kinds))
        return UNKNOWN_SIZE;
    if (kinds[id].size_of)
        return kinds[id].size_of(function, offset);
    return kinds[id].size ?: UNKNOWN_SIZE;
}

/* Before the others in the guest's list; the order means nothing. */
static void link(struct pass_function *function, unsigned id, unsigned offset)
{
    uint8_t *config = function->pci.config;

    config[offset] = (uint8_t)id;
    config[offset + 1] = config[OFFSET_CAPS];
    config[OFFSET_CAPS] = (uint8_t)offset;
    config[OFFSET_STATUS] |= STATUS_CAPS;
}

/* `taken`: bytes that belong to some capability. */
static void found(struct pass_function *function, unsigned id, unsigned offset, bool *taken)
{
    unsigned size = size_of(function, id, offset), room = PCI_CONFIG_BYTES - offset;
    const struct pass_cap cap = {(uint8_t)offset, (uint8_t)MIN(size, room)};
    bool free = size <= room;

    for (unsigned i = offset; i < offset + cap.size; i++) {
        free &= !taken[i];
        taken[i] = true;
        function->access[i] = PASS_EMULATED;
    }
    /* What reaches into another one, or out of the space, is no capability. */
    if (free && id < ARRAY_SIZE(kinds) && kinds[id].show && kinds[id].show(function, &cap) == 0)
        link(function, id, offset);
}

void pass_find_caps(struct pass_function *function)
{
    bool taken[PCI_CONFIG_BYTES] = {false};
    unsigned offset;

    if (!(pass_read(function, OFFSET_STATUS, 2) & STATUS_CAPS))
        return;
    offset = pass_read(function, OFFSET_CAPS, 1) & 0xfc;
    for (unsigned i = 0; i < CAPS_MAX && offset >= OFFSET_OWN && !taken[offset]; i++) {
        found(function, pass_read(function, offset, 1), offset, taken);
        offset = pass_read(function, offset + 1, 1) & 0xfc;
    }
}
