/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dataports in place of a guest's RAM, or beside it (sel4_host.h).
 */
#include "sel4_ram.h"

#include <errno.h>
#include <stdlib.h>

struct sel4_dataport {
    seL4_CapRights_t rights;
    seL4_CPtr copy[]; /* to be mapped for the guest */
};

struct sel4_dataport *sel4_host_dataport(struct sel4_host *host, const uint64_t *frames,
                                         unsigned count, unsigned bits, bool writable)
{
    struct sel4_dataport *dataport = calloc(1, sizeof(*dataport) + count * sizeof(seL4_CPtr));

    if (!dataport || (bits != PAGE_BITS_4K && bits != PAGE_BITS_2M))
        goto failed;
    dataport->rights = writable ? seL4_ReadWrite : seL4_CanRead;
    for (unsigned i = 0; i < count; i++)
        if (alloc_copy(host->alloc, frames[i], dataport->rights, &dataport->copy[i]))
            goto failed;
    return dataport;

failed:
    free(dataport); /* the instance does not start: its capabilities need not be given back */
    return NULL;
}

static int map_for_guest(struct sel4_host *host, uint64_t address, seL4_CPtr frame,
                         seL4_CapRights_t rights)
{
    return alloc_map_guest(host->alloc, host->ept_root, address, frame, rights,
                           seL4_X86_EPT_Default_VMAttributes);
}

static int map_for_monitor(struct sel4_host *host, uint64_t address, seL4_CPtr frame)
{
    return alloc_map(host->alloc, address, frame, seL4_ReadWrite, seL4_X86_Default_VMAttributes);
}

/* --- A region in small pages, and whole again --- */

static void free_pages(struct sel4_host *host, struct sel4_pages *pages)
{
    for (unsigned i = 0; i < REGION_PAGES; i++)
        if (pages->copy[i])
            (void)alloc_delete_copy(host->alloc, pages->copy[i]);
    if (pages->frame)
        (void)alloc_free(host->alloc, pages->frame);
    if (pages->table)
        (void)alloc_free(host->alloc, pages->table);
    if (pages->guest_table)
        (void)alloc_free(host->alloc, pages->guest_table);
    free(pages);
}

/* All that may run out, before anything is changed. */
static struct sel4_pages *make_pages(struct sel4_host *host)
{
    struct alloc *alloc = host->alloc;
    struct sel4_pages *pages = calloc(1, sizeof(*pages));
    int error = pages ? 0 : -ENOMEM;

    error = error
                ?: alloc_frames(alloc, PAGE_BITS_4K, REGION_PAGES, &pages->frame)
                ?: alloc_object(alloc, seL4_X86_PageTableObject, 0, &pages->table)
                ?: alloc_object(alloc, seL4_X86_EPTPTObject, 0, &pages->guest_table);
    for (unsigned i = 0; !error && i < REGION_PAGES; i++)
        error = alloc_copy(alloc, pages->frame + i, seL4_AllRights, &pages->copy[i]);
    if (error && pages) {
        free_pages(host, pages);
        pages = NULL;
    }
    return pages;
}

static int map_pages(struct sel4_host *host, const struct sel4_pages *pages, uint64_t start)
{
    int error = 0;

    if (seL4_X86_PageTable_Map(pages->table, host->alloc->config.vspace, VMM_GUEST_WINDOW + start,
                               seL4_X86_Default_VMAttributes) ||
        seL4_X86_EPTPT_Map(pages->guest_table, host->ept_root, start,
                           seL4_X86_EPT_Default_VMAttributes))
        return -EFAULT;
    for (unsigned i = 0; !error && i < REGION_PAGES; i++) {
        uint64_t address = start + i * PAGE_SIZE_4K;

        error = map_for_monitor(host, VMM_GUEST_WINDOW + address, pages->frame + i)
                    ?: map_for_guest(host, address, pages->copy[i], seL4_AllRights);
    }
    return error;
}

static int break_up(struct sel4_host *host, struct sel4_region *region, uint64_t start)
{
    struct sel4_pages *pages = make_pages(host);
    int error;

    if (!pages)
        return -ENOMEM;
    (void)seL4_X86_Page_Unmap(region->copy);
    (void)seL4_X86_Page_Unmap(region->frame);
    error =
        map_for_monitor(host, VMM_MOVING_WINDOW, region->frame) ?: map_pages(host, pages, start);
    if (error)
        return error; /* cannot be: there is nothing else in these places */
    memcpy((void *)(VMM_GUEST_WINDOW + start), (void *)VMM_MOVING_WINDOW, PAGE_SIZE_2M);
    (void)alloc_delete_copy(host->alloc, region->copy);
    (void)alloc_free(host->alloc, region->frame);
    *region = (struct sel4_region){.pages = pages};
    return 0;
}

static int break_up_range(struct sel4_host *host, uint64_t start, uint64_t size)
{
    int error = 0;

    for (uint64_t done = 0; !error && done < size; done += PAGE_SIZE_2M) {
        struct sel4_region *region = sel4_region(host->ram, start + done);

        if (sel4_region_is_whole(region))
            error = break_up(host, region, start + done);
    }
    return error;
}

int sel4_ram_break_up(struct sel4_host *host, const struct guest_memory *memory)
{
    return break_up_range(host, 0, memory->low)
               ?: break_up_range(host, GUEST_HIGH_BASE, memory->high);
}

/* Stays as it is if there is no large page to be had. */
static void make_whole(struct sel4_host *host, struct sel4_region *region, uint64_t start)
{
    struct alloc *alloc = host->alloc;
    seL4_CPtr frame, copy;

    if (alloc_frame(alloc, PAGE_BITS_2M, &frame))
        return;
    if (alloc_copy(alloc, frame, seL4_AllRights, &copy)) {
        (void)alloc_free(alloc, frame);
        return;
    }
    if (map_for_monitor(host, VMM_MOVING_WINDOW, frame)) {
        (void)alloc_delete_copy(alloc, copy);
        (void)alloc_free(alloc, frame);
        return;
    }
    memcpy((void *)VMM_MOVING_WINDOW, (void *)(VMM_GUEST_WINDOW + start), PAGE_SIZE_2M);
    free_pages(host, region->pages);
    (void)seL4_X86_Page_Unmap(frame);
    (void)map_for_monitor(host, VMM_GUEST_WINDOW + start, frame);
    (void)map_for_guest(host, start, copy, seL4_AllRights);
    *region = (struct sel4_region){.frame = frame, .copy = copy};
}

/* --- Pages --- */

/* Null: there is no RAM. */
static struct sel4_region *region_at(const vmm_t *vmm, uint64_t address)
{
    return guest_pointer(&vmm->memory, address, 1) ? sel4_region(vmm->host->ram, address) : NULL;
}

/* In place of the guest's page, or of nothing. -errno: it is as it was. */
static int show_page(const vmm_t *vmm, uint64_t address, unsigned bits, seL4_CPtr frame,
                     seL4_CapRights_t rights)
{
    struct sel4_host *host = vmm->host;
    struct sel4_region *region = region_at(vmm, address);
    uint64_t start = address & ~MASK(PAGE_BITS_2M);
    seL4_CPtr own;
    int error = 0;

    if (!region)
        return map_for_guest(host, address, frame, rights);
    if (bits == PAGE_BITS_2M && region->pages)
        return -ENOTSUP; /* what could be had of RAM there was small */
    if (bits == PAGE_BITS_4K && !region->pages)
        error = break_up(host, region, start);
    if (error)
        return error;
    own = region->pages ? region->pages->copy[(address - start) / PAGE_SIZE_4K] : region->copy;
    (void)seL4_X86_Page_Unmap(own);
    error = map_for_guest(host, address, frame, rights);
    if (error)
        (void)map_for_guest(host, address, own, seL4_AllRights);
    else
        region->shown++;
    return error;
}

static void hide_page(const vmm_t *vmm, uint64_t address, seL4_CPtr frame)
{
    struct sel4_host *host = vmm->host;
    struct sel4_region *region = region_at(vmm, address);
    uint64_t start = address & ~MASK(PAGE_BITS_2M);

    (void)seL4_X86_Page_Unmap(frame);
    if (!region)
        return;
    (void)map_for_guest(host, address,
                        region->pages ? region->pages->copy[(address - start) / PAGE_SIZE_4K]
                                      : region->copy,
                        seL4_AllRights);
    if (--region->shown == 0 && region->pages && region->pages->frame && !host->devices)
        make_whole(host, region, start);
}

static void hide_pages(const vmm_t *vmm, const struct crossvm_dataport *dataport, uint64_t address,
                       uint64_t size)
{
    const struct sel4_dataport *frames = dataport->ctx;

    for (uint64_t i = 0; i < size >> dataport->page_bits; i++)
        hide_page(vmm, address + (i << dataport->page_bits), frames->copy[i]);
}

static void hide(vmm_t *vmm, const struct crossvm_dataport *dataport)
{
    vmm_keep_registers(&vmm->vcpu);
    hide_pages(vmm, dataport, dataport->address, dataport->shown);
}

static int show(vmm_t *vmm, const struct crossvm_dataport *dataport, uint64_t address,
                uint64_t size)
{
    const struct sel4_dataport *frames = dataport->ctx;
    unsigned bits = dataport->page_bits;

    if (!vmm->host->ram && guest_pointer(&vmm->memory, address, 1))
        return -ENOTSUP;
    vmm_keep_registers(&vmm->vcpu);
    for (uint64_t i = 0; i < size >> bits; i++) {
        int error = show_page(vmm, address + (i << bits), bits, frames->copy[i], frames->rights);

        if (error) {
            hide_pages(vmm, dataport, address, i << bits);
            return error;
        }
    }
    return 0;
}

const struct crossvm_memory sel4_host_sharing = {show, hide};
