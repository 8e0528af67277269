/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory: watermark, sizes, alignment, clearing, reuse, and every way to ask wrongly.
 */
#include "harness.h"

static seL4_Error retype(seL4_CPtr untyped, seL4_Word type, seL4_Word bits, seL4_Word offset,
                         seL4_Word count)
{
    return seL4_Untyped_Retype(untyped, type, bits, ROOT, 0, 0, offset, count);
}

static void untyped_every_type(void)
{
    static const seL4_Word types[] = {
        seL4_TCBObject,
        seL4_EndpointObject,
        seL4_NotificationObject,
        seL4_X86_4K,
        seL4_X86_PDPTObject,
        seL4_X64_PML4Object,
        seL4_X86_PageTableObject,
        seL4_X86_LargePageObject,
        seL4_X86_PageDirectoryObject,
    };
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        seL4_CPtr cap = make(types[i], 0);
        CHECK(cap);
        CHECK(!slot_is_empty(cap));
    }
}

static void untyped_wrong_arguments(void)
{
    seL4_CPtr slot = new_slot(), ep = make(seL4_EndpointObject, 0), arena = test_arena();
    CHECK_EQUAL(retype(arena, seL4_ObjectTypeCount, 0, slot, 1), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_GetMR(0), 0);
    CHECK_EQUAL(retype(arena, ~0ul, 0, slot, 1), seL4_InvalidArgument);
    CHECK_EQUAL(retype(arena, seL4_UntypedObject, seL4_MinUntypedBits - 1, slot, 1),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_GetMR(0), 1);
    CHECK_EQUAL(retype(arena, seL4_UntypedObject, 0, slot, 1), seL4_InvalidArgument);
    CHECK_EQUAL(retype(arena, seL4_UntypedObject, seL4_WordBits, slot, 1), seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(1), seL4_MaxUntypedBits);
    /* Even where the size does not count. */
    CHECK_EQUAL(retype(arena, seL4_EndpointObject, seL4_WordBits, slot, 1), seL4_RangeError);
    CHECK_EQUAL(retype(arena, seL4_UntypedObject, seL4_MaxUntypedBits + 1, slot, 1),
                seL4_RangeError);
    CHECK_EQUAL(retype(arena, seL4_UntypedObject, BIT(40), slot, 1), seL4_RangeError);
    CHECK_EQUAL(retype(arena, seL4_CapTableObject, 0, slot, 1), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_GetMR(0), 1);
    CHECK_EQUAL(retype(arena, seL4_CapTableObject, 60, slot, 1), seL4_RangeError);
    CHECK_EQUAL(retype(arena, seL4_EndpointObject, 0, slot, 0), seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(0), 1);
    CHECK_EQUAL(seL4_GetMR(1), CONFIG_RETYPE_FAN_OUT_LIMIT);
    CHECK_EQUAL(retype(arena, seL4_EndpointObject, 0, slot, 257), seL4_RangeError);
    CHECK_EQUAL(retype(arena, seL4_EndpointObject, 0, ~0ul, 1), seL4_RangeError);
    CHECK_EQUAL(retype(arena, seL4_EndpointObject, 0, ep, 1), seL4_DeleteFirst);
    CHECK_EQUAL(seL4_Untyped_Retype(arena, seL4_EndpointObject, 0, ep, 0, 0, slot, 1),
                seL4_FailedLookup);
    CHECK_EQUAL(seL4_Untyped_Retype(arena, seL4_EndpointObject, 0, ROOT, ep, DEPTH, 0, 1),
                seL4_FailedLookup);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(arena, seL4_MessageInfo_new(UntypedRetype, 0, 0, 6))),
        seL4_TruncatedMessage);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(arena, seL4_MessageInfo_new(TCBResume, 0, 0, 0))),
        seL4_IllegalOperation);
    CHECK(slot_is_empty(slot));
}

static void untyped_into_another_cnode(void)
{
    seL4_CPtr node = make(seL4_CapTableObject, 3);
    CHECK_OK(seL4_Untyped_Retype(test_arena(), seL4_EndpointObject, 0, ROOT, node, DEPTH, 5, 3));
    CHECK_EQUAL(seL4_Untyped_Retype(test_arena(), seL4_EndpointObject, 0, ROOT, node, DEPTH, 6, 3),
                seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(1), 2);
    CHECK_EQUAL(seL4_CNode_Copy(node, 7, 3, ROOT, node, DEPTH, seL4_AllRights), seL4_DeleteFirst);
}

static void untyped_exhaustion_and_reuse(void)
{
    seL4_CPtr memory = make(seL4_UntypedObject, 13), a = new_slot(), b = new_slot(), c = new_slot();
    CHECK_OK(retype(memory, seL4_EndpointObject, 0, a, 1));
    CHECK_OK(retype(memory, seL4_X86_4K, 0, b, 1)); /* aligned: takes the second page */
    CHECK_EQUAL(retype(memory, seL4_EndpointObject, 0, c, 1), seL4_NotEnoughMemory);
    CHECK_EQUAL(seL4_GetMR(0), 0);
    CHECK_OK(seL4_CNode_Delete(ROOT, b, DEPTH));
    CHECK_EQUAL(retype(memory, seL4_X86_4K, 0, b, 1), seL4_NotEnoughMemory);
    CHECK_OK(seL4_CNode_Delete(ROOT, a, DEPTH)); /* the last child: all is free again */
    CHECK_EQUAL(retype(memory, seL4_X86_4K, 0, a, 3), seL4_NotEnoughMemory);
    CHECK_EQUAL(seL4_GetMR(0), 8192);
    CHECK_OK(retype(memory, seL4_X86_4K, 0, a, 2));
}

static void untyped_nested(void)
{
    seL4_CPtr outer = make(seL4_UntypedObject, 16), inner = new_slot(), ep = new_slot();
    seL4_CPtr copy = new_slot();
    CHECK_OK(retype(outer, seL4_UntypedObject, 15, inner, 1));
    CHECK_OK(retype(inner, seL4_EndpointObject, 0, ep, 1));
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, copy, DEPTH, ROOT, inner, DEPTH, seL4_AllRights),
                seL4_RevokeFirst);
    CHECK_OK(seL4_CNode_Revoke(ROOT, outer, DEPTH));
    CHECK(slot_is_empty(inner));
    CHECK(slot_is_empty(ep));
}

/* Of two copies only one hands out the memory. */
static void untyped_copy(void)
{
    seL4_CPtr memory = make(seL4_UntypedObject, 13), copy = new_slot(), page = new_slot();
    CHECK_OK(seL4_CNode_Copy(ROOT, copy, DEPTH, ROOT, memory, DEPTH, seL4_AllRights));
    CHECK_EQUAL(retype(memory, seL4_X86_4K, 0, page, 1), seL4_NotEnoughMemory);
    CHECK_OK(retype(copy, seL4_X86_4K, 0, page, 1));
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    CHECK(slot_is_empty(copy));
    CHECK(slot_is_empty(page));
    CHECK_OK(retype(memory, seL4_X86_4K, 0, page, 2));
}

static void untyped_memory_is_cleared(void)
{
    seL4_CPtr memory = make(seL4_UntypedObject, 21), frame = new_slot();
    for (unsigned round = 0; round < 2; round++) {
        CHECK_OK(retype(memory, seL4_X86_LargePageObject, 0, frame, 1));
        volatile uint64_t *words = map_frame(frame, 21);
        CHECK(words);
        for (unsigned i = 0; i < (1u << 21) / 8; i++)
            if (words[i])
                CHECK_EQUAL(words[i], 0);
        for (unsigned i = 0; i < (1u << 21) / 8; i += 7)
            words[i] = 0xdeadbeef;
        CHECK_OK(seL4_CNode_Delete(ROOT, frame, DEPTH));
    }
}

/* Deleting the untyped leaves its children alive and children of the outer one. */
static void untyped_delete_parent(void)
{
    seL4_CPtr outer = make(seL4_UntypedObject, 16), inner = new_slot(), a = new_slot();
    CHECK_OK(retype(outer, seL4_UntypedObject, 14, inner, 1));
    CHECK_OK(retype(inner, seL4_EndpointObject, 0, a, 1));
    CHECK_OK(seL4_CNode_Delete(ROOT, inner, DEPTH));
    CHECK(!slot_is_empty(a));
    CHECK_OK(seL4_CNode_Revoke(ROOT, outer, DEPTH));
    CHECK(slot_is_empty(a));
}

static void untyped_device(void)
{
    seL4_BootInfo *bi = boot_info();
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++) {
        seL4_CPtr untyped = bi->untyped.start + i, slot = new_slot(), child = new_slot();
        if (!bi->untypedList[i].isDevice || bi->untypedList[i].sizeBits < 13)
            continue;
        CHECK_EQUAL(retype(untyped, seL4_EndpointObject, 0, slot, 1), seL4_InvalidArgument);
        CHECK_EQUAL(retype(untyped, seL4_CapTableObject, 4, slot, 1), seL4_InvalidArgument);
        CHECK_OK(retype(untyped, seL4_UntypedObject, 12, slot, 1));
        CHECK_EQUAL(retype(slot, seL4_TCBObject, 0, child, 1), seL4_InvalidArgument);
        CHECK_OK(retype(slot, seL4_X86_4K, 0, child, 1));
        seL4_X86_Page_GetAddress_t address = seL4_X86_Page_GetAddress(child);
        CHECK_OK(address.error);
        CHECK_EQUAL(address.paddr, bi->untypedList[i].paddr);
        /* A device frame cannot be an IPC buffer. */
        CHECK_EQUAL(seL4_TCB_SetIPCBuffer(make(seL4_TCBObject, 0), 0x1000, child),
                    seL4_IllegalOperation);
        CHECK_OK(seL4_CNode_Revoke(ROOT, untyped, DEPTH));
        return;
    }
    test_skip("the machine has no device memory");
}

TEST_GROUP(untyped_tests, TEST(untyped_every_type), TEST(untyped_wrong_arguments),
           TEST(untyped_into_another_cnode), TEST(untyped_exhaustion_and_reuse),
           TEST(untyped_nested), TEST(untyped_copy), TEST(untyped_memory_is_cleared),
           TEST(untyped_delete_parent), TEST(untyped_device));
