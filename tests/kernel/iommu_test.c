/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What devices reach in memory, shown with QEMU's "edu", two of them: its buffer is written to
 * memory, or filled from there.
 */
#include "edu.h"

#define PLACE    0x400000ul /* an address of the device's */
#define SECRET   0x5ec2e75ec2e75ec2ul
#define MARK     0x1122334455667788ul
#define LEVELS   (boot_info()->numIOPTLevels)
#define BADGE(e) (0xful << 16 | (e)->device)

static struct edu edu, other;

struct page {
    seL4_CPtr frame;
    uint64_t *words;
    uint64_t address; /* physical */
};

static struct page new_page(void)
{
    struct page p;
    p.words = make_page(&p.frame);
    p.address = seL4_X86_Page_GetAddress(p.frame).paddr;
    return p;
}

static seL4_CPtr copy(seL4_CPtr source)
{
    return mint(source, seL4_AllRights, 0);
}

/* Tables for the address down to level `last`; 0 if it failed. */
static bool make_tables(seL4_CPtr space, uint64_t address, unsigned last, seL4_CPtr *table)
{
    for (unsigned level = (unsigned)LEVELS; level >= last; level--) {
        table[level] = make(seL4_X86_IOPageTableObject, 0);
        if (seL4_X86_IOPageTable_Map(table[level], space, address) != seL4_NoError)
            return false;
    }
    return true;
}

static bool start(void)
{
    if (!edu_find(&edu, 0) || !edu_listen(&edu, 1)) {
        test_fail(__FILE__, __LINE__, "an edu device");
        return false;
    }
    return true;
}

/* What the buffer holds, by way of memory that it may reach. */
static uint64_t buffer_of(struct edu *e, seL4_CPtr space)
{
    struct page p = new_page();
    seL4_CPtr mapped = copy(p.frame);
    if (seL4_X86_Page_MapIO(mapped, space, seL4_ReadWrite, PLACE + 8 * PAGE_SIZE_4K))
        return 0;
    edu_copy(e, true, PLACE + 8 * PAGE_SIZE_4K, 8);
    seL4_X86_Page_Unmap(mapped);
    return p.words[0];
}

static void iommu_blocked_from_boot(void)
{
    CHECK(start());
    struct page p = new_page();
    p.words[0] = SECRET;
    edu_copy(&edu, true, p.address, 8);
    CHECK_EQUAL(p.words[0], SECRET);
    edu_copy(&edu, false, p.address, 8);

    /* Now with an address space, in which nothing is. */
    seL4_CPtr table[5], space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
    CHECK(space);
    edu_copy(&edu, true, p.address, 8);
    CHECK_EQUAL(p.words[0], SECRET);
    edu_copy(&edu, false, p.address, 8);
    CHECK(make_tables(space, PLACE, 1, table));
    CHECK(buffer_of(&edu, space) != SECRET);
    edu_leave(&edu);
}

/* The units' own registers, where QEMU has them, are nobody's. */
static void iommu_registers_kept(void)
{
    CHECK(start());
    const seL4_BootInfo *bi = boot_info();
    uint64_t registers = edu_machine_has_amdvi() ? 0xfed80000 : 0xfed90000;
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++) {
        const seL4_UntypedDesc *d = &bi->untypedList[i];
        CHECK(registers < d->paddr || registers - d->paddr >= BIT(d->sizeBits));
    }
    edu_leave(&edu);
}

static void iommu_mapped(void)
{
    CHECK(start());
    struct page from = new_page(), to = new_page();
    seL4_CPtr table[5], space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
    seL4_CPtr source = copy(from.frame), target = copy(to.frame);
    CHECK_EQUAL(seL4_X86_Page_MapIO(source, space, seL4_ReadWrite, PLACE), seL4_FailedLookup);
    CHECK(make_tables(space, PLACE, 1, table));
    CHECK_OK(seL4_X86_Page_MapIO(source, space, seL4_CanRead, PLACE));
    CHECK_OK(seL4_X86_Page_MapIO(target, space, seL4_ReadWrite, PLACE + PAGE_SIZE_4K));
    from.words[0] = MARK;
    from.words[255] = ~MARK;
    edu_copy(&edu, false, PLACE, EDU_BUFFER_SIZE);
    edu_copy(&edu, true, PLACE + PAGE_SIZE_4K, EDU_BUFFER_SIZE);
    CHECK_EQUAL(to.words[0], MARK);
    CHECK_EQUAL(to.words[255], ~MARK);
    /* Only reading is allowed there, and then it is not. */
    from.words[0] = SECRET;
    edu_copy(&edu, true, PLACE, 8);
    CHECK_EQUAL(from.words[0], SECRET);
    CHECK_OK(seL4_X86_Page_MapIO(source, space, seL4_ReadWrite, PLACE));
    edu_copy(&edu, true, PLACE, 8);
    CHECK_EQUAL(from.words[0], MARK);
    from.words[0] = SECRET;
    CHECK_OK(seL4_X86_Page_MapIO(source, space, seL4_CanRead, PLACE));
    edu_copy(&edu, true, PLACE, 8);
    CHECK_EQUAL(from.words[0], SECRET);
    /* Rights of the capability count. */
    seL4_CPtr read_only = mint(to.frame, seL4_CanRead, 0);
    CHECK_OK(seL4_X86_Page_MapIO(read_only, space, seL4_ReadWrite, PLACE + 2 * PAGE_SIZE_4K));
    to.words[0] = SECRET;
    edu_copy(&edu, true, PLACE + 2 * PAGE_SIZE_4K, 8);
    CHECK_EQUAL(to.words[0], SECRET);
    edu_leave(&edu);
}

static void iommu_large_page(void)
{
    CHECK(start());
    seL4_CPtr table[5], space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
    seL4_CPtr frame = make(seL4_X86_LargePageObject, 0), mapped = copy(frame);
    uint64_t *words = map_frame(frame, seL4_LargePageBits);
    CHECK(make_tables(space, PLACE, 2, table));
    CHECK_EQUAL(seL4_X86_Page_MapIO(mapped, space, seL4_ReadWrite, PLACE + PAGE_SIZE_4K),
                seL4_AlignmentError);
    CHECK_OK(seL4_X86_Page_MapIO(mapped, space, seL4_ReadWrite, PLACE));
    /* No table goes where a large page is. */
    CHECK_EQUAL(seL4_X86_IOPageTable_Map(make(seL4_X86_IOPageTableObject, 0), space, PLACE),
                seL4_DeleteFirst);
    uint64_t at = PAGE_SIZE_2M - PAGE_SIZE_4K;
    words[at / 8] = MARK;
    edu_copy(&edu, false, PLACE + at, 8);
    edu_copy(&edu, true, PLACE + 5 * PAGE_SIZE_4K, 8);
    CHECK_EQUAL(words[5 * 512], MARK);
    words[5 * 512] = SECRET;
    CHECK_OK(seL4_X86_Page_Unmap(mapped));
    edu_copy(&edu, true, PLACE + 5 * PAGE_SIZE_4K, 8);
    CHECK_EQUAL(words[5 * 512], SECRET);
    edu_leave(&edu);
}

/* --- What is taken away, is gone before the call returns: the copy is under way meanwhile --- */

enum way { UNMAP, DELETE, REVOKE, TABLE, TOP_TABLE, SPACE, MASTER, WAYS };

static seL4_Error take_away(enum way way, seL4_CPtr untyped, seL4_CPtr mapped, seL4_CPtr space,
                            const seL4_CPtr *table)
{
    switch (way) {
    case UNMAP:
        return seL4_X86_Page_Unmap(mapped);
    case DELETE:
        return seL4_CNode_Delete(ROOT, mapped, DEPTH);
    case REVOKE:
        return seL4_CNode_Revoke(ROOT, untyped, DEPTH);
    case TABLE:
        return seL4_X86_IOPageTable_Unmap(table[1]);
    case TOP_TABLE:
        return seL4_CNode_Delete(ROOT, table[LEVELS], DEPTH);
    case SPACE:
        return seL4_CNode_Delete(ROOT, space, DEPTH);
    default:
        return seL4_CNode_Revoke(ROOT, seL4_CapIOSpace, DEPTH);
    }
}

static void iommu_taken_away(void)
{
    CHECK(start());
    for (enum way way = UNMAP; way < WAYS; way++) {
        seL4_CPtr space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
        seL4_CPtr untyped = make(seL4_UntypedObject, seL4_PageBits), frame = new_slot();
        seL4_CPtr table[5];
        CHECK(space && make_tables(space, PLACE, 1, table));
        CHECK_OK(seL4_Untyped_Retype(untyped, seL4_X86_4K, 0, ROOT, 0, 0, frame, 1));
        CHECK_OK(seL4_X86_Page_MapIO(frame, space, seL4_ReadWrite, PLACE));
        /* The units' caches know of it. */
        edu_copy(&edu, false, PLACE, 64);
        edu_copy(&edu, true, PLACE, 64);
        edu_start_copy(&edu, true, PLACE, 64);
        CHECK_OK(take_away(way, untyped, frame, space, table));
        /* The memory becomes another frame, and holds what the device must not touch. */
        CHECK_OK(seL4_CNode_Revoke(ROOT, untyped, DEPTH));
        CHECK_OK(seL4_Untyped_Retype(untyped, seL4_X86_4K, 0, ROOT, 0, 0, frame, 1));
        volatile uint64_t *words = map_frame(frame, seL4_PageBits);
        CHECK(words);
        for (unsigned i = 0; i < 8; i++)
            words[i] = SECRET + i;
        edu_wait(&edu);
        for (unsigned i = 0; i < 8; i++)
            CHECK_EQUAL(words[i], SECRET + i);
        seL4_CNode_Delete(ROOT, space, DEPTH);
    }
    edu_leave(&edu);
}

/* A copy is cut off in the middle of many: the pages are unmapped one by one meanwhile. */
static void iommu_taken_away_among_many(void)
{
    CHECK(start());
    seL4_CPtr table[5], space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
    CHECK(make_tables(space, PLACE, 1, table));
    seL4_CPtr mapped[64];
    struct page page[64];
    for (unsigned i = 0; i < ARRAY_SIZE(page); i++) {
        page[i] = new_page();
        mapped[i] = copy(page[i].frame);
        CHECK_OK(seL4_X86_Page_MapIO(mapped[i], space, seL4_ReadWrite, PLACE + i * PAGE_SIZE_4K));
    }
    page[0].words[0] = MARK;
    edu_copy(&edu, false, PLACE, 8);
    for (unsigned i = 0; i < ARRAY_SIZE(page); i++)
        edu_copy(&edu, true, PLACE + i * PAGE_SIZE_4K, 8);
    for (unsigned i = 0; i < ARRAY_SIZE(page); i += 2) {
        edu_start_copy(&edu, true, PLACE + i * PAGE_SIZE_4K, 8);
        CHECK_OK(seL4_X86_Page_Unmap(mapped[i]));
        page[i].words[0] = SECRET;
        edu_wait(&edu);
        CHECK_EQUAL(page[i].words[0], SECRET);
        page[i + 1].words[0] = SECRET;
        edu_copy(&edu, true, PLACE + (i + 1) * PAGE_SIZE_4K, 8);
        CHECK_EQUAL(page[i + 1].words[0], MARK);
    }
    edu_leave(&edu);
}

/* Two devices, the same address: each sees its own memory, and loses it alone. */
static void iommu_two_devices(void)
{
    CHECK(start());
    CHECK(edu_find(&other, 1) && edu_listen(&other, 2));
    struct edu *const e[2] = {&edu, &other};
    struct page page[2];
    seL4_CPtr space[2], mapped[2], table[2][5];
    for (unsigned i = 0; i < 2; i++) {
        page[i] = new_page();
        page[i].words[0] = MARK + i;
        mapped[i] = copy(page[i].frame);
        space[i] = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(e[i]));
        CHECK(space[i] && make_tables(space[i], PLACE, 1, table[i]));
        CHECK_OK(seL4_X86_Page_MapIO(mapped[i], space[i], seL4_ReadWrite, PLACE));
        edu_copy(e[i], false, PLACE, 8);
    }
    for (unsigned i = 0; i < 2; i++) {
        edu_copy(e[i], true, PLACE + 8, 8);
        CHECK_EQUAL(page[i].words[1], MARK + i);
    }
    CHECK_OK(seL4_CNode_Delete(ROOT, space[0], DEPTH));
    for (unsigned i = 0; i < 2; i++) {
        page[i].words[1] = SECRET;
        edu_copy(e[i], true, PLACE + 8, 8);
    }
    CHECK_EQUAL(page[0].words[1], SECRET);
    CHECK_EQUAL(page[1].words[1], MARK + 1);
    edu_leave(&other);
    edu_leave(&edu);
}

/* Behind a bridge to conventional PCI all functions are one to the unit: they have one holder. */
static void iommu_behind_a_bridge(void)
{
    struct edu bridge;
    CHECK(start());
    CHECK(edu_find_behind(&other, &bridge) && edu_listen(&other, 2));
    if (edu_machine_has_amdvi()) {
        /* It asks for the number of a bus before firmware has given it one. */
        test_skip("QEMU's AMD-Vi takes all buses for bus 0");
        edu_leave(&other);
        edu_leave(&edu);
        return;
    }
    struct page page = new_page();
    seL4_CPtr mapped = copy(page.frame), table[5];
    seL4_CPtr space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&other));
    CHECK(space && make_tables(space, PLACE, 1, table));
    CHECK_OK(seL4_X86_Page_MapIO(mapped, space, seL4_ReadWrite, PLACE));
    page.words[0] = MARK;
    edu_copy(&other, false, PLACE, 8);
    edu_copy(&other, true, PLACE + 8, 8);
    CHECK_EQUAL(page.words[1], MARK);
    for (seL4_Word function = 0; function < 16; function++)
        CHECK_EQUAL(seL4_CNode_Mint(ROOT, new_slot(), DEPTH, ROOT, seL4_CapIOSpace, DEPTH,
                                    seL4_AllRights, 0xful << 16 | other.bus << 8 | function),
                    seL4_RevokeFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, space, DEPTH));
    page.words[1] = SECRET;
    edu_copy(&other, true, PLACE + 8, 8);
    CHECK_EQUAL(page.words[1], SECRET);
    edu_leave(&other);
    edu_config_write(&bridge, 0x04, 0);
    edu_leave(&edu);
}

/* --- Messages --- */

static bool is_signalled(const struct edu *e)
{
    seL4_Word badge = 0;
    seL4_Poll(e->notification, &badge);
    return badge != 0;
}

/* A device raises its own interrupts, while they have a handler, whatever messages it writes. */
static void iommu_messages(void)
{
    CHECK(start());
    CHECK(edu_find(&other, 1) && edu_listen(&other, 2));
    CHECK_OK(
        seL4_IRQHandler_SetNotification(edu.handler, mint(edu.notification, seL4_AllRights, 1)));
    CHECK_OK(seL4_IRQHandler_SetNotification(other.handler,
                                             mint(other.notification, seL4_AllRights, 1)));
    seL4_X86_IRQHandler_GetMessage_t own = seL4_X86_IRQHandler_GetMessage(other.handler);
    seL4_X86_IRQHandler_GetMessage_t others = seL4_X86_IRQHandler_GetMessage(edu.handler);
    CHECK_OK(own.error);
    other.registers[EDU_RAISE] = 1;
    CHECK(is_signalled(&other) && !is_signalled(&edu));
    CHECK_OK(seL4_IRQHandler_Ack(other.handler));
    if (!own.remapped) {
        test_skip("interrupts are not remapped");
    } else {
        edu_start_messages(&other, others.address, (uint32_t)others.data);
        other.registers[EDU_RAISE] = 1;
        CHECK(!is_signalled(&other) && !is_signalled(&edu));
        edu.registers[EDU_RAISE] = 1;
        CHECK(is_signalled(&edu));
        CHECK_OK(seL4_IRQHandler_Ack(edu.handler));
        /* Once the handler is gone, its message is nobody's, whoever gets the number next. */
        edu_start_messages(&other, own.address, (uint32_t)own.data);
        CHECK_OK(seL4_CNode_Delete(ROOT, other.handler, DEPTH));
        CHECK_OK(seL4_IRQControl_GetMSI(seL4_CapIRQControl, ROOT, other.handler, DEPTH, 0,
                                        edu.number, 0, 0, 2));
        CHECK_OK(seL4_IRQHandler_SetNotification(other.handler,
                                                 mint(other.notification, seL4_AllRights, 1)));
        edu_start_messages(&other, own.address, (uint32_t)own.data);
        other.registers[EDU_RAISE] = 1;
        CHECK(!is_signalled(&other));
        seL4_X86_IRQHandler_GetMessage_t next = seL4_X86_IRQHandler_GetMessage(other.handler);
        edu_start_messages(&edu, next.address, (uint32_t)next.data);
        edu.registers[EDU_RAISE] = 1;
        CHECK(is_signalled(&other));
    }
    edu_leave(&other);
    edu_leave(&edu);
}

/* --- Faults --- */

/* QEMU's AMD-Vi records nothing before version 10.2. */
static bool records_faults(seL4_CPtr space, seL4_CPtr n)
{
    seL4_Word badge = 0;
    seL4_X86_IOSpace_SetNotification(space, mint(n, seL4_AllRights, 1));
    edu_copy(&edu, true, 9 * PLACE, 8);
    seL4_Poll(n, &badge);
    if (badge)
        return seL4_X86_IOSpace_GetFault(space).faulted;
    if (!edu_machine_has_amdvi())
        return true; /* the test will fail */
    test_skip("this emulator's AMD-Vi records no faults");
    edu_leave(&edu);
    return false;
}

static void iommu_faults_told(void)
{
    CHECK(start());
    seL4_CPtr table[5], space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    seL4_Word badge = 0;
    if (!records_faults(space, n))
        return;
    CHECK(make_tables(space, PLACE, 1, table));
    CHECK_EQUAL(seL4_X86_IOSpace_SetNotification(space, mint(n, seL4_CanRead, 1)),
                seL4_InvalidCapability);
    CHECK_OK(seL4_X86_IOSpace_SetNotification(space, mint(n, seL4_AllRights, 0x40)));
    CHECK_EQUAL(seL4_X86_IOSpace_GetFault(space).faulted, 0);
    for (unsigned i = 0; i < 3; i++) {
        bool write = i != 1;
        uint64_t at = PLACE + (1 + i) * PAGE_SIZE_4K;
        edu_copy(&edu, write, at, 8);
        seL4_Poll(n, &badge);
        CHECK_EQUAL(badge, 0x40);
        /* Told once. */
        for (unsigned more = 0; more < 5; more++)
            edu_copy(&edu, true, PLACE + 9 * PAGE_SIZE_4K, 8);
        seL4_Poll(n, &badge);
        CHECK_EQUAL(badge, 0);
        seL4_X86_IOSpace_GetFault_t fault = seL4_X86_IOSpace_GetFault(copy(space));
        CHECK_EQUAL(fault.error, 0);
        CHECK_EQUAL(fault.faulted, 1);
        CHECK_EQUAL(fault.address & ~MASK(12), at);
        CHECK_EQUAL(fault.write, write);
        test_note("%s at 0x%lx refused: reason %lu", fault.write ? "writing" : "reading",
                  fault.address, fault.reason);
        CHECK_EQUAL(seL4_X86_IOSpace_GetFault(space).faulted, 0);
    }
    /* The notification goes before the address space does. */
    CHECK_OK(seL4_CNode_Delete(ROOT, n, DEPTH));
    edu_copy(&edu, true, PLACE + 9 * PAGE_SIZE_4K, 8);
    CHECK_EQUAL(seL4_X86_IOSpace_GetFault(space).faulted, 1);
    edu_leave(&edu);
}

/* A device whose accesses are all refused costs others nothing after the first. */
#define FLOOD 300
static void iommu_fault_flood(void)
{
    CHECK(start());
    seL4_CPtr space = mint(seL4_CapIOSpace, seL4_AllRights, BADGE(&edu));
    seL4_CPtr n = make(seL4_NotificationObject, 0);
    seL4_Word badge = 0;
    if (!records_faults(space, n))
        return;
    for (unsigned i = 0; i < FLOOD; i++)
        edu_copy(&edu, true, PLACE + i * PAGE_SIZE_4K, 8);
    seL4_Poll(n, &badge);
    CHECK_EQUAL(badge, 1);
    CHECK_EQUAL(seL4_X86_IOSpace_GetFault(space).address & ~MASK(12), PLACE);
    /* And what comes later is still told. */
    edu_copy(&edu, true, 2 * PLACE, 8);
    seL4_Poll(n, &badge);
    CHECK_EQUAL(badge, 1);
    CHECK_EQUAL(seL4_X86_IOSpace_GetFault(space).address & ~MASK(12), 2 * PLACE);
    edu_leave(&edu);
}

TEST_GROUP(iommu_tests, TEST(iommu_blocked_from_boot), TEST(iommu_registers_kept),
           TEST(iommu_mapped), TEST(iommu_large_page), TEST(iommu_taken_away),
           TEST(iommu_taken_away_among_many), TEST(iommu_two_devices), TEST(iommu_behind_a_bridge),
           TEST(iommu_messages), TEST(iommu_faults_told), TEST(iommu_fault_flood));
