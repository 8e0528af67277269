/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the attributes of a monitor pass through to its guest (docs/components.md): vm_ioports,
 * vm_irqs, pci_devices, guest_mappings and their companions, in the spelling of today, or as
 * vmN_config.X in that of 2018, which arrives as config_X. Only what is sound is in these lists;
 * what is not has been reported.
 */
#pragma once

#include "layout.h"

/* Whole pages of device memory, or a block of RAM. */
struct pass_memory {
    uint64_t paddr, size;
    unsigned bits; /* of its pages: 12 or 21; of the block */
    struct location location;
};
struct pass_memory_list VEC(struct pass_memory);

struct pass_ports {
    uint16_t first, last; /* both included */
    const char *name;
    const struct value *item; /* of the list */
};

struct pass_irq {
    const char *name;
    unsigned ioapic, pin, dest; /* dest: line of the guest's 8259 pair */
    bool level, active_low;
    const struct value *item;
};

struct pass_device {
    const char *name;
    unsigned pci; /* bus << 8 | dev << 3 | fun */
    struct pass_memory_list memory;
    const struct value *item;
};

struct passthrough {
    /* Where each list is set; NULL: nowhere. */
    const struct setting *ports_setting, *irqs_setting, *devices_setting, *mappings_setting;
    /* Names of the devices that need no IOMMU, and where they are set; or NULL. */
    const struct setting *trusted_setting;
    /* RAM at fixed addresses for the sake of those; else NULL, and none. */
    const struct setting *ram_setting;
    struct pass_memory_list ram; /* one after the other, of BIT(bits) bytes each */
    struct VEC(struct pass_ports) ports;
    struct VEC(struct pass_irq) irqs;
    struct VEC(struct pass_device) devices;
    struct pass_memory_list mappings;
    unsigned domain; /* of its devices' IOSpaces */
};

/* passthrough.c. Checks each item by itself, and then (check_passthrough.c) all together. */
void read_passthrough(const struct layout_instance *in, struct passthrough *pass);

/* "vm0_config.pci_devices": as the description says it. */
const char *pass_setting_name(const struct layout_instance *in, const struct setting *setting);
/* The attribute in the one spelling or in the other; NULL where it asks for nothing. */
const struct setting *pass_setting(const struct layout_instance *in, const char *today,
                                   const char *old);

/* check_passthrough.c: whether a device needs no IOMMU; what the lists say of each other. */
bool pass_is_trusted(const struct passthrough *pass, const char *name);
void check_passthrough(const struct layout_instance *in, const struct passthrough *pass);
