/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: mapping, rights, taking away, and every error that the manual gives for them.
 */
#include "probe.h"

#define VSPACE seL4_CapInitThreadVSpace
#define PLAIN  seL4_X86_Default_VMAttributes
#define AT     TEST_FREE_ADDRESS

/* Tables for the 2 MiB at `address`, down to `level` (1: page table). */
struct tables {
    seL4_CPtr pdpt, pd, pt;
};

static bool make_tables(struct tables *t, seL4_CPtr space, seL4_Word address)
{
    t->pdpt = make(seL4_X86_PDPTObject, 0);
    t->pd = make(seL4_X86_PageDirectoryObject, 0);
    t->pt = make(seL4_X86_PageTableObject, 0);
    return seL4_X86_PDPT_Map(t->pdpt, space, address, PLAIN) == seL4_NoError &&
           seL4_X86_PageDirectory_Map(t->pd, space, address, PLAIN) == seL4_NoError &&
           seL4_X86_PageTable_Map(t->pt, space, address, PLAIN) == seL4_NoError;
}

static void vspace_small_page(void)
{
    seL4_CPtr frame;
    volatile uint64_t *p = make_page(&frame);
    CHECK(p);
    CHECK_EQUAL(*p, 0);
    *p = 0x1122334455667788;
    p[511] = 5;
    /* The same memory by another capability elsewhere. */
    volatile uint64_t *q = map_frame(mint(frame, seL4_AllRights, 0), 12);
    CHECK(q && q != p);
    CHECK_EQUAL(*q, 0x1122334455667788);
    CHECK_EQUAL(q[511], 5);
}

static void vspace_large_page(void)
{
    seL4_CPtr frame = make(seL4_X86_LargePageObject, 0);
    volatile uint64_t *p = map_frame(frame, 21);
    CHECK(p);
    for (unsigned i = 0; i < 512; i++)
        p[i * 512] = i;
    volatile uint64_t *q = map_frame(mint(frame, seL4_AllRights, 0), 21);
    CHECK(q);
    for (unsigned i = 0; i < 512; i++)
        CHECK_EQUAL(q[i * 512], i);
    seL4_X86_Page_GetAddress_t paddr = seL4_X86_Page_GetAddress(frame);
    CHECK_OK(paddr.error);
    CHECK_EQUAL(paddr.paddr % (1 << 21), 0);
}

/* A page of 1 GiB is too large for an arena; device memory serves to map one. */
static void vspace_huge_page(void)
{
    seL4_BootInfo *bi = boot_info();
    seL4_CPtr huge = new_slot();
    struct probe probe;
    uint32_t features, leaf = 0x80000001;
    __asm__("cpuid" : "+a"(leaf), "=d"(features)::"rbx", "rcx");
    if (!(features >> 26 & 1)) {
        test_skip("this processor has no pages of 1 GiB");
        return;
    }
    CHECK(probe_make(&probe));
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++) {
        const seL4_UntypedDesc *d = &bi->untypedList[i];
        if (d->sizeBits < 30 || !d->isDevice)
            continue;
        CHECK_OK(seL4_Untyped_Retype(bi->untyped.start + i, seL4_X64_HugePageObject, 0, ROOT, 0, 0,
                                     huge, 1));
        CHECK_EQUAL(seL4_X86_Page_GetAddress(huge).paddr, d->paddr);
        CHECK_OK(seL4_X86_PDPT_Map(make(seL4_X86_PDPTObject, 0), VSPACE, AT, PLAIN));
        CHECK_EQUAL(seL4_X86_Page_Map(huge, VSPACE, AT + (1 << 21), seL4_AllRights, PLAIN),
                    seL4_AlignmentError);
        CHECK_OK(seL4_X86_Page_Map(huge, VSPACE, AT, seL4_AllRights, PLAIN));
        CHECK_EQUAL(probe_touch(&probe, (char *)AT + (1 << 30) - 1, PROBE_READ), 0);
        CHECK_EQUAL(probe_touch(&probe, (char *)AT + (1 << 30), PROBE_READ), seL4_Fault_VMFault);
        CHECK_OK(seL4_X86_Page_Unmap(huge));
        CHECK_EQUAL(probe_touch(&probe, (char *)AT + (1 << 30) - 1, PROBE_READ),
                    seL4_Fault_VMFault);
        return;
    }
    test_skip("no device untyped of 1 GiB");
}

static void vspace_rights(void)
{
    struct probe probe;
    struct tables t;
    seL4_CPtr frame = make(seL4_X86_4K, 0);
    volatile char *p = (volatile char *)AT;
    CHECK(probe_make(&probe) && make_tables(&t, VSPACE, AT));

    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_CanRead, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), 0);
    CHECK_EQUAL(probe_touch(&probe, p + 17, PROBE_WRITE), seL4_Fault_VMFault);
    CHECK_EQUAL(probe.address, AT + 17);
    CHECK_EQUAL(probe.code, PROBE_PRESENT | PROBE_WRITTEN | PROBE_USER);

    /* Mapping again in place changes the rights, both ways. */
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_WRITE), 0);
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_EXECUTE), 0);
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_CanRead, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_WRITE), seL4_Fault_VMFault);
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_NoRights, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), seL4_Fault_VMFault);
    CHECK_OK(seL4_X86_Page_Unmap(frame));

    /* A capability without the write right cannot give it. */
    seL4_CPtr read_only = mint(frame, seL4_CanRead, 0);
    CHECK_OK(seL4_X86_Page_Map(read_only, VSPACE, AT, seL4_AllRights, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), 0);
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_WRITE), seL4_Fault_VMFault);
}

static void vspace_cache_attributes(void)
{
    struct tables t;
    seL4_CPtr frame = make(seL4_X86_4K, 0);
    volatile uint64_t *p = (volatile uint64_t *)AT;
    CHECK(make_tables(&t, VSPACE, AT));
    for (seL4_Word attributes = 0; attributes <= seL4_X86_WriteCombining; attributes++) {
        CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite,
                                   (seL4_X86_VMAttributes)attributes));
        p[attributes] = attributes + 1;
        CHECK_EQUAL(p[attributes], attributes + 1);
    }
}

static void vspace_missing_tables(void)
{
    seL4_CPtr frame = make(seL4_X86_4K, 0);
    seL4_CPtr pdpt = make(seL4_X86_PDPTObject, 0), pd = make(seL4_X86_PageDirectoryObject, 0);
    seL4_CPtr pt = make(seL4_X86_PageTableObject, 0);
    static const seL4_Word level[] = {SEL4_MAPPING_LOOKUP_NO_PDPT, SEL4_MAPPING_LOOKUP_NO_PD,
                                      SEL4_MAPPING_LOOKUP_NO_PT};
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN), seL4_FailedLookup);
        CHECK_EQUAL(seL4_GetMR(1), seL4_MissingCapability);
        CHECK_EQUAL(seL4_MappingFailedLookupLevel(), level[i]);
        if (i == 0) {
            CHECK_EQUAL(seL4_X86_PageDirectory_Map(pd, VSPACE, AT, PLAIN), seL4_FailedLookup);
            CHECK_EQUAL(seL4_MappingFailedLookupLevel(), SEL4_MAPPING_LOOKUP_NO_PDPT);
            CHECK_OK(seL4_X86_PDPT_Map(pdpt, VSPACE, AT, PLAIN));
        } else if (i == 1) {
            CHECK_EQUAL(seL4_X86_PageTable_Map(pt, VSPACE, AT, PLAIN), seL4_FailedLookup);
            CHECK_EQUAL(seL4_MappingFailedLookupLevel(), SEL4_MAPPING_LOOKUP_NO_PD);
            CHECK_OK(seL4_X86_PageDirectory_Map(pd, VSPACE, AT, PLAIN));
        } else {
            CHECK_OK(seL4_X86_PageTable_Map(pt, VSPACE, AT, PLAIN));
        }
    }
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN));
    /* All places are taken now. */
    CHECK_EQUAL(seL4_X86_PDPT_Map(make(seL4_X86_PDPTObject, 0), VSPACE, AT, PLAIN),
                seL4_DeleteFirst);
    CHECK_EQUAL(
        seL4_X86_PageDirectory_Map(make(seL4_X86_PageDirectoryObject, 0), VSPACE, AT, PLAIN),
        seL4_DeleteFirst);
    CHECK_EQUAL(seL4_X86_PageTable_Map(make(seL4_X86_PageTableObject, 0), VSPACE, AT, PLAIN),
                seL4_DeleteFirst);
    CHECK_EQUAL(
        seL4_X86_Page_Map(make(seL4_X86_LargePageObject, 0), VSPACE, AT, seL4_ReadWrite, PLAIN),
        seL4_DeleteFirst);
    /* A table that has its place cannot be mapped again. */
    CHECK_EQUAL(seL4_X86_PageTable_Map(pt, VSPACE, AT + (1 << 21), PLAIN), seL4_InvalidCapability);
}

static void vspace_bad_arguments(void)
{
    struct tables t;
    seL4_CPtr frame = make(seL4_X86_4K, 0), other = make(seL4_X86_4K, 0);
    CHECK(make_tables(&t, VSPACE, AT));
    CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, AT + 8, seL4_ReadWrite, PLAIN),
                seL4_AlignmentError);
    CHECK_EQUAL(seL4_X86_Page_Map(frame, t.pt, AT, seL4_ReadWrite, PLAIN), seL4_InvalidCapability);
    CHECK_EQUAL(seL4_X86_Page_Map(t.pt, VSPACE, AT, seL4_ReadWrite, PLAIN), seL4_IllegalOperation);
    /* The kernel's half, and the user's last page. */
    CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, 0xffff800000000000, seL4_ReadWrite, PLAIN),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, 0xffffffff80100000, seL4_ReadWrite, PLAIN),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, 0x800000000000, seL4_ReadWrite, PLAIN),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, seL4_UserTop, seL4_ReadWrite, PLAIN),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_PDPT_Map(make(seL4_X86_PDPTObject, 0), VSPACE, 0xffff800000000000, PLAIN),
                seL4_InvalidArgument);

    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN));
    CHECK_EQUAL(seL4_X86_Page_Map(frame, VSPACE, AT + 4096, seL4_ReadWrite, PLAIN),
                seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_Page_Map(other, VSPACE, AT, seL4_ReadWrite, PLAIN), seL4_DeleteFirst);
}

static void vspace_unmap(void)
{
    struct probe probe;
    struct tables t;
    seL4_CPtr frame = make(seL4_X86_4K, 0);
    volatile char *p = (volatile char *)AT;
    CHECK(probe_make(&probe) && make_tables(&t, VSPACE, AT));

    CHECK_OK(seL4_X86_Page_Unmap(frame)); /* not mapped: nothing to do */
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_WRITE), 0);
    CHECK_OK(seL4_X86_Page_Unmap(frame));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), seL4_Fault_VMFault);
    CHECK_EQUAL(probe.code, PROBE_USER);

    /* Deleting the capability takes its mapping along, and only its own. */
    seL4_CPtr copy = mint(frame, seL4_AllRights, 0);
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN));
    CHECK_OK(seL4_X86_Page_Map(copy, VSPACE, AT + 4096, seL4_ReadWrite, PLAIN));
    CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), 0);
    CHECK_EQUAL(probe_touch(&probe, p + 4096, PROBE_READ), seL4_Fault_VMFault);

    /* A table that is taken out forgets its pages. */
    CHECK_OK(seL4_X86_PageTable_Unmap(t.pt));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), seL4_Fault_VMFault);
    CHECK_OK(seL4_X86_PageTable_Map(t.pt, VSPACE, AT, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), seL4_Fault_VMFault);
    CHECK_OK(seL4_X86_Page_Map(frame, VSPACE, AT, seL4_ReadWrite, PLAIN));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), 0);

    /* So does an upper table that is deleted. */
    CHECK_OK(seL4_CNode_Delete(ROOT, t.pd, DEPTH));
    CHECK_EQUAL(probe_touch(&probe, p, PROBE_READ), seL4_Fault_VMFault);
    CHECK_OK(seL4_X86_Page_Unmap(frame));
    CHECK_OK(seL4_X86_PDPT_Unmap(t.pdpt));
}

static void vspace_table_copies(void)
{
    struct tables t;
    seL4_CPtr fresh = make(seL4_X86_PageTableObject, 0), slot = new_slot();
    CHECK(make_tables(&t, VSPACE, AT));
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, slot, DEPTH, ROOT, fresh, DEPTH, seL4_AllRights),
                seL4_IllegalOperation);
    seL4_CPtr copy = mint(t.pt, seL4_AllRights, 0);
    CHECK_EQUAL(seL4_X86_PageTable_Unmap(copy), seL4_RevokeFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    CHECK_OK(seL4_X86_PageTable_Unmap(t.pt));
}

/* A second address space: nothing of the first is in it, and when it goes its thread stops. */
static void vspace_of_another_thread(void)
{
    struct probe probe;
    struct tables t;
    seL4_CPtr frame, copy, space = make(seL4_X64_PML4Object, 0);
    char *p = make_page(&frame);
    CHECK(p && probe_make(&probe));
    CHECK_EQUAL(seL4_X86_PDPT_Map(make(seL4_X86_PDPTObject, 0), space, AT, PLAIN),
                seL4_InvalidCapability); /* no ASID yet */
    CHECK_OK(seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool, space));
    CHECK_EQUAL(seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool, space),
                seL4_InvalidCapability);
    CHECK(make_tables(&t, space, AT));
    copy = mint(frame, seL4_AllRights, 0);
    CHECK_OK(seL4_X86_Page_Map(copy, space, AT, seL4_ReadWrite, PLAIN));
    CHECK_EQUAL(seL4_X86_Page_Map(copy, VSPACE, AT, seL4_ReadWrite, PLAIN), seL4_InvalidCapability);

    p[0] = 0x0f; /* UD2 */
    p[1] = 0x0b;
    CHECK_OK(seL4_TCB_SetSpace(probe.thread.tcb, probe.fault_ep, ROOT, 0, space, 0));
    probe.start.rip = AT;
    CHECK_EQUAL(probe_touch(&probe, 0, PROBE_READ), seL4_Fault_UserException);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_FaultIP), AT);
    CHECK_EQUAL(seL4_GetMR(seL4_UserException_Number), 6);
    /* This program's own code is not there. */
    probe.start.rip = (seL4_Word)vspace_of_another_thread;
    CHECK_EQUAL(probe_touch(&probe, 0, PROBE_READ), seL4_Fault_VMFault);
    CHECK_EQUAL(probe.address, (seL4_Word)vspace_of_another_thread);
    CHECK_EQUAL(seL4_GetMR(seL4_VMFault_PrefetchFault), 1);

    probe.start.rip = AT;
    CHECK_OK(seL4_CNode_Revoke(ROOT, space, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, space, DEPTH));
    CHECK_OK(seL4_X86_Page_Unmap(copy));
    CHECK(map_frame(copy, 12));
}

/* While its thread is current nowhere, the table under it goes: the thread finds nothing. */
static void vspace_deleted_under_thread(void)
{
    struct probe probe;
    struct tables t;
    seL4_CPtr frame, space = make(seL4_X64_PML4Object, 0);
    char *p = make_page(&frame);
    CHECK(p && probe_make(&probe));
    CHECK_OK(seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool, space));
    CHECK(make_tables(&t, space, AT));
    seL4_CPtr copy = mint(frame, seL4_AllRights, 0);
    CHECK_OK(seL4_X86_Page_Map(copy, space, AT, seL4_ReadWrite, PLAIN));
    p[0] = 0x0f;
    p[1] = 0x0b;
    CHECK_OK(seL4_TCB_SetSpace(probe.thread.tcb, probe.fault_ep, ROOT, 0, space, 0));
    probe.start.rip = AT;
    CHECK_EQUAL(probe_touch(&probe, 0, PROBE_READ), seL4_Fault_UserException);
    CHECK_OK(seL4_CNode_Delete(ROOT, t.pdpt, DEPTH));
    CHECK_EQUAL(probe_touch(&probe, 0, PROBE_READ), seL4_Fault_VMFault);
    CHECK_EQUAL(probe.address, AT);
}

TEST_GROUP(vspace_tests, TEST(vspace_small_page), TEST(vspace_large_page), TEST(vspace_huge_page),
           TEST(vspace_rights), TEST(vspace_cache_attributes), TEST(vspace_missing_tables),
           TEST(vspace_bad_arguments), TEST(vspace_unmap), TEST(vspace_table_copies),
           TEST(vspace_of_another_thread), TEST(vspace_deleted_under_thread));
