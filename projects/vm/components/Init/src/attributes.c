/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings of virtio devices, which descriptions of virtual machines may carry and which are not
 * served yet: the guest starts, and a message says what it lacks. Empty lists, zeros and empty
 * strings ask for nothing and pass.
 */
#include <init.h>

#include <base/bits.h>
#include <camkes.h>
#include <stdio.h>

static const char *const unserved[] = {"vswitch_layout", "vswitch_mac_address", "serial_layout",
                                       "socket_layout", "guest_cid"};

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

void attributes_check(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(unserved); i++) {
        const struct camkes_value *value = camkes_attribute(unserved[i]);
        char line[160];

        if (!value || !asks_for_something(value))
            continue;
        snprintf(line, sizeof(line),
                 "%s.%s: there are no virtio devices yet; the guest starts without",
                 get_instance_name(), unserved[i]);
        platform_say(line);
    }
}
