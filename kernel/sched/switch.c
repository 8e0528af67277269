/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading an address space: the cases that switch.h leaves over.
 *
 * Rests on: AMD64 APM volume 2, section 5.5.1 (PCIDs).
 */
#include "sched/switch.h"
#include "cpu/memory.h"

void vspace_load(struct core *core, const struct tcb *t)
{
    struct cap root = t->slots[TCB_VSPACE].cap;
    bool valid = root.type == CAP_PML4 && asid_is_valid(root);
    uint64_t cr3 =
        valid ? vspace_cr3(cap_object(root), cap_mapped_asid(root)) : image_to_phys(kernel_pml4);
    if (core->cr3 == cr3)
        return;
    core->cr3 = cr3;
    write_cr3(cpu_features.pcid ? cr3 | CR3_NO_FLUSH : cr3);
}
