/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings as an attacker uses them: what a capability once mapped may not be reached after it is
 * gone, whichever way the tables were moved about meanwhile.
 */
#include "harness.h"
#include "virt_machine.h"

GUEST(look);

#define PLAIN seL4_X86_EPT_Default_VMAttributes
#define OTHER BIT(30) /* a guest-physical address under a page directory of its own */

/*
 * One table in two places: by a copy of its capability, one place is given up and taken again. The
 * directory above the second place goes, so that the frame's capability finds nothing to take away,
 * and the memory becomes a CNode. The guest must not see it through the first place.
 */
static void mapping_table_in_two_places(void)
{
    MACHINE(m);
    seL4_CPtr pd = make(seL4_X86_EPTPDObject, 0), untyped = make(seL4_UntypedObject, 12);
    seL4_CPtr frame = new_slot(), cnode = new_slot();
    CHECK_OK(seL4_X86_EPTPD_Map(pd, m.root, OTHER, PLAIN));
    CHECK_OK(seL4_Untyped_Retype(untyped, seL4_X86_4K, 0, ROOT, 0, 0, frame, 1));
    CHECK_OK(seL4_X86_EPTPT_Unmap(m.pt));
    CHECK_OK(seL4_X86_EPTPT_Map(m.pt, m.root, OTHER, PLAIN));
    seL4_CPtr copy = copy_of(m.pt);
    CHECK(copy);

    /* Whatever of this the kernel refuses: the attacker goes on. */
    seL4_Error unmap = seL4_X86_EPTPT_Unmap(m.pt);
    seL4_X86_EPTPT_Map(m.pt, m.root, GUEST_FAR, PLAIN);
    seL4_Error unmap_copy = seL4_X86_EPTPT_Unmap(copy);
    seL4_X86_EPTPT_Map(copy, m.root, OTHER, PLAIN);
    CHECK_OK(
        seL4_X86_Page_MapEPT(frame, m.root, OTHER + GUEST_FAR % BIT(21), seL4_AllRights, PLAIN));
    CHECK_OK(seL4_CNode_Delete(ROOT, pd, DEPTH));
    CHECK_OK(seL4_CNode_Revoke(ROOT, untyped, DEPTH));
    CHECK_OK(seL4_Untyped_Retype(untyped, seL4_CapTableObject, 12 - seL4_SlotBits, ROOT, 0, 0,
                                 cnode, 1));

    machine_load(&m, GUEST_ARGS(look), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK_EQUAL(unmap, seL4_RevokeFirst);
    CHECK_EQUAL(unmap_copy, seL4_RevokeFirst);
}

TEST_GROUP(mapping_tests, TEST(mapping_table_in_two_places));
