/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of real functions' base address registers: shown to the guest in whole frames, and what is
 * not shown reached through the monitor.
 */
#include "sel4_devices_private.h"
#include "../host/sel4_ram.h"

#include <errno.h>

static struct sel4_device_frame *frame_at(const struct sel4_devices *devices, uint64_t address)
{
    for (unsigned i = 0; i < devices->frames; i++) {
        struct sel4_device_frame *frame = &devices->frame[i];

        if (address >> frame->bits == frame->address >> frame->bits)
            return frame;
    }
    return NULL;
}

static bool has_frames(const struct sel4_devices *devices, uint64_t address, uint64_t size)
{
    uint64_t at = ROUND_DOWN(address, PAGE_SIZE_4K);

    while (at < address + size) {
        const struct sel4_device_frame *frame = frame_at(devices, at);

        if (!frame)
            return false;
        at = frame->address + BIT(frame->bits);
    }
    return true;
}

int sel4_device_claim_memory(struct sel4_function *function, unsigned bar, uint64_t address,
                             uint64_t size)
{
    const char *wrong = "not in its `memory`";

    for (unsigned i = 0; i < function->memories; i++) {
        struct sel4_device_memory *memory = &function->memory[i];

        if (memory->address != address)
            continue;
        memory->found = true;
        if (memory->size == size && has_frames(function->devices, address, size))
            return 0;
        wrong = memory->size == size ? "memory of this machine that nobody can be given"
                                     : "of another size in its `memory`";
    }
    vmm_log(function->devices->vmm,
            "%s: base address register %u is {\"paddr\":0x%llx, "
            "\"size\":0x%llx}, which is %s: write it there",
            function->label, bar, (unsigned long long)address, (unsigned long long)size, wrong);
    return -ENXIO;
}

/* A frame of the function's, with all of it in the range. */
void sel4_device_hide(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address)
{
    const struct sel4_function *function = ctx;
    uint64_t at = function->bar[bar] + offset, end = at + size;

    (void)address;
    while (at < end) {
        const struct sel4_device_frame *frame = frame_at(function->devices, at);

        (void)seL4_X86_Page_Unmap(frame->frame);
        at = frame->address + BIT(frame->bits);
    }
}

int sel4_device_show(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address)
{
    const struct sel4_function *function = ctx;
    const struct sel4_host *host = function->devices->vmm->host;
    uint64_t start = function->bar[bar] + offset, at = start, end = at + size;

    vmm_keep_registers(&function->devices->vmm->vcpu);
    while (at < end) {
        const struct sel4_device_frame *frame = frame_at(function->devices, at);
        uint64_t next = frame->address + BIT(frame->bits);
        int error = at == frame->address && next <= end ? 0 : -ENOTSUP;

        error = error
                    ?: alloc_map_guest(host->alloc, host->ept_root, address + (at - start),
                                       frame->frame, seL4_ReadWrite,
                                       seL4_X86_EPT_Uncached_VMAttributes);
        if (error) {
            sel4_device_hide(ctx, bar, offset, at - start, address);
            return error;
        }
        at = next;
    }
    return 0;
}

/* Null: there was no memory for a table. */
static volatile uint8_t *window(const struct sel4_function *function, unsigned bar, uint64_t offset)
{
    static uint64_t next = VMM_DEVICE_WINDOW;
    struct alloc *alloc = function->devices->vmm->host->alloc;
    uint64_t at = function->bar[bar] + offset;
    struct sel4_device_frame *frame = frame_at(function->devices, at);
    seL4_CPtr copy;

    if (!frame->window && !alloc_copy(alloc, frame->frame, seL4_AllRights, &copy)) {
        uint64_t place = ROUND_UP(next, BIT(frame->bits));

        if (alloc_map(alloc, place, copy, seL4_ReadWrite, seL4_X86_Uncacheable)) {
            (void)alloc_delete_copy(alloc, copy);
            return NULL;
        }
        frame->window = (void *)place;
        next = place + BIT(frame->bits);
    }
    return frame->window ? (volatile uint8_t *)frame->window + (at - frame->address) : NULL;
}

uint64_t sel4_device_memory_read(void *ctx, unsigned bar, uint64_t offset, unsigned size)
{
    const struct sel4_function *function = ctx;
    const volatile void *at;

    vmm_keep_registers(&function->devices->vmm->vcpu);
    at = window(function, bar, offset);
    switch (at ? size : 0) {
    case 1:
        return *(const volatile uint8_t *)at;
    case 2:
        return *(const volatile uint16_t *)at;
    case 4:
        return *(const volatile uint32_t *)at;
    case 8:
        return *(const volatile uint64_t *)at;
    default:
        return UINT64_MAX;
    }
}

void sel4_device_memory_write(void *ctx, unsigned bar, uint64_t offset, unsigned size,
                              uint64_t value)
{
    const struct sel4_function *function = ctx;
    volatile void *at;

    vmm_keep_registers(&function->devices->vmm->vcpu);
    at = window(function, bar, offset);
    switch (at ? size : 0) {
    case 1:
        *(volatile uint8_t *)at = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)at = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)at = (uint32_t)value;
        break;
    case 8:
        *(volatile uint64_t *)at = value;
        break;
    default:
        break;
    }
}
