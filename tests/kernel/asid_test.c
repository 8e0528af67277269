/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ASID pools: making, filling, exhausting and losing them.
 */
#include "harness.h"

#define CONTROL seL4_CapASIDControl
#define PLAIN   seL4_X86_Default_VMAttributes
#define AT      TEST_FREE_ADDRESS

static void asid_make_pool(void)
{
    seL4_CPtr untyped = make(seL4_UntypedObject, seL4_ASIDPoolBits), pool = new_slot();
    seL4_CPtr space = make(seL4_X64_PML4Object, 0), pdpt = make(seL4_X86_PDPTObject, 0);
    CHECK_OK(seL4_X86_ASIDControl_MakePool(CONTROL, untyped, ROOT, pool, DEPTH));
    CHECK_OK(seL4_X86_ASIDPool_Assign(pool, space));
    CHECK_OK(seL4_X86_PDPT_Map(pdpt, space, AT, PLAIN));

    /* Without its pool an address space is nobody's. */
    CHECK_OK(seL4_CNode_Delete(ROOT, pool, DEPTH));
    CHECK_EQUAL(seL4_X86_PageDirectory_Map(make(seL4_X86_PageDirectoryObject, 0), space, AT, PLAIN),
                seL4_FailedLookup);
    CHECK_OK(seL4_X86_PDPT_Unmap(pdpt));
}

static void asid_bad_arguments(void)
{
    seL4_CPtr page = make(seL4_UntypedObject, 12), large = make(seL4_UntypedObject, 13);
    seL4_CPtr used = make(seL4_UntypedObject, 12), slot = new_slot(), full = new_slot();
    seL4_CPtr ep = make(seL4_EndpointObject, 0), pool = new_slot();
    CHECK_OK(seL4_Untyped_Retype(used, seL4_EndpointObject, 0, ROOT, 0, 0, full, 1));
    CHECK_EQUAL(seL4_X86_ASIDControl_MakePool(CONTROL, ep, ROOT, slot, DEPTH),
                seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_ASIDControl_MakePool(CONTROL, large, ROOT, slot, DEPTH),
                seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_ASIDControl_MakePool(CONTROL, used, ROOT, slot, DEPTH), seL4_RevokeFirst);
    CHECK_EQUAL(seL4_X86_ASIDControl_MakePool(CONTROL, page, ROOT, full, DEPTH), seL4_DeleteFirst);
    CHECK(slot_is_empty(slot));
    CHECK_OK(seL4_X86_ASIDControl_MakePool(CONTROL, page, ROOT, pool, DEPTH));
    CHECK_EQUAL(seL4_X86_ASIDPool_Assign(pool, ep), seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_ASIDPool_Assign(pool, make(seL4_X86_PDPTObject, 0)),
                seL4_InvalidCapability);
}

/* Pool 0 is the root task's; there are eight, and numbers come back when pools go. */
static void asid_pools_run_out(void)
{
    seL4_CPtr pool[8];
    for (int round = 0; round < 2; round++) {
        unsigned count = 0;
        for (; count < 8; count++) {
            seL4_CPtr untyped = make(seL4_UntypedObject, seL4_ASIDPoolBits);
            pool[count] = new_slot();
            seL4_Error error =
                seL4_X86_ASIDControl_MakePool(CONTROL, untyped, ROOT, pool[count], DEPTH);
            if (error != seL4_NoError) {
                CHECK_EQUAL(error, seL4_DeleteFirst);
                break;
            }
        }
        CHECK_EQUAL(count, (1 << seL4_NumASIDPoolsBits) - 1);
        while (count-- > 0)
            CHECK_OK(seL4_CNode_Delete(ROOT, pool[count], DEPTH));
    }
}

static void asid_numbers_run_out(void)
{
    seL4_CPtr untyped = make(seL4_UntypedObject, seL4_ASIDPoolBits), pool = new_slot();
    CHECK_OK(seL4_X86_ASIDControl_MakePool(CONTROL, untyped, ROOT, pool, DEPTH));
    seL4_CPtr last = 0;
    for (int i = 0; i < 512; i++) {
        last = make(seL4_X64_PML4Object, 0);
        CHECK(last);
        CHECK_OK(seL4_X86_ASIDPool_Assign(pool, last));
    }
    seL4_CPtr one_more = make(seL4_X64_PML4Object, 0);
    CHECK_EQUAL(seL4_X86_ASIDPool_Assign(pool, one_more), seL4_DeleteFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, last, DEPTH));
    CHECK_OK(seL4_X86_ASIDPool_Assign(pool, one_more));
}

TEST_GROUP(asid_tests, TEST(asid_make_pool), TEST(asid_bad_arguments), TEST(asid_pools_run_out),
           TEST(asid_numbers_run_out));
