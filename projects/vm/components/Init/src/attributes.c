/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings that descriptions of virtual machines may carry and that are not served yet. A guest
 * that is to have real devices is of no use without, so passing them through is refused by name;
 * without virtio devices it starts, and a message says what it lacks. Empty lists, zeros and empty
 * strings ask for nothing and pass.
 */
#include <init.h>

#include <base/bits.h>
#include <camkes.h>
#include <errno.h>
#include <stdio.h>

static const char no_virtio[] = "there are no virtio devices yet; the guest starts without";

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
    {"vswitch_layout", no_virtio},
    {"vswitch_mac_address", no_virtio},
    {"serial_layout", no_virtio},
    {"socket_layout", no_virtio},
    {"guest_cid", no_virtio},
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
            bool refused = unserved[i].needs != no_virtio;

            snprintf(line, sizeof(line), "%s.%s: %s%s", get_instance_name(), unserved[i].name,
                     unserved[i].needs, refused ? "; remove the setting" : "");
            platform_say(line);
            error = refused ? -ENOTSUP : error;
        }
    }
    return error;
}
