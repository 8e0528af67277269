/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guest RAM and the virtualisation objects (sel4_host.h). Each frame is mapped twice, by two
 * capabilities: for the guest at its physical address, and for the monitor in one window.
 */
#include <vmm/boot.h>
#include <vmm/sel4_host.h>

#include <alloc/alloc.h>

#include <errno.h>
#include <sel4/sel4.h>

static const unsigned page_bits[] = {30, 21, 12};

/* The largest page that fits at `address` within `left` bytes and can be had. */
static int take_frame(struct sel4_host *host, uint64_t address, uint64_t left, unsigned *bits,
                      seL4_CPtr *frame)
{
    int error = -ENOMEM;

    for (unsigned i = 0; i < sizeof(page_bits) / sizeof(page_bits[0]); i++) {
        uint64_t size = 1ull << page_bits[i];

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

static int map_frame(struct sel4_host *host, uint64_t address, seL4_CPtr frame)
{
    seL4_CPtr copy;
    int error = alloc_copy(host->alloc, frame, seL4_AllRights, &copy);

    if (!error) {
        error = alloc_map(host->alloc, VMM_GUEST_WINDOW + address, frame, seL4_ReadWrite,
                          seL4_X86_Default_VMAttributes);
    }
    return error ? error
                 : alloc_map_guest(host->alloc, host->ept_root, address, copy, seL4_AllRights,
                                   seL4_X86_EPT_Default_VMAttributes);
}

static int add_range(struct sel4_host *host, uint64_t start, uint64_t bytes, uint64_t *got)
{
    for (uint64_t done = 0; done < bytes;) {
        unsigned bits = 0;
        seL4_CPtr frame;
        int error = take_frame(host, start + done, bytes - done, &bits, &frame);

        if (!error)
            error = map_frame(host, start + done, frame);
        if (error)
            return error;
        done += 1ull << bits;
        *got += 1ull << bits;
    }
    return 0;
}

int sel4_host_add_ram(struct sel4_host *host, uint64_t bytes, struct guest_memory *memory,
                      uint64_t *got)
{
    uint64_t low = bytes < BOOT_LOW_RAM_MAX ? bytes : BOOT_LOW_RAM_MAX;
    int error;

    *got = 0;
    memory->low_base = (uint8_t *)VMM_GUEST_WINDOW;
    memory->high_base = (uint8_t *)(VMM_GUEST_WINDOW + GUEST_HIGH_BASE);
    memory->low = low;
    memory->high = bytes - low;
    error = add_range(host, 0, low, got);
    return error ? error : add_range(host, GUEST_HIGH_BASE, bytes - low, got);
}

int sel4_host_create(struct sel4_host *host, struct alloc *alloc, uint64_t tcb,
                     void (*complain)(const char *text))
{
    seL4_CPtr vcpu = 0, root = 0;
    int error;

    host->alloc = alloc;
    host->tcb = tcb;
    error = alloc_object(alloc, seL4_X86_VCPUObject, 0, &vcpu);
    if (error == -ENOMEM || error == -ENOSPC) {
        complain("there is no memory for a virtual CPU: raise untyped_reserve_kb");
        return error;
    }
    if (error) {
        complain("this computer cannot run virtual machines: its processor has no SVM with nested "
                 "paging, or the firmware has switched it off");
        return error;
    }
    error = alloc_object(alloc, seL4_X86_EPTPML4Object, 0, &root);
    if (error) {
        complain("there is no memory for the guest's address space: raise untyped_reserve_kb");
        return error;
    }
    if (seL4_X86_VCPU_SetTCB(vcpu, tcb) || seL4_TCB_SetEPTRoot(tcb, root)) {
        complain("the kernel does not let this thread run a guest");
        return -EPERM;
    }
    host->vcpu = vcpu;
    host->ept_root = root;
    return 0;
}
