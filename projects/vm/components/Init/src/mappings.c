/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the description says of places in the guest's memory: device memory that it sees where it is
 * in the real machine (guest_mappings), places that are to be free of RAM (exclude_paddr), and RAM
 * at places of the real machine (ram), for which there is no need but for devices that do without
 * an IOMMU.
 */
#include <init.h>

#include <alloc/alloc.h>
#include <base/bits.h>
#include <camkes/tables.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <vmm/sel4_host.h>

/* The guest's own accesses cause no exit; this is for what the monitor does in its stead. */
static uint64_t read_nothing(void *ctx, uint64_t offset, unsigned size)
{
    (void)ctx;
    (void)offset;
    (void)size;
    return UINT64_MAX;
}

static void write_nothing(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    (void)ctx;
    (void)offset;
    (void)size;
    (void)value;
}

/* Null: it can be there. */
static const char *why_not(const vmm_t *vmm, uint64_t start, uint64_t size)
{
    if (guest_pointer(&vmm->memory, start, 1) || guest_pointer(&vmm->memory, start + size - 1, 1))
        return "the guest has RAM there: lower guest_ram_mb";
    if (mmio_bus_is_taken(&vmm->mmio, start, size))
        return "a device of the monitor's is there";
    return NULL;
}

static void map(vmm_t *vmm, const struct camkes_resource *r)
{
    const struct mmio_range range = {"guest_mappings", r->first,      BIT(r->last),
                                     read_nothing,     write_nothing, NULL};
    const char *why = why_not(vmm, r->first, BIT(r->last));

    if (seL4_X86_Page_GetAddress(r->cptr).error)
        return; /* which the loader has said */
    if (!why && alloc_map_guest(vmm->host->alloc, vmm->host->ept_root, r->first, r->cptr,
                                seL4_ReadWrite, seL4_X86_EPT_Uncached_VMAttributes))
        why = "there is no memory for its tables: raise untyped_reserve_kb";
    if (why)
        vmm_log(vmm, "guest_mappings: {\"paddr\":0x%llx}: %s; the guest starts without",
                (unsigned long long)r->first, why);
    else
        (void)mmio_bus_add(&vmm->mmio, &range);
}

static const struct camkes_value *list(const char *name, const char *of_2018)
{
    const struct camkes_value *value = camkes_attribute(name);

    if (!value || value->type != CAMKES_LIST || value->count == 0)
        value = camkes_attribute(of_2018);
    return value && value->type == CAMKES_LIST && value->count != 0 ? value : NULL;
}

/* A pair of an address and bytes. */
static void check_excluded(vmm_t *vmm, const struct camkes_value *pair)
{
    const char *why;
    uint64_t start;

    if (pair->type != CAMKES_LIST || pair->count != 2 || pair->items[1].number <= 0)
        return;
    start = (uint64_t)pair->items[0].number;
    why = why_not(vmm, start, (uint64_t)pair->items[1].number);
    if (why)
        vmm_log(vmm, "exclude_paddr: [0x%llx, 0x%llx]: %s", (unsigned long long)start,
                (unsigned long long)pair->items[1].number, why);
}

/* The compiler has made it one piece. */
bool mappings_fixed_ram(uint64_t *start, uint64_t *end)
{
    *start = UINT64_MAX;
    *end = 0;
    for (unsigned i = 0; i < camkes_instance.untyped_count; i++) {
        const struct camkes_untyped *u = &camkes_instance.untypeds[i];

        if (strcmp(u->origin, "ram") != 0 && strcmp(u->origin, "config_ram") != 0)
            continue;
        *start = MIN(*start, u->paddr);
        *end = MAX(*end, u->paddr + BIT(u->size_bits));
    }
    return *end != 0;
}

void mappings_init(vmm_t *vmm)
{
    uint64_t start, end;
    const struct camkes_value *excluded = list("exclude_paddr", "config_exclude_paddr");

    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r = &camkes_instance.resources[i];

        if (r->kind == CAMKES_RESOURCE_FRAME && strstr(r->origin, "guest_mappings"))
            map(vmm, r);
    }
    for (unsigned i = 0; excluded && i < excluded->count; i++)
        check_excluded(vmm, &excluded->items[i]);
    if (list("ram", "config_ram") && !mappings_fixed_ram(&start, &end))
        vmm_log(vmm, "ram: has no effect: devices find the guest's memory wherever it is, by the "
                     "IOMMU; guest_ram_mb says how much there is");
}
