/* SPDX-License-Identifier: BSD-2-Clause */
#include <vmm/bus.h>
#include <base/bits.h>

#include <errno.h>
#include <string.h>

void port_bus_init(struct port_bus *bus)
{
    memset(bus, 0, sizeof(*bus));
    bus->count = 1;
}

static void put_range(struct port_bus *bus, unsigned number)
{
    const struct port_range *range = &bus->range[number];

    if (!bus->away[number])
        memset(&bus->index[range->first], (int)number, range->last - range->first + 1u);
}

int port_bus_add(struct port_bus *bus, const struct port_range *range)
{
    if (range->first > range->last || !range->width)
        return -EINVAL;
    if (bus->count >= PORT_RANGES_MAX)
        return -ENOSPC;
    bus->range[bus->count] = *range;
    put_range(bus, bus->count++);
    return 0;
}

int port_bus_add_all(struct port_bus *bus, const struct port_range *ranges, size_t count)
{
    int error = 0;

    for (size_t i = 0; i < count && !error; i++)
        error = port_bus_add(bus, &ranges[i]);
    return error;
}

static void move(struct port_bus *bus, const void *ctx, uint16_t first, bool away)
{
    for (unsigned i = 1; i < bus->count; i++) {
        struct port_range *range = &bus->range[i];

        if (range->ctx == ctx) {
            range->last = (uint16_t)(first + (range->last - range->first));
            range->first = first;
            bus->away[i] = away;
        }
    }
    memset(bus->index, 0, sizeof(bus->index));
    for (unsigned i = 1; i < bus->count; i++)
        put_range(bus, i);
}

void port_bus_move(struct port_bus *bus, const void *ctx, uint16_t first)
{
    move(bus, ctx, first, false);
}

void port_bus_remove(struct port_bus *bus, const void *ctx)
{
    move(bus, ctx, 0, true);
}

bool port_bus_is_taken(const struct port_bus *bus, uint16_t first, uint16_t last)
{
    for (unsigned port = first; port <= last; port++)
        if (bus->range[bus->index[port]].in || bus->range[bus->index[port]].out)
            return true;
    return false;
}

/* A guest that tries all ports cannot flood the console. */
static void report_unclaimed(struct port_bus *bus, uint16_t port, unsigned size, bool write,
                             uint32_t value)
{
    for (unsigned i = 0; i < bus->reported; i++)
        if (bus->reported_port[i] == port)
            return;
    if (bus->reported < PORT_REPORTS_MAX) {
        bus->reported_port[bus->reported++] = port;
        if (bus->unclaimed)
            bus->unclaimed(bus->ctx, port, size, write, value, bus->reported == PORT_REPORTS_MAX);
    }
}

static uint32_t ones(unsigned size)
{
    return (uint32_t)MASK(8 * size);
}

uint32_t port_bus_in(struct port_bus *bus, uint16_t port, unsigned size)
{
    const struct port_range *range = &bus->range[bus->index[port]];

    if (!bus->index[port]) {
        report_unclaimed(bus, port, size, false, 0);
        return ones(size);
    }
    if (size > range->width) {
        unsigned half = size == 4 ? 2 : 1;

        return port_bus_in(bus, port, half) | port_bus_in(bus, (uint16_t)(port + half), half)
                                                  << (8 * half);
    }
    return range->in ? range->in(range->ctx, port, size) & ones(size) : ones(size);
}

void port_bus_out(struct port_bus *bus, uint16_t port, unsigned size, uint32_t value)
{
    const struct port_range *range = &bus->range[bus->index[port]];

    if (!bus->index[port]) {
        report_unclaimed(bus, port, size, true, value);
        return;
    }
    if (size > range->width) {
        unsigned half = size == 4 ? 2 : 1;

        port_bus_out(bus, port, half, value & ones(half));
        port_bus_out(bus, (uint16_t)(port + half), half, value >> (8 * half) & ones(half));
        return;
    }
    if (range->out)
        range->out(range->ctx, port, size, value);
}

void mmio_bus_init(struct mmio_bus *bus)
{
    memset(bus, 0, sizeof(*bus));
}

int mmio_bus_add(struct mmio_bus *bus, const struct mmio_range *range)
{
    if (!range->size || range->base + range->size < range->base)
        return -EINVAL;
    if (bus->count >= MMIO_RANGES_MAX)
        return -ENOSPC;
    bus->range[bus->count++] = *range;
    return 0;
}

void mmio_bus_move(struct mmio_bus *bus, const void *ctx, uint64_t base)
{
    for (unsigned i = 0; i < bus->count; i++)
        if (bus->range[i].ctx == ctx)
            bus->range[i].base = base;
}

bool mmio_bus_is_taken(const struct mmio_bus *bus, uint64_t base, uint64_t size)
{
    for (unsigned i = 0; i < bus->count; i++)
        if (base - bus->range[i].base < bus->range[i].size || bus->range[i].base - base < size)
            return true;
    return false;
}

static struct mmio_range *mmio_find(struct mmio_bus *bus, uint64_t address, unsigned size)
{
    for (unsigned i = 0; i < bus->count; i++) {
        struct mmio_range *range = &bus->range[i];
        uint64_t offset = address - range->base;

        if (offset < range->size && size <= range->size - offset)
            return range;
    }
    return NULL;
}

bool mmio_bus_read(struct mmio_bus *bus, uint64_t address, unsigned size, uint64_t *value)
{
    struct mmio_range *range = mmio_find(bus, address, size);

    if (!range) {
        *value = UINT64_MAX;
        return false;
    }
    *value = range->read(range->ctx, address - range->base, size);
    return true;
}

bool mmio_bus_write(struct mmio_bus *bus, uint64_t address, unsigned size, uint64_t value)
{
    struct mmio_range *range = mmio_find(bus, address, size);

    if (!range)
        return false;
    range->write(range->ctx, address - range->base, size, value);
    return true;
}
