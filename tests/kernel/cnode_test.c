/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability slots: copying, badges, guards, derivation, revocation, and every way to ask wrongly.
 */
#include "harness.h"

static void cnode_copy(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), to = new_slot();
    CHECK_OK(seL4_CNode_Copy(ROOT, to, DEPTH, ROOT, ep, DEPTH, seL4_AllRights));
    CHECK_EQUAL(seL4_DebugCapIdentify(to), seL4_DebugCapIdentify(ep));
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, to, DEPTH, ROOT, ep, DEPTH, seL4_AllRights),
                seL4_DeleteFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, to, DEPTH));
    CHECK(slot_is_empty(to));
    CHECK_OK(seL4_CNode_Delete(ROOT, to, DEPTH)); /* deleting nothing is fine */
}

static void cnode_copy_of_nothing(void)
{
    seL4_CPtr from = new_slot(), to = new_slot();
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, to, DEPTH, ROOT, from, DEPTH, seL4_AllRights),
                seL4_FailedLookup);
    CHECK_EQUAL(seL4_GetMR(0), 1); /* the source */
    CHECK_EQUAL(seL4_GetMR(1), seL4_MissingCapability);
    CHECK_EQUAL(seL4_GetMR(2), DEPTH);
}

static void cnode_wrong_roots_and_depths(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), to = new_slot();
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, to, DEPTH, ep, ep, DEPTH, seL4_AllRights), seL4_FailedLookup);
    CHECK_EQUAL(seL4_GetMR(0), 1);
    CHECK_EQUAL(seL4_GetMR(1), seL4_InvalidRoot);
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, to, 0, ROOT, ep, DEPTH, seL4_AllRights), seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(0), 1);
    CHECK_EQUAL(seL4_GetMR(1), seL4_WordBits);
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, to, 65, ROOT, ep, DEPTH, seL4_AllRights), seL4_RangeError);
    CHECK_EQUAL(seL4_CNode_Delete(ROOT, to, 1), seL4_FailedLookup);
    CHECK(slot_is_empty(to));
}

/* A CNode of 4 slots below a guard of 3 bits 101. */
static void cnode_guards(void)
{
    seL4_CPtr node = make(seL4_CapTableObject, 2), guarded;
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    guarded = mint(node, seL4_AllRights, seL4_CNode_CapData_new(5, 3).words[0]);
    CHECK(guarded);
    /* index 101 10, depth 5 */
    CHECK_OK(seL4_CNode_Copy(guarded, 0x16, 5, ROOT, ep, DEPTH, seL4_AllRights));
    CHECK_EQUAL(seL4_CNode_Copy(guarded, 0x16, 5, ROOT, ep, DEPTH, seL4_AllRights),
                seL4_DeleteFirst);
    CHECK_EQUAL(seL4_CNode_Delete(guarded, 0x0e, 5), seL4_FailedLookup);
    CHECK_EQUAL(seL4_GetMR(0), 0);
    CHECK_EQUAL(seL4_GetMR(1), seL4_GuardMismatch);
    CHECK_EQUAL(seL4_GetMR(2), 5); /* bits left */
    CHECK_EQUAL(seL4_GetMR(3), 5); /* the guard there */
    CHECK_EQUAL(seL4_GetMR(4), 3); /* its size */
    CHECK_EQUAL(seL4_CNode_Delete(guarded, 0xa, 4), seL4_FailedLookup);
    CHECK_EQUAL(seL4_GetMR(1), seL4_DepthMismatch);
    CHECK_EQUAL(seL4_GetMR(2), 4);
    CHECK_EQUAL(seL4_GetMR(3), 5);
    /* The same slot without the guard. */
    CHECK_EQUAL(seL4_CNode_Copy(node, 2, 2, ROOT, ep, DEPTH, seL4_AllRights), seL4_DeleteFirst);
    /* Too many bits. */
    CHECK_EQUAL(seL4_CNode_Mint(ROOT, new_slot(), DEPTH, ROOT, node, DEPTH, seL4_AllRights,
                                seL4_CNode_CapData_new(0, 63).words[0]),
                seL4_IllegalOperation);
}

/* A second level, reached through a whole 64-bit address. */
static void cnode_two_levels(void)
{
    seL4_CPtr first = make(seL4_CapTableObject, 4), second = make(seL4_CapTableObject, 3);
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    CHECK_OK(seL4_CNode_Copy(first, 9, 4, ROOT, second, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Copy(first, 9 << 3 | 6, 7, ROOT, ep, DEPTH, seL4_AllRights));
    CHECK_EQUAL(seL4_CNode_Copy(second, 6, 3, ROOT, ep, DEPTH, seL4_AllRights), seL4_DeleteFirst);
    /* The walk stops at the endpoint with bits left. */
    CHECK_EQUAL(seL4_CNode_Delete(first, 9 << 5 | 6 << 2, 9), seL4_FailedLookup);
    CHECK_EQUAL(seL4_GetMR(1), seL4_DepthMismatch);
}

static void cnode_badges(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), to = new_slot();
    seL4_CPtr badged = mint(ep, seL4_AllRights, 77);
    CHECK(badged);
    CHECK_EQUAL(seL4_CNode_Mint(ROOT, to, DEPTH, ROOT, badged, DEPTH, seL4_AllRights, 78),
                seL4_IllegalOperation);
    CHECK_OK(seL4_CNode_Copy(ROOT, to, DEPTH, ROOT, badged, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Delete(ROOT, to, DEPTH));
    /* An endpoint cannot get a badge in passing. */
    CHECK_EQUAL(seL4_CNode_Mutate(ROOT, to, DEPTH, ROOT, ep, DEPTH, 5), seL4_IllegalOperation);
}

static void cnode_move_and_mutate(void)
{
    seL4_CPtr node = make(seL4_CapTableObject, 2), ep = make(seL4_EndpointObject, 0);
    seL4_CPtr a = new_slot(), b = new_slot();
    CHECK_OK(seL4_CNode_Move(ROOT, a, DEPTH, ROOT, ep, DEPTH));
    CHECK(slot_is_empty(ep));
    CHECK(!slot_is_empty(a));
    CHECK_EQUAL(seL4_CNode_Move(ROOT, b, DEPTH, ROOT, ep, DEPTH), seL4_FailedLookup);
    CHECK_EQUAL(seL4_CNode_Move(ROOT, node, DEPTH, ROOT, a, DEPTH), seL4_DeleteFirst);
    CHECK_OK(seL4_CNode_Mutate(ROOT, b, DEPTH, ROOT, node, DEPTH,
                               seL4_CNode_CapData_new(1, 1).words[0]));
    CHECK(slot_is_empty(node));
    CHECK_OK(seL4_CNode_Copy(b, 4 | 1, 3, ROOT, a, DEPTH, seL4_AllRights));
}

static void cnode_rotate(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), n = make(seL4_NotificationObject, 0);
    seL4_CPtr dest = new_slot();
    seL4_Word ep_type = seL4_DebugCapIdentify(ep), n_type = seL4_DebugCapIdentify(n);
    CHECK_OK(seL4_CNode_Rotate(ROOT, dest, DEPTH, 0, ROOT, ep, DEPTH, 0, ROOT, n, DEPTH));
    CHECK_EQUAL(seL4_DebugCapIdentify(dest), ep_type);
    CHECK_EQUAL(seL4_DebugCapIdentify(ep), n_type);
    CHECK(slot_is_empty(n));
    /* With dest = source, they swap. */
    CHECK_OK(seL4_CNode_Rotate(ROOT, dest, DEPTH, 0, ROOT, ep, DEPTH, 0, ROOT, dest, DEPTH));
    CHECK_EQUAL(seL4_DebugCapIdentify(dest), n_type);
    CHECK_EQUAL(seL4_DebugCapIdentify(ep), ep_type);
    CHECK_EQUAL(seL4_CNode_Rotate(ROOT, n, DEPTH, 0, ROOT, ep, DEPTH, 0, ROOT, ep, DEPTH),
                seL4_IllegalOperation);
    CHECK_EQUAL(seL4_CNode_Rotate(ROOT, ep, DEPTH, 0, ROOT, dest, DEPTH, 0, ROOT, n, DEPTH),
                seL4_DeleteFirst);
    CHECK_EQUAL(seL4_CNode_Rotate(ROOT, new_slot(), DEPTH, 0, ROOT, dest, DEPTH, 0, ROOT, n, DEPTH),
                seL4_FailedLookup);
}

/* An original has the copies and their copies below it; a copy has nothing. */
static void cnode_revoke_copies(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    seL4_CPtr a = mint(ep, seL4_AllRights, 0), b = mint(a, seL4_CanRead, 0);
    seL4_CPtr badged = mint(ep, seL4_AllRights, 3), copy = new_slot();
    /* A badge cannot be minted over, not even by 0. */
    CHECK_EQUAL(seL4_CNode_Mint(ROOT, copy, DEPTH, ROOT, badged, DEPTH, seL4_CanWrite, 0),
                seL4_IllegalOperation);
    CHECK_OK(seL4_CNode_Copy(ROOT, copy, DEPTH, ROOT, badged, DEPTH, seL4_CanWrite));
    CHECK_OK(seL4_CNode_Revoke(ROOT, a, DEPTH));
    CHECK(!slot_is_empty(b));
    CHECK_OK(seL4_CNode_Revoke(ROOT, badged, DEPTH));
    CHECK(slot_is_empty(copy));
    CHECK(!slot_is_empty(badged));
    CHECK(!slot_is_empty(a));
    CHECK_OK(seL4_CNode_Revoke(ROOT, ep, DEPTH));
    CHECK(slot_is_empty(a));
    CHECK(slot_is_empty(b));
    CHECK(slot_is_empty(badged));
    CHECK(!slot_is_empty(ep));
}

/* Two badged originals of the same badge do not own each other's copies. */
static void cnode_revoke_equal_badges(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    seL4_CPtr first = mint(ep, seL4_AllRights, 9), copy = new_slot();
    CHECK_OK(seL4_CNode_Copy(ROOT, copy, DEPTH, ROOT, first, DEPTH, seL4_AllRights));
    seL4_CPtr second = mint(ep, seL4_AllRights, 9);
    CHECK_OK(seL4_CNode_Revoke(ROOT, second, DEPTH));
    CHECK(!slot_is_empty(first));
    CHECK(!slot_is_empty(copy));
    CHECK_OK(seL4_CNode_Revoke(ROOT, first, DEPTH));
    CHECK(slot_is_empty(copy));
    CHECK(!slot_is_empty(second));
}

/* Two CNodes that hold each other's last capabilities go when the memory is revoked. */
static void cnode_delete_cycle(void)
{
    seL4_CPtr memory = make(seL4_UntypedObject, 14);
    seL4_CPtr a = new_slot(), b = new_slot(), c = new_slot();
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_CapTableObject, 4, ROOT, 0, 0, a, 3));
    CHECK_OK(seL4_CNode_Copy(a, 0, 4, ROOT, b, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Copy(b, 3, 4, ROOT, c, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Copy(c, 5, 4, ROOT, a, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Delete(ROOT, b, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, c, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, a, DEPTH)); /* nobody reaches any of them now */
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_CapTableObject, 8, ROOT, 0, 0, a, 2));
    for (unsigned i = 0; i < 256; i++)
        CHECK_OK(seL4_CNode_Delete(a, i, 8)); /* all cleared: nothing of the old ones shows */
}

/* A CNode that holds its own last capability. */
static void cnode_delete_self(void)
{
    seL4_CPtr memory = make(seL4_UntypedObject, 12), node = new_slot();
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_CapTableObject, 5, ROOT, 0, 0, node, 1));
    CHECK_OK(seL4_CNode_Move(node, 7, 5, ROOT, node, DEPTH));
    CHECK(slot_is_empty(node));
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_UntypedObject, 12, ROOT, 0, 0, node, 1));
}

/* A long chain: each CNode holds the next one's last capability. */
static void cnode_delete_chain(void)
{
    seL4_CPtr top = make(seL4_CapTableObject, 1), at = new_slot();
    CHECK_OK(seL4_CNode_Move(ROOT, at, DEPTH, ROOT, top, DEPTH));
    for (unsigned i = 0; i < 2000; i++) {
        seL4_CPtr outer = make(seL4_CapTableObject, 1);
        CHECK(outer);
        CHECK_OK(seL4_CNode_Move(outer, i & 1, 1, ROOT, at, DEPTH));
        CHECK_OK(seL4_CNode_Move(ROOT, at, DEPTH, ROOT, outer, DEPTH));
    }
    CHECK_OK(seL4_CNode_Delete(ROOT, at, DEPTH));
    CHECK(slot_is_empty(at));
    /* All of it is gone: the arena has no children left. */
    CHECK_OK(
        seL4_Untyped_Retype(test_arena(), seL4_UntypedObject, TEST_ARENA_BITS, ROOT, 0, 0, at, 1));
}

static void cnode_wrong_calls(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    CHECK_EQUAL(seL4_CNode_CancelBadgedSends(ROOT, mint(ep, seL4_CanRead, 1), DEPTH),
                seL4_IllegalOperation);
    CHECK_EQUAL(seL4_CNode_CancelBadgedSends(ROOT, test_arena(), DEPTH), seL4_IllegalOperation);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(ROOT, seL4_MessageInfo_new(UntypedRetype, 0, 0, 6))),
        seL4_IllegalOperation);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(ROOT, seL4_MessageInfo_new(CNodeCopy, 0, 0, 5))),
        seL4_TruncatedMessage);
    CHECK_EQUAL(
        seL4_MessageInfo_get_label(seL4_Call(ROOT, seL4_MessageInfo_new(CNodeDelete, 0, 0, 1))),
        seL4_TruncatedMessage);
    /* An empty slot is not a fault for an invocation, but an error. */
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Call(new_slot(), seL4_MessageInfo_new(1, 0, 0, 0))),
                seL4_InvalidCapability);
}

/* What is asked of empty slots, in the order in which seL4 looks at the arguments. */
static void cnode_empty_slots(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), a = new_slot(), b = new_slot(), c = new_slot();
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, ep, DEPTH, ROOT, a, DEPTH, seL4_AllRights), seL4_DeleteFirst);
    CHECK_EQUAL(seL4_CNode_Mint(ROOT, b, DEPTH, ROOT, a, DEPTH, seL4_AllRights, 0),
                seL4_FailedLookup);
    CHECK_EQUAL(seL4_CNode_Mutate(ROOT, b, DEPTH, ROOT, a, DEPTH, 0), seL4_FailedLookup);
    CHECK_EQUAL(seL4_CNode_Mutate(ROOT, ep, DEPTH, ROOT, a, DEPTH, 0), seL4_DeleteFirst);
    CHECK_EQUAL(seL4_CNode_Rotate(ROOT, c, DEPTH, 0, ROOT, b, DEPTH, 0, ROOT, a, DEPTH),
                seL4_FailedLookup);
    CHECK_OK(seL4_CNode_Revoke(ROOT, a, DEPTH));
    CHECK_EQUAL(seL4_CNode_CancelBadgedSends(ROOT, a, DEPTH), seL4_IllegalOperation);
    CHECK_OK(seL4_CNode_CancelBadgedSends(ROOT, ep, DEPTH)); /* without a badge: nobody */
    CHECK_OK(seL4_CNode_SaveCaller(ROOT, a, DEPTH));         /* no caller: nothing to save */
    CHECK(slot_is_empty(a) && slot_is_empty(b) && slot_is_empty(c));
}

/* The numbers are seL4's, as far as this machine's root task has or can make such capabilities. */
static void cnode_types_as_in_sel4(void)
{
    static const struct {
        seL4_Word object, size_bits, type;
    } made[] = {
        {seL4_UntypedObject, 12, 2},      {seL4_EndpointObject, 0, 4},
        {seL4_NotificationObject, 0, 6},  {seL4_CapTableObject, 4, 10},
        {seL4_TCBObject, 0, 12},          {seL4_X86_4K, 0, 1},
        {seL4_X86_PageTableObject, 0, 3}, {seL4_X86_PageDirectoryObject, 0, 5},
        {seL4_X86_PDPTObject, 0, 7},      {seL4_X64_PML4Object, 0, 9},
        {seL4_X86_EPTPTObject, 0, 23},    {seL4_X86_EPTPDObject, 0, 25},
        {seL4_X86_EPTPDPTObject, 0, 27},  {seL4_X86_EPTPML4Object, 0, 29},
    };
    static const struct {
        seL4_CPtr cap;
        seL4_Word type;
    } given[] = {
        {seL4_CapNull, 0},         {seL4_CapIRQControl, 14},         {seL4_CapDomain, 20},
        {seL4_CapASIDControl, 11}, {seL4_CapInitThreadASIDPool, 13}, {seL4_CapIOPortControl, 31},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(made); i++)
        CHECK_EQUAL(seL4_DebugCapIdentify(make(made[i].object, made[i].size_bits)), made[i].type);
    for (unsigned i = 0; i < ARRAY_SIZE(given); i++)
        CHECK_EQUAL(seL4_DebugCapIdentify(given[i].cap), given[i].type);
}

/* An object without invocations says so for each label; what is no object is no capability. */
static void cnode_unknown_labels(void)
{
    static const seL4_Word types[] = {
        seL4_UntypedObject,  seL4_CapTableObject,      seL4_TCBObject,
        seL4_X86_4K,         seL4_X86_PageTableObject, seL4_X86_PDPTObject,
        seL4_X64_PML4Object, seL4_X86_EPTPML4Object,   seL4_X86_EPTPTObject};
    for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
        seL4_CPtr cap = make(types[i], types[i] == seL4_UntypedObject ? 12 : 4);
        CHECK_EQUAL(seL4_MessageInfo_get_label(
                        seL4_Call(cap, seL4_MessageInfo_new(nInvocationLabels, 0, 0, 0))),
                    seL4_IllegalOperation);
    }
    CHECK_EQUAL(seL4_MessageInfo_get_label(seL4_Call(new_slot(), seL4_MessageInfo_new(1, 0, 0, 0))),
                seL4_InvalidCapability);
}

TEST_GROUP(cnode_tests, TEST(cnode_copy), TEST(cnode_copy_of_nothing),
           TEST(cnode_wrong_roots_and_depths), TEST(cnode_guards), TEST(cnode_two_levels),
           TEST(cnode_badges), TEST(cnode_move_and_mutate), TEST(cnode_rotate),
           TEST(cnode_revoke_copies), TEST(cnode_revoke_equal_badges), TEST(cnode_delete_cycle),
           TEST(cnode_delete_self), TEST(cnode_delete_chain), TEST(cnode_wrong_calls),
           TEST(cnode_empty_slots), TEST(cnode_types_as_in_sel4), TEST(cnode_unknown_labels));
