/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings that descriptions of virtual machines may carry and that are not served yet. Ignoring
 * one would start a guest that lacks what its description promises, so it is refused by name. Empty
 * lists, zeros and empty strings ask for nothing and pass.
 */
#include <init.h>

#include <base/bits.h>
#include <camkes.h>
#include <errno.h>
#include <stdio.h>

/* Attribute, and what it would need. */
static const struct {
    const char *name, *needs;
} unserved[] = {
    {"pci_devices", "PCI devices cannot be passed through yet"},
    {"config_pci_devices", "PCI devices cannot be passed through yet"},
    {"vm_ioports", "ports cannot be passed through yet"},
    {"config_ioports", "ports cannot be passed through yet"},
    {"vm_irqs", "interrupts cannot be passed through yet"},
    {"config_irqs", "interrupts cannot be passed through yet"},
    {"ram", "guest memory cannot be placed at fixed addresses yet"},
    {"config_ram", "guest memory cannot be placed at fixed addresses yet"},
    {"exclude_paddr", "guest memory cannot be placed at fixed addresses yet"},
    {"config_exclude_paddr", "guest memory cannot be placed at fixed addresses yet"},
    {"guest_mappings", "device memory cannot be passed through yet"},
    {"config_guest_mappings", "device memory cannot be passed through yet"},
    {"init_cons", "there are no virtio devices yet"},
    {"config_init_cons", "there are no virtio devices yet"},
    {"vswitch_layout", "there are no virtio devices yet"},
    {"vswitch_mac_address", "there are no virtio devices yet"},
    {"serial_layout", "there are no virtio devices yet"},
    {"socket_layout", "there are no virtio devices yet"},
    {"guest_cid", "there are no virtio devices yet"},
};

static bool asks_for_something(const struct camkes_value *value)
{
    switch (value->type) {
    case CAMKES_NUMBER:
        return value->number != 0;
    case CAMKES_STRING:
        return value->string && value->string[0];
    default:
        return value->count != 0;
    }
}

int attributes_check(void)
{
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(unserved); i++) {
        const struct camkes_value *value = camkes_attribute(unserved[i].name);
        char line[160];

        if (value && asks_for_something(value)) {
            snprintf(line, sizeof(line), "%s.%s: %s; remove the setting", get_instance_name(),
                     unserved[i].name, unserved[i].needs);
            platform_say(line);
            error = -ENOTSUP;
        }
    }
    return error;
}
