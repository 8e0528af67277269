/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest's device reaches (sel4_devices.h): the guest's RAM, and nothing else. Where a
 * dataport is shown in place of RAM, the device goes on reaching the RAM.
 */
#include "sel4_devices_private.h"
#include "../host/sel4_ram.h"

#include <errno.h>

/* After so many faults the device may go on, but nobody listens any more. */
#define FAULTS_MAX 16

static int map_page(struct sel4_host *host, uint64_t iospace, uint64_t address, seL4_CPtr frame)
{
    seL4_CPtr copy;
    int error = alloc_copy(host->alloc, frame, seL4_AllRights, &copy);

    if (error)
        return error;
    error = alloc_map_io(host->alloc, iospace, address, copy, seL4_ReadWrite);
    if (error)
        (void)alloc_delete_copy(host->alloc, copy);
    return error;
}

static int map_region(struct sel4_host *host, uint64_t iospace, uint64_t start)
{
    const struct sel4_region *region = sel4_region(host->ram, start);
    int error = 0;

    if (sel4_region_is_whole(region))
        return map_page(host, iospace, start, region->frame);
    for (unsigned i = 0; !error && region->pages && i < REGION_PAGES; i++)
        if (region->pages->copy[i])
            error = map_page(host, iospace, start + i * PAGE_SIZE_4K, region->pages->copy[i]);
    return error;
}

static int map_range(struct sel4_host *host, uint64_t iospace, uint64_t start, uint64_t size)
{
    int error = 0;

    for (uint64_t done = 0; !error && done < size; done += PAGE_SIZE_2M)
        error = map_region(host, iospace, start + done);
    return error;
}

static int map_ram(struct sel4_host *host, const struct guest_memory *memory, uint64_t iospace)
{
    return map_range(host, iospace, 0, memory->low)
               ?: map_range(host, iospace, GUEST_HIGH_BASE, memory->high);
}

/*
 * RAM cannot be moved under a device that may write to it at any time. So where dataports may be
 * shown in place of small pages of it, all is in small pages before there is a device.
 */
int sel4_iospace_map(struct sel4_host *host, const struct guest_memory *memory, uint64_t iospace)
{
    int error = host->shares ? sel4_ram_break_up(host, memory) : 0;

    error = error ?: map_ram(host, memory, iospace);
    if (error == -EPERM) /* the IOMMU has no large pages */
        error = sel4_ram_break_up(host, memory) ?: map_ram(host, memory, iospace);
    /* Functions behind one bridge to conventional PCI have one IOSpace: an earlier one did it. */
    return error == -EEXIST ? 0 : error;
}

/* --- Faults --- */

void sel4_iospace_fault(struct sel4_function *function)
{
    vmm_t *vmm = function->devices->vmm;
    seL4_X86_IOSpace_GetFault_t fault;
    bool write;

    if (!function->iospace || function->faults == FAULTS_MAX)
        return;
    vmm_keep_registers(&vmm->vcpu);
    fault = seL4_X86_IOSpace_GetFault(function->iospace);
    if (fault.error || !fault.faulted)
        return;
    function->faults++;
    write = fault.write;
    if (function->told[write])
        return;
    function->told[write] = true;
    vmm_log(vmm,
            "%s was kept from %s 0x%llx, which is no memory of its guest's (reason "
            "%u); more of this is not reported",
            function->label, write ? "writing to" : "reading from",
            (unsigned long long)fault.address, (unsigned)fault.reason);
}
