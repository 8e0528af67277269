/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables of what this kernel knows: capability types, and the object types that Retype can
 * make.
 */
#include "object/object.h"

#include <sel4/constants.h>
#include <sel4/errors.h>
#include <sel4/objecttype.h>

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
    [CAP_IOSPACE] = &iospace_ops,
    [CAP_IO_PAGE_TABLE] = &io_page_table_ops,
    [CAP_IOPORT_CONTROL] = &ioport_control_ops,
    [CAP_IOPORT] = &ioport_ops,
    [CAP_VCPU] = &vcpu_ops,
    [CAP_EPT_PML4] = &ept_pml4_ops,
    [CAP_EPT_PDPT] = &ept_pdpt_ops,
    [CAP_EPT_PD] = &ept_pd_ops,
    [CAP_EPT_PT] = &ept_pt_ops,
};

#define FRAME(frame_size)                                                                          \
    .cap = CAP_FRAME, .flags = FRAME_FLAGS(frame_size), .device_flag = FRAME_DEVICE

/* clang-format off */
static const struct object_type object_types[seL4_ObjectTypeCount] = {
    [seL4_UntypedObject] = {.user_min = seL4_MinUntypedBits, .user_max = seL4_MaxUntypedBits,
                            .cap = CAP_UNTYPED, .device_flag = UNTYPED_DEVICE, .keep_data = true},
    [seL4_TCBObject] = {seL4_TCBBits, .cap = CAP_THREAD},
    [seL4_EndpointObject] = {seL4_EndpointBits, .cap = CAP_ENDPOINT, .flags = CAP_RIGHTS_ALL},
    [seL4_NotificationObject] = {seL4_NotificationBits, .cap = CAP_NOTIFICATION,
                                 .flags = CAP_RIGHT_READ | CAP_RIGHT_WRITE},
    [seL4_CapTableObject] = {seL4_SlotBits, .user_min = 1, .user_max = CNODE_RADIX_MAX,
                             .cap = CAP_CNODE},
    [seL4_X86_4K] = {seL4_PageBits, FRAME(FRAME_4K)},
    [seL4_X86_LargePageObject] = {seL4_LargePageBits, FRAME(FRAME_2M)},
    [seL4_X64_HugePageObject] = {seL4_HugePageBits, FRAME(FRAME_1G)},
    [seL4_X86_PageTableObject] = {seL4_PageTableBits, .cap = CAP_PAGE_TABLE},
    [seL4_X86_PageDirectoryObject] = {seL4_PageDirBits, .cap = CAP_PAGE_DIRECTORY},
    [seL4_X86_PDPTObject] = {seL4_PDPTBits, .cap = CAP_PDPT},
    [seL4_X64_PML4Object] = {seL4_PML4Bits, .cap = CAP_PML4},
    [seL4_X86_IOPageTableObject] = {seL4_IOPageTableBits, .cap = CAP_IO_PAGE_TABLE,
                                    .check = iospace_check},
    [seL4_X86_VCPUObject] = {seL4_X86_VCPUBits, .cap = CAP_VCPU, .check = vcpu_check},
    [seL4_X86_EPTPML4Object] = {seL4_X86_EPTPML4Bits, .cap = CAP_EPT_PML4},
    [seL4_X86_EPTPDPTObject] = {seL4_X86_EPTPDPTBits, .cap = CAP_EPT_PDPT},
    [seL4_X86_EPTPDObject] = {seL4_X86_EPTPDBits, .cap = CAP_EPT_PD},
    [seL4_X86_EPTPTObject] = {seL4_X86_EPTPTBits, .cap = CAP_EPT_PT},
};
/* clang-format on */

const struct object_type *object_type(uint64_t type)
{
    if (type >= seL4_ObjectTypeCount || object_types[type].cap == CAP_NULL)
        return NULL;
    return &object_types[type];
}

struct cap object_create(const struct object_type *type, void *memory, unsigned user_bits,
                         bool device)
{
    return cap_make((enum cap_type)type->cap, memory,
                    type->flags | user_bits | (device ? type->device_flag : 0), 0);
}

int invoke_none(struct invocation *inv)
{
    (void)inv;
    return seL4_IllegalOperation;
}

int derive_never(const struct slot *slot, struct cap *cap)
{
    (void)slot, (void)cap;
    return seL4_IllegalOperation;
}

bool same_always(struct cap a, struct cap b)
{
    (void)a, (void)b;
    return true;
}
