/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first user program: its objects are made by hand here, as Retype would make them, and its
 * CSpace is filled with all authority there is.
 *
 * User addresses: the image, then the IPC buffer, the boot information, and its extra records.
 */
#include "roottask.h"
#include "bootinfo.h"
#include "cmdline.h"
#include "handover.h"
#include "image.h"
#include "memmap.h"
#include "untypeds.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include "iommu/iommu.h"
#include "object/asid.h"
#include "object/mapping.h"
#include "object/object.h"
#include "object/tcb.h"
#include "sched/sched.h"
#include <base/bits.h>

#include <sel4/constants.h>
#include <sel4/objecttype.h>

/* Slots for what the root task will make, beside those that boot fills. */
#define FREE_SLOTS    8192
#define RADIX_MIN     14
#define ROOT_PRIORITY 255

struct root {
    struct image image;
    struct slot *cnode;
    unsigned radix;
    seL4_SlotPos next; /* first slot that nothing is in yet */
    uint64_t *pml4;
    uint64_t ipc_buffer, bootinfo, extra; /* user addresses */
    uint64_t end;
    seL4_BootInfo *info;
};

static BOOT_DATA struct root root = {0};

static BOOT_CODE struct slot *put_cap(seL4_SlotPos at, struct cap cap)
{
    slot_insert_original(&root.cnode[at], cap, NULL);
    return &root.cnode[at];
}

static BOOT_CODE struct cap create(seL4_Word type, void *memory)
{
    return object_create(object_type(type), memory, 0, false);
}

/* --- address space --- */

#define ROOT_NAME asid_name(ASID_ROOT_TASK, 0)

/* An entry in a table that an earlier call has made. */
static BOOT_CODE uint64_t *entry_at(uint64_t vaddr, unsigned level)
{
    const struct place place = {
        .space = &user_space, .root = root.pml4, .address = vaddr, .level = level};
    return mapping_walk(&place, NULL);
}

static BOOT_CODE void make_table(uint64_t vaddr, unsigned level)
{
    static const uint8_t objects[] = {[1] = seL4_X86_PageTableObject,
                                      [2] = seL4_X86_PageDirectoryObject,
                                      [3] = seL4_X86_PDPTObject};
    void *table = boot_alloc(PAGE_SIZE_4K, PAGE_SIZE_4K);
    uint64_t *entry = entry_at(vaddr, level + 1);
    *entry = virt_to_phys(table) | user_space.table;
    struct cap cap = create(objects[level], table);
    cap_table_set_map(&cap, cap_mapping(vaddr, ROOT_NAME));
    put_cap(root.next++, cap);
}

static BOOT_CODE uint64_t count_tables(uint64_t start, uint64_t end)
{
    uint64_t count = 0;
    for (unsigned level = 1; level <= 3; level++) {
        unsigned shift = LEVEL_SHIFT(level + 1);
        count += ((end - 1) >> shift) - (start >> shift) + 1;
    }
    return count;
}

static BOOT_CODE void make_tables(uint64_t start, uint64_t end)
{
    root.info->userImagePaging.start = root.next;
    for (unsigned level = 3; level >= 1; level--) {
        uint64_t span = BIT(LEVEL_SHIFT(level + 1));
        for (uint64_t v = ROUND_DOWN(start, span); v < end; v += span)
            make_table(v, level);
    }
    root.info->userImagePaging.end = root.next;
}

static BOOT_CODE struct cap map_frame(void *frame, uint64_t vaddr)
{
    uint64_t *entry = entry_at(vaddr, 1);
    *entry = virt_to_phys(frame) | PTE_PRESENT | PTE_WRITE | PTE_USER;
    struct cap cap = create(seL4_X86_4K, frame);
    cap_frame_set_map(&cap, SPACE_USER, cap_mapping(vaddr, ROOT_NAME));
    return cap;
}

/* Pages of the module that are used in place leave `module`; the rest becomes free memory. */
static BOOT_CODE void load_image(void)
{
    static BOOT_DATA struct ranges module = {0};
    ranges_add(&module, ROUND_DOWN(handover.module_start, PAGE_SIZE_4K),
               ROUND_UP(handover.module_end, PAGE_SIZE_4K));
    root.info->userImageFrames.start = root.next;
    for (uint64_t v = root.image.start; v < root.image.end; v += PAGE_SIZE_4K) {
        uint64_t paddr = image_page_in_place(&root.image, v);
        void *page = phys_to_virt(paddr);
        if (paddr != 0 && ranges_contain(&module, paddr)) {
            ranges_remove(&module, paddr, paddr + PAGE_SIZE_4K);
        } else {
            page = boot_alloc(PAGE_SIZE_4K, PAGE_SIZE_4K);
            image_fill_page(&root.image, v, page);
        }
        put_cap(root.next++, map_frame(page, v));
    }
    root.info->userImageFrames.end = root.next;
    for (unsigned i = 0; i < module.count; i++)
        ranges_add(&memmap_free, module.at[i].start, module.at[i].end);
}

/* --- the CSpace and what is in fixed slots of it --- */

static BOOT_CODE void make_cnode(uint64_t slots)
{
    root.radix = RADIX_MIN;
    while (BIT(root.radix) < slots + FREE_SLOTS)
        root.radix++;
    uint64_t size = (uint64_t)sizeof(struct slot) << root.radix;
    root.cnode = boot_alloc(size, PAGE_SIZE_4K);
    uint64_t guard = seL4_CNode_CapData_new(0, seL4_WordBits - root.radix).words[0];
    put_cap(seL4_CapInitThreadCNode, cap_cnode(root.cnode, root.radix, guard));
}

static BOOT_CODE void make_vspace(void)
{
    root.pml4 = boot_alloc(PAGE_SIZE_4K, PAGE_SIZE_4K);
    user_space.init_root(root.pml4);
    struct cap cap = create(seL4_X64_PML4Object, root.pml4);
    cap_table_set_map(&cap, cap_mapping(0, ROOT_NAME));
    put_cap(seL4_CapInitThreadVSpace, cap);

    struct asid_pool *pool = boot_alloc(sizeof(*pool), PAGE_SIZE_4K);
    asid_boot_pool(pool, root.pml4);
    put_cap(seL4_CapInitThreadASIDPool, cap_asid_pool(pool, 0));
}

static BOOT_CODE void make_bootinfo(const struct acpi_rsdp *rsdp, size_t extra_size)
{
    put_cap(seL4_CapBootInfoFrame, map_frame(root.info, root.bootinfo));
    root.info->extraLen = extra_size;
    root.info->numNodes = 1;
    root.info->numIOPTLevels = iommu.levels ? iommu.levels : (seL4_Word)-1;
    root.info->ipcBuffer = (struct seL4_IPCBuffer_ *)root.ipc_buffer;
    root.info->initThreadCNodeSizeBits = root.radix;

    char *extra = boot_alloc(extra_size, PAGE_SIZE_4K);
    bootinfo_write_extra(extra, rsdp);
    root.info->extraBIPages.start = root.next;
    for (size_t at = 0; at < extra_size; at += PAGE_SIZE_4K)
        put_cap(root.next++, map_frame(extra + at, root.extra + at));
    root.info->extraBIPages.end = root.next;
}

static BOOT_CODE void make_untypeds(void)
{
    extern const char kernel_boot_start[], kernel_boot_end[];
    /* Nothing is allocated from here on, so this code's own memory can be given away, too. */
    ranges_add(&memmap_free, image_to_phys(kernel_boot_start), image_to_phys(kernel_boot_end));

    seL4_UntypedDesc *list = root.info->untypedList;
    unsigned count = untypeds_make(list, CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS);
    root.info->untyped.start = root.next;
    for (unsigned i = 0; i < count; i++) {
        uint64_t at = (uint64_t)phys_to_virt(list[i].paddr);
        put_cap(root.next++, cap_untyped(at, list[i].sizeBits, list[i].isDevice));
    }
    root.info->untyped.end = root.next;
    root.info->empty.start = root.next;
    root.info->empty.end = BIT(root.radix);
}

static BOOT_CODE void make_thread(void)
{
    struct tcb *t = boot_alloc(BIT(seL4_TCBBits), PAGE_SIZE_4K);
    thread_init(t);
    put_cap(seL4_CapInitThreadTCB, create(seL4_TCBObject, t));
    struct cap frame = map_frame(boot_alloc(PAGE_SIZE_4K, PAGE_SIZE_4K), root.ipc_buffer);
    struct slot *buffer = put_cap(seL4_CapInitThreadIPCBuffer, frame);

    struct slot *cnode = &root.cnode[seL4_CapInitThreadCNode];
    struct slot *vspace = &root.cnode[seL4_CapInitThreadVSpace];
    cap_frame_set_map(&frame, SPACE_NONE, 0);
    slot_insert(&t->slots[TCB_CSPACE], cnode->cap, cnode);
    slot_insert(&t->slots[TCB_VSPACE], vspace->cap, vspace);
    slot_insert(&t->slots[TCB_IPC_BUFFER], frame, buffer);
    t->ipc_buffer = root.ipc_buffer;
    t->priority = ROOT_PRIORITY;
    t->mcp = ROOT_PRIORITY;
    t->context.rip = root.image.entry;
    t->context.rdi = root.bootinfo;
    tcb_set_name(t, "root");
    t->state = THREAD_RUNNING;
    sched_enqueue(t);
    sched_reschedule();
}

BOOT_CODE void roottask_create(const struct acpi_rsdp *rsdp)
{
    image_read(&root.image, handover.module_start, handover.module_end - handover.module_start);
    size_t extra_size = bootinfo_extra_size(rsdp);
    root.ipc_buffer = root.image.end;
    root.bootinfo = root.ipc_buffer + PAGE_SIZE_4K;
    root.extra = root.bootinfo + PAGE_SIZE_4K;
    root.end = root.extra + ROUND_UP(extra_size, PAGE_SIZE_4K);
    if (root.end > seL4_UserTop)
        panic("the root task's image leaves no room for its boot information");

    uint64_t frames = (root.end - root.image.start) / PAGE_SIZE_4K;
    uint64_t tables = count_tables(root.image.start, root.end);
    root.next = seL4_NumInitialCaps;
    root.info = boot_alloc(PAGE_SIZE_4K, PAGE_SIZE_4K);
    make_cnode(seL4_NumInitialCaps + frames + tables + CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS);
    make_vspace();
    put_cap(seL4_CapIRQControl, cap_make(CAP_IRQ_CONTROL, NULL, 0, 0));
    put_cap(seL4_CapASIDControl, cap_make(CAP_ASID_CONTROL, NULL, 0, 0));
    put_cap(seL4_CapIOPortControl, cap_make(CAP_IOPORT_CONTROL, NULL, 0, 0));
    if (iommu.levels)
        put_cap(seL4_CapIOSpace, cap_make(CAP_IOSPACE, NULL, 0, 0));
    put_cap(seL4_CapDomain, cap_make(CAP_DOMAIN, NULL, 0, 0));
    make_tables(root.image.start, root.end);
    make_thread();
    make_bootinfo(rsdp, extra_size);
    load_image();
    make_untypeds();
}
