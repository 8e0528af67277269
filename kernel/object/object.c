/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables of what this kernel knows: capability types, and the object types that Retype can
 * make.
 */
#include "object/object.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/tcb.h"
#include "virt/vcpu.h"
#include <sel4/objecttype.h>
#include <sel4/errors.h>

static const struct cap_ops null_ops = {.name = "null"};

const struct cap_ops *const cap_ops[CAP_TYPE_COUNT] = {
    [CAP_NULL] = &null_ops,
    [CAP_UNTYPED] = &untyped_ops,
    [CAP_ENDPOINT] = &endpoint_ops,
    [CAP_NOTIFICATION] = &notification_ops,
    [CAP_REPLY] = &reply_ops,
    [CAP_CNODE] = &cnode_ops,
    [CAP_THREAD] = &thread_ops,
    [CAP_ZOMBIE] = &zombie_ops,
    [CAP_IRQ_CONTROL] = &irq_control_ops,
    [CAP_IRQ_HANDLER] = &irq_handler_ops,
    [CAP_DOMAIN] = &domain_ops,
    [CAP_FRAME] = &frame_ops,
    [CAP_PAGE_TABLE] = &page_table_ops,
    [CAP_PAGE_DIRECTORY] = &page_directory_ops,
    [CAP_PDPT] = &pdpt_ops,
    [CAP_PML4] = &pml4_ops,
    [CAP_ASID_CONTROL] = &asid_control_ops,
    [CAP_ASID_POOL] = &asid_pool_ops,
    [CAP_IOPORT_CONTROL] = &ioport_control_ops,
    [CAP_IOPORT] = &ioport_ops,
    [CAP_VCPU] = &vcpu_ops,
    [CAP_EPT_PML4] = &ept_pml4_ops,
    [CAP_EPT_PDPT] = &ept_pdpt_ops,
    [CAP_EPT_PD] = &ept_pd_ops,
    [CAP_EPT_PT] = &ept_pt_ops,
};

static struct cap create_untyped(void *memory, unsigned bits, bool device)
{
    return cap_untyped((uint64_t)memory, bits, device);
}

static struct cap create_tcb(void *memory, unsigned bits, bool device)
{
    (void)bits, (void)device;
    tcb_init(memory);
    return cap_make(CAP_THREAD, memory, 0, 0);
}

static struct cap create_endpoint(void *memory, unsigned bits, bool device)
{
    (void)bits, (void)device;
    return cap_make(CAP_ENDPOINT, memory, CAP_RIGHTS_ALL, 0);
}

static struct cap create_notification(void *memory, unsigned bits, bool device)
{
    (void)bits, (void)device;
    return cap_make(CAP_NOTIFICATION, memory, CAP_RIGHT_READ | CAP_RIGHT_WRITE, 0);
}

static struct cap create_cnode(void *memory, unsigned bits, bool device)
{
    (void)device;
    return cap_cnode(memory, bits, 0);
}

static const struct object_type object_types[seL4_ObjectTypeCount] = {
    [seL4_UntypedObject] = {.device_ok = true, .keep_data = true, .create = create_untyped},
    [seL4_TCBObject] = {.size_bits = TCB_BITS, .create = create_tcb},
    [seL4_EndpointObject] = {.size_bits = 4, .create = create_endpoint},
    [seL4_NotificationObject] = {.size_bits = 5, .create = create_notification},
    [seL4_CapTableObject] = {.create = create_cnode},
    [seL4_X86_4K] = {.size_bits = 12, .device_ok = true, .create = frame_create_4k},
    [seL4_X86_LargePageObject] = {.size_bits = 21, .device_ok = true, .create = frame_create_2m},
    [seL4_X64_HugePageObject] = {.size_bits = 30, .device_ok = true, .create = frame_create_1g},
    [seL4_X86_PageTableObject] = {.size_bits = 12, .create = page_table_create},
    [seL4_X86_PageDirectoryObject] = {.size_bits = 12, .create = page_directory_create},
    [seL4_X86_PDPTObject] = {.size_bits = 12, .create = pdpt_create},
    [seL4_X64_PML4Object] = {.size_bits = 12, .create = pml4_create},
    [seL4_X86_VCPUObject] = {.size_bits = VCPU_BITS, .check = vcpu_check, .create = vcpu_create},
    [seL4_X86_EPTPML4Object] = {.size_bits = 12, .create = ept_pml4_create},
    [seL4_X86_EPTPDPTObject] = {.size_bits = 12, .create = ept_pdpt_create},
    [seL4_X86_EPTPDObject] = {.size_bits = 12, .create = ept_pd_create},
    [seL4_X86_EPTPTObject] = {.size_bits = 12, .create = ept_pt_create},
};

const struct object_type *object_type(uint64_t type)
{
    if (type >= seL4_ObjectTypeCount || !object_types[type].create)
        return NULL;
    return &object_types[type];
}

int singleton_derive(const struct slot *slot, struct cap *cap)
{
    (void)slot;
    (void)cap;
    return seL4_IllegalOperation;
}

bool singleton_same(struct cap a, struct cap b)
{
    (void)a;
    (void)b;
    return true;
}
