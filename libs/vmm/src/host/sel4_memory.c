/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest RAM (sel4_host.h). Each frame is mapped twice, by two capabilities: for the guest at its
 * physical address, and for the monitor in one window.
 */
#include "sel4_ram.h"

#include <vmm/boot.h>

#include <errno.h>
#include <stdlib.h>

static const unsigned page_bits[] = {PAGE_BITS_1G, PAGE_BITS_2M, PAGE_BITS_4K};

/* The largest page that fits at `address` within `left` bytes and can be had. */
static int take_frame(struct sel4_host *host, uint64_t address, uint64_t left, unsigned *bits,
                      seL4_CPtr *frame)
{
    int error = -ENOMEM;

    for (unsigned i = 0; i < ARRAY_SIZE(page_bits); i++) {
        uint64_t size = BIT(page_bits[i]);

        if (sel4_ram_is_noted(host) && page_bits[i] > PAGE_BITS_2M)
            continue;
        if (size > left || address & (size - 1) || alloc_largest(host->alloc) < page_bits[i])
            continue;
        error = alloc_frame(host->alloc, page_bits[i], frame);
        if (!error) {
            *bits = page_bits[i];
            return 0;
        }
    }
    return error;
}

/* Which mapping is where, to exchange it later. */
static int note_frame(struct sel4_host *host, uint64_t address, unsigned bits, seL4_CPtr frame,
                      seL4_CPtr copy)
{
    struct sel4_region *region = sel4_region(host->ram, address);

    if (bits == PAGE_BITS_2M) {
        region->frame = frame;
        region->copy = copy;
        return 0;
    }
    if (!region->pages)
        region->pages = calloc(1, sizeof(*region->pages));
    if (!region->pages)
        return -ENOMEM;
    region->pages->copy[address % PAGE_SIZE_2M / PAGE_SIZE_4K] = copy;
    return 0;
}

static int map_frame(struct sel4_host *host, uint64_t address, unsigned bits, seL4_CPtr frame)
{
    seL4_CPtr copy;
    int error = alloc_copy(host->alloc, frame, seL4_AllRights, &copy);

    if (!error) {
        error = alloc_map(host->alloc, VMM_GUEST_WINDOW + address, frame, seL4_ReadWrite,
                          seL4_X86_Default_VMAttributes);
    }
    if (!error) {
        error = alloc_map_guest(host->alloc, host->ept_root, address, copy, seL4_AllRights,
                                seL4_X86_EPT_Default_VMAttributes);
    }
    return !error && sel4_ram_is_noted(host) ? note_frame(host, address, bits, frame, copy) : error;
}

static int add_range(struct sel4_host *host, uint64_t start, uint64_t bytes, uint64_t *got)
{
    for (uint64_t done = 0; done < bytes;) {
        unsigned bits = 0;
        seL4_CPtr frame;
        int error = take_frame(host, start + done, bytes - done, &bits, &frame);

        if (!error)
            error = map_frame(host, start + done, bits, frame);
        if (error)
            return error;
        done += BIT(bits);
        *got += BIT(bits);
    }
    return 0;
}

/* In small pages if some of them may have to make room for a dataport. */
static int add_fixed_range(struct sel4_host *host, uint64_t start, uint64_t end, uint64_t *got)
{
    unsigned bits = host->shares ? PAGE_BITS_4K : PAGE_BITS_2M;
    seL4_Word type = host->shares ? seL4_X86_4K : seL4_X86_LargePageObject;

    for (uint64_t at = start; at < end; at += BIT(bits)) {
        seL4_CPtr frame;
        int error = alloc_device_object(host->alloc, at, type, 0, &frame)
                        ?: map_frame(host, at, bits, frame);

        if (error)
            return error;
        *got += BIT(bits);
    }
    return 0;
}

/* Where the monitor sees it, and what is noted of it. */
static int prepare(struct sel4_host *host, uint64_t low, uint64_t high, struct guest_memory *memory)
{
    uint64_t regions = (low + high) / PAGE_SIZE_2M + 1;

    *memory = (struct guest_memory){
        .low_base = (uint8_t *)VMM_GUEST_WINDOW,
        .high_base = (uint8_t *)(VMM_GUEST_WINDOW + GUEST_HIGH_BASE),
        .low = low,
        .high = high,
    };
    if (!sel4_ram_is_noted(host))
        return 0;
    host->ram = calloc(1, sizeof(*host->ram) + regions * sizeof(struct sel4_region));
    if (!host->ram)
        return -ENOMEM;
    host->ram->low_regions = low / PAGE_SIZE_2M;
    return 0;
}

int sel4_host_add_fixed_ram(struct sel4_host *host, uint64_t start, uint64_t end,
                            struct guest_memory *memory, uint64_t *got)
{
    int error;

    *got = 0;
    error = prepare(host, end, 0, memory) ?: add_range(host, 0, BOOT_BIOS_END, got);
    memory->hole = BOOT_BIOS_END;
    memory->hole_end = start;
    return error ?: add_fixed_range(host, start, end, got);
}

int sel4_host_add_ram(struct sel4_host *host, uint64_t bytes, struct guest_memory *memory,
                      uint64_t *got)
{
    uint64_t low = MIN(bytes, BOOT_LOW_RAM_MAX);
    int error = prepare(host, low, bytes - low, memory);

    *got = 0;
    error = error ?: add_range(host, 0, low, got);
    return error ? error : add_range(host, GUEST_HIGH_BASE, bytes - low, got);
}
