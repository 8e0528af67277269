/* SPDX-License-Identifier: BSD-2-Clause */
#include "owners.h"

#include <base/bits.h>
#include <camkes.h>
#include <string.h>

#define OWNED_MAX 64 /* what lies beyond has no owner */

#define CONFIG_SIZE        256
#define REGISTER_COMMAND   0x04
#define COMMAND_DECODES    0x3 /* ports, memory */
#define REGISTER_CLASS     0x0a
#define CLASS_BRIDGE       0x06
#define CLASS_SYSTEM       0x08 /* interrupt and DMA controllers, timers, clocks; IOMMUs */
#define SYSTEM_CLOCK       0x03
#define SYSTEM_IOMMU       0x06
#define REGISTER_HEADER    0x0e
#define HEADER_TYPE        0x7f
#define REGISTER_ADDRESSES 0x10
#define ADDRESSES          6
#define REGISTER_ROM       0x30
#define ROM_DECODES        0x1
#define PLACES             (ADDRESSES + 1) /* registers that say where the function is */

struct owned {
    const char *owner;
    uint16_t function;
    uint32_t places[PLACES], masks[PLACES]; /* at first, and which bits are an address */
};

static struct owned owned[OWNED_MAX];
static size_t owned_count;
static owners_read_fn config_read;

static unsigned place_register(unsigned place)
{
    return place == ADDRESSES ? REGISTER_ROM : REGISTER_ADDRESSES + place * 4;
}

static void find_places(struct owned *o)
{
    bool upper_half = false;
    for (unsigned i = 0; i < PLACES; i++) {
        uint32_t value = config_read(o->function, place_register(i), 4);
        bool ports = value & 1;
        o->places[i] = value;
        o->masks[i] = i == ADDRESSES ? ~0x7ffu : upper_half ? ~0u : ports ? ~0x3u : ~0xfu;
        upper_half = i < ADDRESSES && !upper_half && !ports && (value >> 1 & 3) == 2;
    }
}

/* On it depend others, not its owner alone. */
static bool is_everybodys(uint16_t function)
{
    uint32_t class = config_read(function, REGISTER_CLASS, 2), subclass = class & 0xff;
    return (config_read(function, REGISTER_HEADER, 1) & HEADER_TYPE) ||
           class >> 8 == CLASS_BRIDGE ||
           (class >> 8 == CLASS_SYSTEM && (subclass <= SYSTEM_CLOCK || subclass == SYSTEM_IOMMU));
}

static void add(const char *owner, const struct camkes_value *item)
{
    struct owned o = {.owner = owner,
                      .function = (uint16_t)((camkes_member_number(item, "bus") & 0xff) << 8 |
                                             (camkes_member_number(item, "dev") & 31) << 3 |
                                             (camkes_member_number(item, "fun") & 7))};
    if (owned_count == OWNED_MAX || is_everybodys(o.function))
        return;
    find_places(&o);
    owned[owned_count++] = o;
}

void owners_init(owners_read_fn read)
{
    static const char *const prefixes[] = {"functions_of_", "config_functions_of_"};
    config_read = read;
    owned_count = 0;
    for (unsigned i = 0; i < camkes_instance.attribute_count; i++) {
        const struct camkes_member *m = &camkes_instance.attributes[i];
        for (size_t p = 0; p < ARRAY_SIZE(prefixes); p++) {
            size_t length = strlen(prefixes[p]);
            if (strncmp(m->key, prefixes[p], length) != 0 || m->value->type != CAMKES_LIST)
                continue;
            for (unsigned j = 0; j < m->value->count; j++)
                add(m->key + length, &m->value->items[j]);
        }
    }
}

static bool decodes(const struct owned *o)
{
    return config_read(o->function, REGISTER_COMMAND, 2) & COMMAND_DECODES;
}

/* Its ROM is nowhere while that is off. */
static bool is_place(const struct owned *o, unsigned place, uint32_t value)
{
    return ((value ^ o->places[place]) & o->masks[place]) == 0 ||
           (place == ADDRESSES && !(value & ROM_DECODES));
}

static bool is_in_place(const struct owned *o)
{
    for (unsigned i = 0; i < PLACES; i++)
        if (!is_place(o, i, config_read(o->function, place_register(i), 4)))
            return false;
    return true;
}

static bool place_may_be(const struct owned *o, unsigned place, uint32_t value)
{
    bool sizing = (~value & o->masks[place]) == 0;
    return is_place(o, place, value) || (sizing && !decodes(o));
}

static bool leaves_it_in_place(const struct owned *o, unsigned offset, unsigned size,
                               uint32_t value)
{
    for (unsigned i = 0; i < PLACES; i++) {
        unsigned at = place_register(i);
        if (offset < at + 4 && at < offset + size)
            return offset == at && size == 4 && place_may_be(o, i, value);
    }
    return offset != REGISTER_COMMAND || !(value & COMMAND_DECODES) || is_in_place(o);
}

bool owner_may_write(const char *name, size_t name_length, uint16_t function, unsigned offset,
                     unsigned size, uint32_t value)
{
    for (size_t i = 0; i < owned_count; i++) {
        const struct owned *o = &owned[i];
        if (o->function == function && strlen(o->owner) == name_length &&
            memcmp(o->owner, name, name_length) == 0)
            return offset + size <= CONFIG_SIZE && leaves_it_in_place(o, offset, size, value);
    }
    return false;
}
