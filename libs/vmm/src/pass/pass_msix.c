/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MSI-X of a passed-through function. The pages of the table and of the pending bits are never
 * shown, so the table is the monitor's: its first entries stand for the guest's, and the rest is
 * masked for ever. An entry is written when the guest unmasks it.
 * Rests on: PCI Local Bus Specification 3.0, 6.8.2 and 6.8.3.
 */
#include "pass_private.h"

#include <errno.h>

#define MSIX_CONTROL 0x02
#define MSIX_TABLE   0x04
#define MSIX_PENDING 0x08

#define CONTROL_LAST   0x07ffu
#define CONTROL_MASKED BIT(14)
#define CONTROL_ENABLE BIT(15)
#define BAR_INDEX      7u

#define ENTRY_SIZE    16u
#define ENTRY_DATA    8
#define ENTRY_CONTROL 12
#define ENTRY_MASKED  BIT(0)

static unsigned guest_control(const struct pass_function *function)
{
    const uint8_t *config = &function->pci.config[function->msix.offset + MSIX_CONTROL];

    return config[0] | (unsigned)config[1] << 8;
}

/* --- The capability --- */

static struct pass_region region_at(const struct pass_function *function, unsigned offset,
                                    uint64_t size)
{
    uint32_t where = pass_read(function, offset, 4);

    return (struct pass_region){where & BAR_INDEX, where & ~BAR_INDEX, size};
}

int pass_show_msix(struct pass_function *function, const struct pass_cap *cap)
{
    unsigned count = (pass_read(function, cap->offset + MSIX_CONTROL, 2) & CONTROL_LAST) + 1;
    unsigned last = MIN(count, function->messages) - 1;
    uint8_t *config = &function->pci.config[cap->offset];

    function->msix = *cap;
    if (function->messages == 0)
        return -ENOENT;
    function->msix_real = count;
    function->msix_count = last + 1;
    function->table = region_at(function, cap->offset + MSIX_TABLE, count * ENTRY_SIZE);
    function->pending = region_at(function, cap->offset + MSIX_PENDING, ROUND_UP(count, 64) / 8);
    memcpy(&config[MSIX_CONTROL], &last, 2);
    function->pci.writable[cap->offset + MSIX_CONTROL + 1] = (CONTROL_ENABLE | CONTROL_MASKED) >> 8;
    memset(&function->access[cap->offset + MSIX_TABLE], PASS_READ, 8);
    pass_forget_msix(function);
    return 0;
}

static bool is_inside(const struct pass_function *function, const struct pass_region *region)
{
    const struct pass_bar *bar;

    if (region->bar >= PCI_BARS)
        return false;
    bar = &function->bar[region->bar];
    return bar->size && !bar->ports && region->offset < bar->size &&
           region->size <= bar->size - region->offset;
}

int pass_check_msix(const struct pass_function *function)
{
    if (function->msix_count == 0 ||
        (is_inside(function, &function->table) && is_inside(function, &function->pending)))
        return 0;
    vmm_log(function->vmm,
            "%s: its MSI-X table lies outside of its memory; it cannot be passed "
            "through",
            function->name);
    return -EINVAL;
}

void pass_forget_msix(struct pass_function *function)
{
    for (unsigned i = 0; i < PASS_MESSAGES_MAX; i++)
        function->entry[i] = (struct pass_entry){.control = ENTRY_MASKED};
}

/* --- The real table --- */

static void write_real(const struct pass_function *function, unsigned number, unsigned offset,
                       uint32_t value)
{
    vmm_keep_registers(&function->vmm->vcpu);
    function->ops->memory_write(function->ctx, function->table.bar,
                                function->table.offset + number * ENTRY_SIZE + offset, 4, value);
}

static void update_entry(struct pass_function *function, unsigned number)
{
    bool masked = function->entry[number].control & ENTRY_MASKED;
    uint64_t address;
    uint32_t data;

    if (!function->msix_on)
        return;
    if (!masked && pass_real_message(function, number, &address, &data)) {
        write_real(function, number, 0, (uint32_t)address);
        write_real(function, number, 4, (uint32_t)(address >> 32));
        write_real(function, number, ENTRY_DATA, data);
        write_real(function, number, ENTRY_CONTROL, 0);
    } else {
        write_real(function, number, ENTRY_CONTROL, ENTRY_MASKED);
    }
}

static void write_control(const struct pass_function *function, unsigned bits)
{
    pass_write(function, function->msix.offset + MSIX_CONTROL, 2, bits);
}

/* With all masked, the table is filled in; only then is it valid. */
static void start(struct pass_function *function)
{
    function->msix_on = true;
    write_control(function, CONTROL_ENABLE | CONTROL_MASKED);
    for (unsigned i = 0; i < function->msix_count; i++)
        update_entry(function, i);
    for (unsigned i = function->msix_count; i < function->msix_real; i++)
        write_real(function, i, ENTRY_CONTROL, ENTRY_MASKED);
}

/* Its table can be reached only while its memory is decoded. */
void pass_update_msix(struct pass_function *function)
{
    unsigned control;
    bool on;

    if (function->msix_count == 0)
        return;
    control = guest_control(function) & (CONTROL_ENABLE | CONTROL_MASKED);
    on = (control & CONTROL_ENABLE) && pci_decodes(&function->pci) && function->power == PASS_D0;
    if (on && !function->msix_on)
        start(function);
    if (!on)
        control = 0;
    if (function->msix_control != control || on != function->msix_on)
        write_control(function, control);
    function->msix_control = (uint16_t)control;
    function->msix_on = on;
}

void pass_stop_msix(struct pass_function *function)
{
    if (function->msix.offset)
        write_control(function, 0);
    function->msix_on = false;
    function->msix_control = 0;
}

/* --- The guest's table --- */

static bool overlaps(const struct pass_region *region, unsigned bar, uint64_t offset, unsigned size)
{
    return region->bar == bar && offset < region->offset + region->size &&
           region->offset < offset + size;
}

/* A part of an entry. Null: the guest does not have it, and reads 0. */
static uint32_t *part_of(struct pass_function *function, uint64_t offset)
{
    unsigned number = (unsigned)(offset / ENTRY_SIZE);
    struct pass_entry *entry;

    if (number >= function->msix_count)
        return NULL;
    entry = &function->entry[number];
    switch (offset % ENTRY_SIZE) {
    case ENTRY_DATA:
        return &entry->data;
    case ENTRY_CONTROL:
        return &entry->control;
    default:
        return &entry->address[offset % ENTRY_SIZE / 4];
    }
}

static uint32_t read_part(struct pass_function *function, uint64_t offset)
{
    const uint32_t *part = part_of(function, offset);

    return part ? *part : 0;
}

static void write_part(struct pass_function *function, uint64_t offset, uint32_t value)
{
    uint32_t *part = part_of(function, offset);

    if (!part)
        return;
    *part = offset % ENTRY_SIZE == ENTRY_CONTROL ? value & ENTRY_MASKED : value;
    if (offset % ENTRY_SIZE == ENTRY_CONTROL)
        update_entry(function, (unsigned)(offset / ENTRY_SIZE));
}

/* Only whole doublewords and pairs of them mean anything (6.8.2). */
static bool is_whole(uint64_t offset, unsigned size)
{
    return (size == 4 || size == 8) && offset % size == 0;
}

bool pass_msix_read(struct pass_function *function, unsigned bar, uint64_t offset, unsigned size,
                    uint64_t *value)
{
    if (!overlaps(&function->table, bar, offset, size))
        return false;
    offset -= function->table.offset;
    *value = 0;
    if (is_whole(offset, size))
        *value = read_part(function, offset);
    if (is_whole(offset, size) && size == 8)
        *value |= (uint64_t)read_part(function, offset + 4) << 32;
    return true;
}

bool pass_msix_write(struct pass_function *function, unsigned bar, uint64_t offset, unsigned size,
                     uint64_t value)
{
    if (overlaps(&function->pending, bar, offset, size))
        return true; /* only the device writes there */
    if (!overlaps(&function->table, bar, offset, size))
        return false;
    offset -= function->table.offset;
    if (is_whole(offset, size))
        write_part(function, offset, (uint32_t)value);
    if (is_whole(offset, size) && size == 8)
        write_part(function, offset + 4, (uint32_t)(value >> 32));
    return true;
}

void pass_deliver_msix(const struct pass_function *function, unsigned number)
{
    const struct pass_entry *entry;

    if (number >= function->msix_count)
        return;
    entry = &function->entry[number];
    vmm_msi(function->vmm, entry->address[0] | (uint64_t)entry->address[1] << 32, entry->data);
}
