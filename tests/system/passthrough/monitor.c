/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner's monitor has a page for which its guest's device is to grasp in vain, and a dataport
 * that the guest may ask for.
 */
#include "board.h"

#include <init.h>

#include <cross_vm_dataport.h>
#include <vmm/sel4_host.h>

#include <alloc/alloc.h>
#include <base/bits.h>

#define WORDS (PAGE_SIZE_4K / sizeof(uint64_t))

static volatile uint64_t *const secret = (volatile uint64_t *)(VMM_MOVING_WINDOW + MIB(4));
static uint64_t secret_address;

extern dataport_caps_handle_t shared_handle;
static dataport_caps_handle_t *dataports[] = {NULL, &shared_handle};

static int on_call(vmm_vcpu_t *vcpu)
{
    static unsigned lives;
    uint64_t value = 0;

    switch (vmm_get_register(vcpu, seL4_VCPUReg_RAX)) {
    case TOKEN_LIVES:
        value = ++lives;
        break;
    case TOKEN_SECRET:
        value = secret_address;
        break;
    default:
        for (unsigned i = 0; i < WORDS; i++)
            value += secret[i] != SECRET;
    }
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, value);
    return 0;
}

/* Where the guest has no RAM of its own at the same address. */
static int find_frame(struct alloc *alloc, seL4_CPtr *frame)
{
    int error;

    do {
        error = alloc_frame(alloc, PAGE_BITS_4K, frame);
    } while (!error && seL4_X86_Page_GetAddress(*frame).paddr < RAM_BYTES);
    return error;
}

static int make_secret(struct alloc *alloc)
{
    seL4_CPtr frame;
    int error = find_frame(alloc, &frame);

    error = error
                ?: alloc_map(alloc, (uintptr_t)secret, frame, seL4_ReadWrite,
                             seL4_X86_Default_VMAttributes);
    for (unsigned i = 0; !error && i < WORDS; i++)
        secret[i] = SECRET;
    if (!error)
        secret_address = seL4_X86_Page_GetAddress(frame).paddr;
    return error;
}

int cross_vm_dataports_init(vmm_t *vmm)
{
    return cross_vm_dataports_init_common(vmm, dataports, ARRAY_SIZE(dataports));
}

int vmm_app_init(vmm_t *vmm)
{
    int error = make_secret(vmm->host->alloc);

    for (int token = TOKEN_LIVES; !error && token <= TOKEN_CHANGED; token++)
        error = reg_new_handler(vmm, on_call, token);
    return error;
}
