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

/* --- Both kinds of address space, by one set of tests --- */

#define AT   0x40000000ul
#define POOL seL4_CapInitThreadASIDPool

typedef seL4_Error (*map_table)(seL4_CPtr table, seL4_CPtr root, seL4_Word address,
                                seL4_Word attributes);

#define MAP_STUB(name)                                                                             \
    static seL4_Error map_##name(seL4_CPtr table, seL4_CPtr root, seL4_Word at, seL4_Word attr)    \
    {                                                                                              \
        return seL4_X86_##name##_Map(table, root, at, attr);                                       \
    }
MAP_STUB(PDPT)
MAP_STUB(PageDirectory)
MAP_STUB(PageTable)
MAP_STUB(EPTPDPT)
MAP_STUB(EPTPD)
MAP_STUB(EPTPT)

static const struct kind {
    seL4_Word root, table[3];
    map_table map[3];
    seL4_Error (*unmap[3])(seL4_CPtr table);
    seL4_Error (*map_frame)(seL4_CPtr frame, seL4_CPtr root, seL4_Word address,
                            seL4_CapRights_t rights, seL4_Word attributes);
    seL4_Word attributes;
} kinds[] = {
    {seL4_X64_PML4Object,
     {seL4_X86_PDPTObject, seL4_X86_PageDirectoryObject, seL4_X86_PageTableObject},
     {map_PDPT, map_PageDirectory, map_PageTable},
     {seL4_X86_PDPT_Unmap, seL4_X86_PageDirectory_Unmap, seL4_X86_PageTable_Unmap},
     seL4_X86_Page_Map,
     seL4_X86_Default_VMAttributes},
    {seL4_X86_EPTPML4Object,
     {seL4_X86_EPTPDPTObject, seL4_X86_EPTPDObject, seL4_X86_EPTPTObject},
     {map_EPTPDPT, map_EPTPD, map_EPTPT},
     {seL4_X86_EPTPDPT_Unmap, seL4_X86_EPTPD_Unmap, seL4_X86_EPTPT_Unmap},
     seL4_X86_Page_MapEPT,
     PLAIN},
};

/* A root with an ASID, and tables for AT. */
static seL4_CPtr make_space(const struct kind *kind, seL4_CPtr table[3])
{
    seL4_CPtr root = make(kind->root, 0);
    if (seL4_X86_ASIDPool_Assign(POOL, root) != seL4_NoError)
        return 0;
    for (unsigned i = 0; i < 3; i++) {
        table[i] = make(kind->table[i], 0);
        if (kind->map[i](table[i], root, AT, kind->attributes) != seL4_NoError)
            return 0;
    }
    return root;
}

static void mapping_table_of_copies(void)
{
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
        const struct kind *kind = &kinds[k];
        seL4_CPtr table[3], root = make_space(kind, table), slot = new_slot();
        CHECK(root);
        for (unsigned i = 3; i-- > 0;) {
            seL4_CPtr copy = copy_of(table[i]);
            CHECK(copy);
            CHECK_EQUAL(kind->unmap[i](table[i]), seL4_RevokeFirst);
            CHECK_EQUAL(kind->unmap[i](copy), seL4_RevokeFirst);
            CHECK_EQUAL(kind->map[i](copy, root, 2 * AT, kind->attributes), seL4_InvalidCapability);
            CHECK_OK(seL4_CNode_Delete(ROOT, table[i], DEPTH));
            CHECK_OK(kind->unmap[i](copy));
            CHECK_EQUAL(seL4_CNode_Copy(ROOT, slot, DEPTH, ROOT, copy, DEPTH, seL4_AllRights),
                        seL4_IllegalOperation);
        }
    }
}

/* A root needs its ASID for everything, has one at most, and is nobody's without the pool. */
static void mapping_root_needs_asid(void)
{
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
        const struct kind *kind = &kinds[k];
        seL4_CPtr root = make(kind->root, 0), slot = new_slot(), pool = new_slot();
        seL4_CPtr top = make(kind->table[0], 0), untyped = make(seL4_UntypedObject, 12);
        CHECK_EQUAL(kind->map[0](top, root, AT, kind->attributes), seL4_InvalidCapability);
        CHECK_EQUAL(seL4_CNode_Copy(ROOT, slot, DEPTH, ROOT, root, DEPTH, seL4_AllRights),
                    seL4_IllegalOperation);
        CHECK_OK(seL4_X86_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, DEPTH));
        CHECK_OK(seL4_X86_ASIDPool_Assign(pool, root));
        CHECK_EQUAL(seL4_X86_ASIDPool_Assign(POOL, copy_of(root)), seL4_InvalidCapability);
        CHECK_OK(kind->map[0](top, root, AT, kind->attributes));
        CHECK_OK(seL4_CNode_Delete(ROOT, pool, DEPTH));
        CHECK_EQUAL(kind->map[0](make(kind->table[0], 0), root, AT, kind->attributes),
                    seL4_FailedLookup);
        CHECK_EQUAL(seL4_X86_ASIDPool_Assign(POOL, root), seL4_InvalidCapability);
        CHECK_OK(kind->unmap[0](top));
    }
}

/* Without its number a root cannot be entered: what is unmapped now would stay in its tables. */
static void mapping_guest_without_asid(void)
{
    MACHINE(m);
    seL4_CPtr root = make(seL4_X86_EPTPML4Object, 0), untyped = make(seL4_UntypedObject, 12);
    seL4_CPtr pool = new_slot();
    machine_load(&m, GUEST_ARGS(look), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    CHECK_EQUAL(seL4_TCB_SetEPTRoot(seL4_CapInitThreadTCB, root), seL4_InvalidCapability);
    CHECK_OK(seL4_X86_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, DEPTH));
    CHECK_OK(seL4_X86_ASIDPool_Assign(pool, root));
    CHECK_OK(seL4_TCB_SetEPTRoot(seL4_CapInitThreadTCB, root));
    machine_load(&m, GUEST_ARGS(look), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault); /* nothing is mapped */
    CHECK_OK(seL4_CNode_Delete(ROOT, pool, DEPTH));
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Invalid);
}

/* A capability that remembers a root does nothing to the next one of the same number. */
static void mapping_number_used_again(void)
{
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
        const struct kind *kind = &kinds[k];
        seL4_CPtr table[3], root = make_space(kind, table);
        seL4_CPtr frame = make(seL4_X86_4K, 0), copy = copy_of(frame), other = copy_of(frame);
        CHECK(root && copy && other);
        CHECK_OK(kind->map_frame(frame, root, AT, seL4_ReadWrite, kind->attributes));
        CHECK_OK(seL4_CNode_Delete(ROOT, root, DEPTH));
        root = make_space(kind, table);
        CHECK(root);
        CHECK_OK(kind->map_frame(copy, root, AT, seL4_ReadWrite, kind->attributes));
        CHECK_EQUAL(kind->map_frame(frame, root, AT, seL4_ReadWrite, kind->attributes),
                    seL4_InvalidCapability);
        CHECK_OK(seL4_X86_Page_Unmap(frame));
        CHECK_EQUAL(kind->map_frame(other, root, AT, seL4_ReadWrite, kind->attributes),
                    seL4_DeleteFirst);
    }
}

/* A number that was assigned as often as capabilities can tell apart is not assigned again. */
static void mapping_number_used_up(void)
{
    seL4_CPtr untyped = make(seL4_UntypedObject, seL4_ASIDPoolBits), pool = new_slot();
    seL4_CPtr memory = make(seL4_UntypedObject, 12), root = new_slot();
    CHECK_OK(seL4_X86_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, DEPTH));
    for (unsigned i = 1; i < BIT(seL4_ASIDPoolIndexBits); i++)
        CHECK_OK(seL4_X86_ASIDPool_Assign(pool, make(seL4_X86_EPTPML4Object, 0)));
    seL4_Error error = seL4_NoError;
    unsigned count = 0;
    for (; count < BIT(17); count++) {
        CHECK_OK(seL4_Untyped_Retype(memory, seL4_X86_EPTPML4Object, 0, ROOT, 0, 0, root, 1));
        error = seL4_X86_ASIDPool_Assign(pool, root);
        if (error != seL4_NoError)
            break;
        CHECK_OK(seL4_CNode_Delete(ROOT, root, DEPTH));
    }
    CHECK_EQUAL(error, seL4_DeleteFirst);
    CHECK(count > BIT(17) - 100);
}

/* --- What it costs: under -icount the TSC counts instructions --- */

#define RUNS       16
#define MANY_ROOTS 200

static uint64_t unmap_cost(const struct kind *kind, seL4_CPtr frame, seL4_CPtr root)
{
    uint64_t least = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        if (kind->map_frame(frame, root, AT, seL4_ReadWrite, kind->attributes) != seL4_NoError)
            return 0;
        uint64_t start = read_tsc();
        seL4_X86_Page_Unmap(frame);
        least = MIN(least, read_tsc() - start);
    }
    return least;
}

static void mapping_cost_of_many_roots(void)
{
    for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
        const struct kind *kind = &kinds[k];
        seL4_CPtr table[3], root = make_space(kind, table), frame = make(seL4_X86_4K, 0);
        uint64_t before = unmap_cost(kind, frame, root);
        for (unsigned i = 0; i < MANY_ROOTS; i++)
            CHECK_OK(seL4_X86_ASIDPool_Assign(POOL, make(kind->root, 0)));
        uint64_t after = unmap_cost(kind, frame, root);
        test_note("unmapping among %u more roots: %lu instructions, alone: %lu", MANY_ROOTS, after,
                  before);
        CHECK(before > 0 && after > 0);
        CHECK(after < before + before / 20);
    }
}

/* An exit of the guest, after something was unmapped in `root`. */
static uint64_t exit_cost(seL4_CPtr frame, seL4_CPtr root, seL4_Word at)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved = *run;
    uint64_t least = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        seL4_X86_Page_MapEPT(frame, root, at, seL4_ReadWrite, PLAIN);
        seL4_X86_Page_Unmap(frame);
        *run = saved;
        uint64_t start = read_tsc();
        machine_run();
        least = MIN(least, read_tsc() - start);
    }
    return least;
}

/* A guest takes a new tag, which costs it all its translations, for its own memory only. */
static void mapping_flush_of_own_root(void)
{
    MACHINE(m);
    seL4_CPtr table[3], other = make_space(&kinds[1], table), frame = make(seL4_X86_4K, 0);
    CHECK(other);
    machine_load(&m, GUEST_ARGS(look), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_SecondLevelFault);
    uint64_t own = exit_cost(frame, m.root, GUEST_FAR), others = exit_cost(frame, other, AT);
    test_note("an exit after unmapping: own memory %lu, another guest's %lu", own, others);
    CHECK(others + 5 < own);
}

TEST_GROUP(mapping_tests, TEST(mapping_table_in_two_places), TEST(mapping_table_of_copies),
           TEST(mapping_root_needs_asid), TEST(mapping_guest_without_asid),
           TEST(mapping_number_used_again), TEST(mapping_number_used_up),
           TEST(mapping_cost_of_many_roots), TEST(mapping_flush_of_own_root));
