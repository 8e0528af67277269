/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOSpace capabilities and I/O page tables as an attacker uses them. No device is needed.
 */
#include "harness.h"

#define MASTER   seL4_CapIOSpace
#define AT       0x40000000ul
#define LEVELS   ((unsigned)boot_info()->numIOPTLevels)
#define BADGE(d) (1ul << 16 | (d))
#define DEVICE   0x1238u /* on a bus that does not exist */
#define MANY     254

static seL4_CPtr space_of(unsigned device)
{
    return mint(MASTER, seL4_AllRights, BADGE(device));
}

static seL4_CPtr copy(seL4_CPtr source)
{
    return mint(source, seL4_AllRights, 0);
}

static seL4_Error try_mint(seL4_CPtr source, seL4_Word badge)
{
    seL4_CPtr slot = new_slot();
    return seL4_CNode_Mint(ROOT, slot, DEPTH, ROOT, source, DEPTH, seL4_AllRights, badge);
}

static seL4_CPtr new_table(void)
{
    return make(seL4_X86_IOPageTableObject, 0);
}

/* table[level - 1] leads to what level `level` maps. */
static bool make_tables(seL4_CPtr space, uint64_t at, seL4_CPtr *table)
{
    for (unsigned level = LEVELS; level >= 1; level--) {
        table[level - 1] = new_table();
        if (seL4_X86_IOPageTable_Map(table[level - 1], space, at) != seL4_NoError)
            return false;
    }
    return true;
}

static void iospace_names(void)
{
    CHECK(LEVELS >= 3 && LEVELS <= 4);
    CHECK_EQUAL(try_mint(MASTER, DEVICE), seL4_IllegalOperation); /* no domain */
    CHECK_EQUAL(try_mint(MASTER, 1ul << 32 | BADGE(DEVICE)), seL4_IllegalOperation);
    seL4_CPtr space = space_of(DEVICE);
    CHECK(space);
    CHECK_EQUAL(try_mint(MASTER, BADGE(DEVICE)), seL4_RevokeFirst);
    CHECK_EQUAL(try_mint(MASTER, 2ul << 16 | DEVICE), seL4_RevokeFirst);
    CHECK_EQUAL(try_mint(space, BADGE(DEVICE + 1)), seL4_IllegalOperation);
    CHECK_EQUAL(seL4_CNode_Mutate(ROOT, new_slot(), DEPTH, ROOT, MASTER, DEPTH, BADGE(DEVICE + 1)),
                seL4_IllegalOperation);
    /* Whoever is the last to hold it. */
    seL4_CPtr second = copy(space), third = copy(second);
    CHECK(second && third);
    CHECK_OK(seL4_CNode_Delete(ROOT, space, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, third, DEPTH));
    CHECK_EQUAL(try_mint(MASTER, BADGE(DEVICE)), seL4_RevokeFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, second, DEPTH));
    /* Revocation by the copy, by the original, by the master. */
    space = space_of(DEVICE);
    second = copy(space);
    CHECK_OK(seL4_CNode_Revoke(ROOT, second, DEPTH));
    CHECK(!slot_is_empty(space));
    CHECK_OK(seL4_CNode_Revoke(ROOT, space, DEPTH));
    CHECK(slot_is_empty(second) && !slot_is_empty(space));
    seL4_CPtr next = space_of(DEVICE + 1);
    CHECK_OK(seL4_CNode_Revoke(ROOT, MASTER, DEPTH));
    CHECK(slot_is_empty(space) && slot_is_empty(next));
    CHECK(space_of(DEVICE));
    /* The master itself names no device. */
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(new_table(), MASTER, AT), seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_IOSpace_SetNotification(MASTER, make(seL4_NotificationObject, 0)),
                seL4_IllegalOperation);
}

static void iospace_tables(void)
{
    seL4_CPtr space = space_of(DEVICE), table[4], frame = make(seL4_X86_4K, 0), full = new_table();
    CHECK(make_tables(space, AT, table));
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(full, space, AT), seL4_DeleteFirst);
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(table[0], space, 2 * AT), seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(full, space, 1ul << 47), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(full, space, ~0ul), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, 1ul << 47), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_NoRights, AT), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT + 8), seL4_AlignmentError);
    CHECK_OK(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT));
    CHECK_EQUAL(seL4_X86_Page_MapIO(copy(frame), space, seL4_ReadWrite, AT), seL4_DeleteFirst);
    CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT + PAGE_SIZE_4K),
                seL4_InvalidArgument);
    /* Copies of tables agree. */
    for (unsigned i = 0; i < LEVELS; i++) {
        seL4_CPtr second = copy(table[i]);
        CHECK_EQUAL(seL4_X86_IOPageTable_Unmap(table[i]), seL4_RevokeFirst);
        CHECK_EQUAL(seL4_X86_IOPageTable_Map(second, space, 2 * AT), seL4_InvalidCapability);
        CHECK_OK(seL4_CNode_Delete(ROOT, table[i], DEPTH));
        CHECK_OK(seL4_X86_IOPageTable_Unmap(second));
        CHECK_EQUAL(try_mint(second, 0), seL4_IllegalOperation);
        /* What hung below is away; the frame finds nothing. */
        CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT), seL4_FailedLookup);
        table[i] = second;
    }
    /* Any table serves at any level, and comes back empty. */
    for (unsigned i = 0; i < LEVELS; i++)
        CHECK_OK(seL4_X86_IOPageTable_Map(table[i], space, AT));
    CHECK_OK(seL4_X86_Page_MapIO(copy(frame), space, seL4_ReadWrite, AT));
    CHECK_OK(seL4_X86_Page_Unmap(frame));
}

/* A frame that is mapped in a program is not mapped for a device by the same capability. */
static void iospace_kinds_apart(void)
{
    seL4_CPtr space = space_of(DEVICE), table[4], frame;
    void *page = make_page(&frame);
    CHECK(page && make_tables(space, (uint64_t)page, table));
    CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, (uint64_t)page),
                seL4_InvalidCapability);
    seL4_CPtr mapped = copy(frame);
    CHECK_OK(seL4_X86_Page_MapIO(mapped, space, seL4_ReadWrite, (uint64_t)page));
    CHECK_EQUAL(seL4_X86_Page_Map(mapped, seL4_CapInitThreadVSpace, (uint64_t)page, seL4_ReadWrite,
                                  seL4_X86_Default_VMAttributes),
                seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(new_table(), seL4_CapInitThreadVSpace, AT),
                seL4_InvalidCapability);
    CHECK_EQUAL(
        seL4_X86_Page_Map(copy(frame), space, AT, seL4_ReadWrite, seL4_X86_Default_VMAttributes),
        seL4_InvalidCapability);
}

/* Capabilities that remember an address space do nothing to the next one of its number. */
static void iospace_number_used_again(void)
{
    seL4_CPtr space = space_of(DEVICE), old[4], table[4], frame = make(seL4_X86_4K, 0);
    CHECK(make_tables(space, AT, old));
    CHECK_OK(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT));
    CHECK_OK(seL4_CNode_Delete(ROOT, space, DEPTH));
    space = space_of(DEVICE + 1);
    seL4_CPtr second = copy(frame), third = copy(frame);
    CHECK(space && make_tables(space, AT, table));
    CHECK_OK(seL4_X86_Page_MapIO(second, space, seL4_ReadWrite, AT));
    CHECK_EQUAL(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT), seL4_InvalidCapability);
    CHECK_OK(seL4_X86_Page_Unmap(frame));
    for (unsigned i = 0; i < LEVELS; i++)
        CHECK_OK(seL4_X86_IOPageTable_Unmap(old[i]));
    CHECK_EQUAL(seL4_X86_Page_MapIO(third, space, seL4_ReadWrite, AT), seL4_DeleteFirst);
    /* The old tables are empty, and good for anything. */
    CHECK_OK(seL4_X86_IOPageTable_Map(old[0], space, 2 * AT));
}

/* There are many, and not more; and each costs the others nothing. */
static void iospace_many(void)
{
    seL4_CPtr table[4], space = space_of(0), frame = make(seL4_X86_4K, 0);
    CHECK(make_tables(space, AT, table));
    for (unsigned i = 1; i < MANY; i++)
        CHECK(space_of(i));
    CHECK_EQUAL(try_mint(MASTER, BADGE(0xffff)), seL4_DeleteFirst);
    CHECK_OK(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT));
    uint64_t from = read_tsc();
    CHECK_OK(seL4_X86_Page_Unmap(frame));
    test_note("unmapping beside %u more: %lu instructions", MANY - 1, read_tsc() - from);
    from = read_tsc();
    CHECK_OK(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, AT));
    test_note("mapping: %lu instructions", read_tsc() - from);
}

TEST_GROUP(iospace_tests, TEST(iospace_names), TEST(iospace_tables), TEST(iospace_kinds_apart),
           TEST(iospace_number_used_again), TEST(iospace_many));
