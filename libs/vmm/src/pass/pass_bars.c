/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and ports of a passed-through function. The real registers stay where firmware put them;
 * the guest moves its own (pci_bars.c), and what it does there reaches the real place: whole pages
 * and ports at their real numbers without an exit, all else by way of the monitor.
 * Rests on: PCI Local Bus Specification 3.0, 6.2.5.
 */
#include "pass_private.h"

#include <errno.h>

#define BAR_PORTS        0x1u
#define BAR_TYPE         0x6u
#define BAR_TYPE_64      0x4u
#define BAR_PREFETCHABLE 0x8u
#define BAR_MEMORY_MASK  0xfffffff0u
#define BAR_PORTS_MASK   0xfffcu

/* More than any device that a monitor would map page by page. */
#define BAR_SIZE_MAX GIB(64)

/* --- What the guest does there --- */

static uint64_t memory_read(void *ctx, uint64_t offset, unsigned size)
{
    const struct pass_bar *bar = ctx;
    uint64_t value;

    if (offset + size > bar->size)
        return UINT64_MAX;
    if (pass_msix_read(bar->function, bar->index, offset, size, &value))
        return value;
    vmm_keep_registers(&bar->function->vmm->vcpu);
    return bar->function->ops->memory_read(bar->function->ctx, bar->index, offset, size);
}

static void memory_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    const struct pass_bar *bar = ctx;

    if (offset + size > bar->size ||
        pass_msix_write(bar->function, bar->index, offset, size, value))
        return;
    vmm_keep_registers(&bar->function->vmm->vcpu);
    bar->function->ops->memory_write(bar->function->ctx, bar->index, offset, size, value);
}

static uint16_t real_port(const struct pass_bar *bar, uint16_t port)
{
    return (uint16_t)(port - bar->guest + bar->address);
}

static uint32_t port_in(void *ctx, uint16_t port, unsigned size)
{
    const struct pass_bar *bar = ctx;

    if (port - bar->guest + size > bar->size)
        return UINT32_MAX;
    vmm_keep_registers(&bar->function->vmm->vcpu);
    return bar->function->ops->port_in(bar->function->ctx, real_port(bar, port), size);
}

static void port_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    const struct pass_bar *bar = ctx;

    if (port - bar->guest + size > bar->size)
        return;
    vmm_keep_registers(&bar->function->vmm->vcpu);
    bar->function->ops->port_out(bar->function->ctx, real_port(bar, port), size, value);
}

/* --- Where it is --- */

static void open_ports(struct pass_bar *bar, bool open)
{
    const struct pass_function *function = bar->function;
    uint16_t first = (uint16_t)bar->address, last = (uint16_t)(bar->address + bar->size - 1);

    vmm_keep_registers(&function->vmm->vcpu);
    bar->open = function->ops->open_ports(function->ctx, first, last, open) == 0 && open;
}

/* Whether the guest sees whole pages: a smaller register's page, too, if the holder lets it. */
static bool has_pages(const struct pass_bar *bar)
{
    return bar->address % PAGE_SIZE_4K == 0;
}

static uint64_t pages_of(const struct pass_bar *bar)
{
    return ROUND_UP(bar->size, PAGE_SIZE_4K);
}

/*
 * The next part that is shown, from `offset` on: all but the pages of the MSI-X table and of its
 * pending bits. Of size 0: there are no more.
 */
static struct pass_region next_shown(const struct pass_bar *bar, uint64_t offset)
{
    const struct pass_region *const hidden[] = {&bar->function->table, &bar->function->pending};
    uint64_t end = pages_of(bar), stop = end, resume = end;

    while (offset < end) {
        for (unsigned i = 0; i < ARRAY_SIZE(hidden); i++) {
            uint64_t from = ROUND_DOWN(hidden[i]->offset, PAGE_SIZE_4K);
            uint64_t to = ROUND_UP(hidden[i]->offset + hidden[i]->size, PAGE_SIZE_4K);

            if (hidden[i]->size && hidden[i]->bar == bar->index && to > offset && from < stop) {
                stop = MAX(from, offset);
                resume = to;
            }
        }
        if (stop > offset)
            return (struct pass_region){bar->index, offset, stop - offset};
        offset = resume;
        stop = resume = end;
    }
    return (struct pass_region){bar->index, end, 0};
}

/* Up to `end`. */
static void hide_memory(const struct pass_bar *bar, uint64_t end)
{
    const struct pass_function *function = bar->function;
    struct pass_region at = next_shown(bar, 0);

    vmm_keep_registers(&function->vmm->vcpu);
    for (; at.size && at.offset < end; at = next_shown(bar, at.offset + at.size))
        function->ops->hide(function->ctx, bar->index, at.offset, at.size, bar->guest + at.offset);
}

static int show_memory(struct pass_bar *bar)
{
    const struct pass_function *function = bar->function;
    struct pass_region at = next_shown(bar, 0);
    int error = has_pages(bar) ? 0 : -ENOTSUP;

    vmm_keep_registers(&function->vmm->vcpu);
    while (!error && at.size) {
        error = function->ops->show(function->ctx, bar->index, at.offset, at.size,
                                    bar->guest + at.offset);
        if (error)
            hide_memory(bar, at.offset);
        else
            at = next_shown(bar, at.offset + at.size);
    }
    bar->shown = error == 0;
    /* What is smaller than a page works without, only slower. */
    return bar->size < PAGE_SIZE_4K ? 0 : error;
}

static int map_bar(void *ctx, unsigned index, uint64_t address)
{
    struct pass_function *function = ctx;
    struct pass_bar *bar = &function->bar[index];
    int error = 0;

    bar->guest = address;
    if (bar->ports) {
        port_bus_move(&function->vmm->ports, bar, (uint16_t)address);
        if (address == bar->address)
            open_ports(bar, true);
    } else {
        error = show_memory(bar);
        if (!error)
            mmio_bus_move(&function->vmm->mmio, bar, address);
    }
    return error;
}

static void unmap_bar(void *ctx, unsigned index)
{
    struct pass_function *function = ctx;
    struct pass_bar *bar = &function->bar[index];

    if (bar->ports) {
        if (bar->open)
            open_ports(bar, false);
        port_bus_remove(&function->vmm->ports, bar);
        return;
    }
    mmio_bus_move(&function->vmm->mmio, bar, MMIO_NOWHERE);
    if (bar->shown)
        hide_memory(bar, pages_of(bar));
    bar->shown = false;
}

/* --- The real registers --- */

static unsigned offset_of(unsigned index)
{
    return OFFSET_BAR + 4 * index;
}

/* All bits that can be written, and the register is as before. */
static uint32_t writable_bits(const struct pass_function *function, unsigned index,
                              uint32_t present)
{
    uint32_t bits;

    pass_write(function, offset_of(index), 4, UINT32_MAX);
    bits = pass_read(function, offset_of(index), 4);
    pass_write(function, offset_of(index), 4, present);
    return bits;
}

static int refuse(const struct pass_function *function, unsigned index, const char *why)
{
    vmm_log(function->vmm, "%s: its base address register %u %s; it cannot be passed through",
            function->name, index, why);
    return -EINVAL;
}

/* Decoding is off. An error is one that has been logged. */
static int size_bar(struct pass_bar *bar)
{
    const struct pass_function *function = bar->function;
    unsigned index = bar->index;
    uint32_t low = pass_read(function, offset_of(index), 4), high = 0;
    uint64_t bits;

    bar->ports = low & BAR_PORTS;
    bar->wide = !bar->ports && (low & BAR_TYPE) == BAR_TYPE_64;
    bar->prefetchable = !bar->ports && (low & BAR_PREFETCHABLE);
    if (bar->wide && index + 1 == PCI_BARS)
        return refuse(function, index, "is the last one and says that it is half of one");
    bits = writable_bits(function, index, low) & (bar->ports ? BAR_PORTS_MASK : BAR_MEMORY_MASK);
    if (bar->wide) {
        high = pass_read(function, offset_of(index + 1), 4);
        bits |= (uint64_t)writable_bits(function, index + 1, high) << 32;
    } else if (bits != 0) {
        bits |= bar->ports ? ~MASK(16) : ~MASK(32);
    }
    bar->address = (uint64_t)high << 32 | (low & (bar->ports ? BAR_PORTS_MASK : BAR_MEMORY_MASK));
    bar->size = -bits;
    if (bits == 0)
        return 0; /* there is none */
    if (bar->size & (bar->size - 1))
        return refuse(function, index, "has no size that could be");
    if (bar->size > BAR_SIZE_MAX)
        return refuse(function, index, "decodes more than 64 GiB");
    if (bar->address == 0 || bar->address % bar->size != 0)
        return refuse(function, index, "has no address: firmware did not place it");
    if (pass_read(function, offset_of(index), 4) != low)
        return refuse(function, index, "does not keep its address");
    return 0;
}

static int add_bar(struct pass_bar *bar)
{
    struct pass_function *function = bar->function;
    const struct pci_bar like = {
        .size = bar->ports ? bar->size : pages_of(bar),
        .prefer = bar->ports ? bar->address : 0,
        .ports = bar->ports,
        .wide = bar->wide,
        .prefetchable = bar->prefetchable,
        .map = map_bar,
        .unmap = unmap_bar,
    };
    const struct port_range ports = {function->name, 0,  (uint16_t)(bar->size - 1), 4, port_in,
                                     port_out,       bar};
    const struct mmio_range memory = {function->name, MMIO_NOWHERE, like.size,
                                      memory_read,    memory_write, bar};
    int error = pci_set_bar(&function->pci, bar->index, &like)
                    ?: (bar->ports ? port_bus_add(&function->vmm->ports, &ports)
                                   : mmio_bus_add(&function->vmm->mmio, &memory));

    if (error)
        return refuse(function, bar->index, "is one too many for this guest");
    if (bar->ports)
        port_bus_remove(&function->vmm->ports, bar);
    return 0;
}

/* Each channel of an IDE controller has two, unless it is at the PC's own ports. */
static bool is_idle(const struct pass_function *function, unsigned index)
{
    return index / 2 < PASS_IDE_CHANNELS && function->legacy & BIT(index / 2);
}

int pass_size_bars(struct pass_function *function)
{
    int error = 0;

    for (unsigned i = 0; i < PCI_BARS && !error; i += 1 + function->bar[i].wide) {
        struct pass_bar *bar = &function->bar[i];

        bar->function = function;
        bar->index = i;
        error = is_idle(function, i) ? 0 : size_bar(bar);
        if (error || bar->size == 0)
            continue;
        vmm_keep_registers(&function->vmm->vcpu);
        error = function->ops->claim(function->ctx, i, bar->ports, bar->address, bar->size);
    }
    return error;
}

int pass_add_bars(struct pass_function *function)
{
    int error = 0;

    for (unsigned i = 0; i < PCI_BARS && !error; i++)
        if (function->bar[i].size)
            error = add_bar(&function->bar[i]);
    return error;
}

void pass_restore_bars(const struct pass_function *function)
{
    for (unsigned i = 0; i < PCI_BARS; i++) {
        const struct pass_bar *bar = &function->bar[i];

        if (bar->size == 0)
            continue;
        pass_write(function, offset_of(i), 4, (uint32_t)bar->address);
        if (bar->wide)
            pass_write(function, offset_of(i + 1), 4, (uint32_t)(bar->address >> 32));
    }
}
