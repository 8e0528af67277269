/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel hands to the first program: that the boot information is true.
 */
#include "harness.h"

static void boot_regions(void)
{
    const seL4_BootInfo *bi = boot_info();
    CHECK(bi->numNodes >= 1 && bi->nodeID == 0);
    CHECK_EQUAL(bi->userImagePaging.end > bi->userImagePaging.start, 1);
    CHECK(bi->userImageFrames.end > bi->userImageFrames.start);
    CHECK(bi->empty.end - bi->empty.start >= 4096);
    CHECK_EQUAL(bi->empty.end, BIT(bi->initThreadCNodeSizeBits));
    for (seL4_CPtr c = bi->userImagePaging.start; c < bi->empty.start; c++)
        CHECK(!slot_is_empty(c));
}

/* The frames are in order of address: what is in the page is what its capability names. */
static void boot_image_frames(void)
{
    extern const uint64_t __ehdr_start[];
    const seL4_BootInfo *bi = boot_info();
    seL4_CPtr copy = mint(bi->userImageFrames.start, seL4_AllRights, 0);
    const uint64_t *first = map_frame(copy, 12), *own = __ehdr_start;
    CHECK(first && first != own);
    for (unsigned i = 0; i < 512; i++)
        CHECK_EQUAL(first[i], own[i]);
    seL4_Word previous = 0;
    for (seL4_CPtr c = bi->userImageFrames.start; c < bi->userImageFrames.end; c++) {
        seL4_X86_Page_GetAddress_t a = seL4_X86_Page_GetAddress(c);
        CHECK_OK(a.error);
        CHECK(a.paddr != previous && a.paddr % 4096 == 0);
        previous = a.paddr;
    }
}

static bool holds(const seL4_UntypedDesc *d, seL4_Word paddr)
{
    return d->paddr <= paddr && paddr - d->paddr < BIT(d->sizeBits);
}

static void boot_untypeds(void)
{
    const seL4_BootInfo *bi = boot_info();
    seL4_Word count = bi->untyped.end - bi->untyped.start, ram = 0, device = 0;
    CHECK(count > 0 && count <= CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS);
    for (seL4_Word i = 0; i < count; i++) {
        const seL4_UntypedDesc *d = &bi->untypedList[i];
        CHECK(d->sizeBits >= seL4_MinUntypedBits && d->sizeBits <= seL4_MaxUntypedBits);
        CHECK_EQUAL(d->paddr & ((BIT(d->sizeBits)) - 1), 0);
        for (seL4_Word j = 0; j < i; j++) {
            const seL4_UntypedDesc *e = &bi->untypedList[j];
            CHECK(!holds(d, e->paddr) && !holds(e, d->paddr));
        }
        *(d->isDevice ? &device : &ram) += BIT(d->sizeBits);
        /* Interrupt controllers are the kernel's; the video memory is anybody's. */
        CHECK(!holds(d, 0xfec00000));
        /* A write there is an interrupt. */
        CHECK(d->paddr >= 0xfef00000 || d->paddr + BIT(d->sizeBits) <= 0xfee00000);
        CHECK(d->isDevice || !holds(d, 0xb8000));
    }
    CHECK(ram > 64ul << 20 && device > BIT(30));
    for (seL4_CPtr c = bi->userImageFrames.start; c < bi->userImageFrames.end; c++) {
        seL4_Word paddr = seL4_X86_Page_GetAddress(c).paddr;
        for (seL4_Word i = 0; i < count; i++)
            CHECK(!holds(&bi->untypedList[i], paddr));
    }
}

/* Either there is something that holds devices back, or nothing looks like it. */
static void boot_iommu(void)
{
    seL4_CPtr table = new_slot();
    seL4_Error error =
        seL4_Untyped_Retype(test_arena(), seL4_X86_IOPageTableObject, 0, ROOT, 0, 0, table, 1);
    bool absent = boot_info()->numIOPTLevels == (seL4_Word)-1;
    CHECK_EQUAL(slot_is_empty(seL4_CapIOSpace), absent);
    CHECK_EQUAL(error, absent ? seL4_IllegalOperation : seL4_NoError);
    CHECK_EQUAL(boot_info()->ioSpaceCaps.start, boot_info()->ioSpaceCaps.end);
}

static void boot_extra_records(void)
{
    const seL4_BootInfoHeader *rsdp = boot_record(SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP);
    CHECK(rsdp && rsdp->len >= sizeof(*rsdp) + 20);
    static const char signature[] = "RSD PTR ";
    for (unsigned i = 0; i < 8; i++)
        CHECK(((const char *)(rsdp + 1))[i] == signature[i]);

    const seL4_BootInfoHeader *tsc = boot_record(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ);
    CHECK(tsc && tsc->len >= sizeof(*tsc) + sizeof(seL4_X86_BootInfo_TSC));
    const seL4_X86_BootInfo_TSC *rate = (const seL4_X86_BootInfo_TSC *)(tsc + 1);
    CHECK(rate->mhz >= 10 && rate->mhz < 10000);
    CHECK(rate->hz + 500000 >= rate->mhz * 1000000ul && rate->hz < rate->mhz * 1000000ul + 500000);

    static const char tables[3][5] = {"MCFG", "DMAR", "IVRS"};
    unsigned units = 0;
    for (unsigned i = 0; i < 3; i++) {
        const seL4_BootInfoHeader *table = boot_record(CAISSON_BOOTINFO_ACPI_MCFG + i);
        CHECK(!table || table->len >= sizeof(*table) + 36);
        for (unsigned j = 0; table && j < 4; j++)
            CHECK(((const char *)(table + 1))[j] == tables[i][j]);
        units += table && i;
    }
    CHECK(boot_info()->numIOPTLevels == (seL4_Word)-1 || units == 1);

    const seL4_X86_BootInfo_mmap_t *map =
        (const void *)boot_record(SEL4_BOOTINFO_HEADER_X86_MBMMAP);
    CHECK(map && map->mmap_length >= sizeof(map->mmap[0]));
    seL4_Word ram = 0;
    for (unsigned i = 0; i < map->mmap_length / sizeof(map->mmap[0]); i++)
        ram += map->mmap[i].type == 1 ? map->mmap[i].length : 0;
    CHECK(ram > 64ul << 20);
}

/* The firmware's table, found in device memory through the record's copy. */
static void boot_acpi_reachable(void)
{
    const seL4_BootInfoHeader *rsdp = boot_record(SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP);
    CHECK(rsdp);
    const seL4_BootInfo *bi = boot_info();
    seL4_Word rsdt = *(const uint32_t *)((const char *)(rsdp + 1) + 16), found = 0;
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++)
        found += bi->untypedList[i].isDevice && holds(&bi->untypedList[i], rsdt);
    CHECK_EQUAL(found, 1);
}

TEST_GROUP(boot_tests, TEST(boot_regions), TEST(boot_image_frames), TEST(boot_untypeds),
           TEST(boot_iommu), TEST(boot_extra_records), TEST(boot_acpi_reachable));
