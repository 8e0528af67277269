/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of devices. The first IOSpace capability names none, and makes others: minted with
 * a domain and a PCI function as badge it is that device's, of which there is one at a time, with
 * its copies; functions that the units cannot tell apart are one device. The domain's number is the
 * kernel's choice, so no two devices ever share what the units cache.
 *
 * What a device may reach stands in tables as in other address spaces (object/mapping.h). While it
 * has none it is blocked, as it is while nobody holds it.
 *
 * A refused access is told once: after that the device's faults are not recorded until its holder
 * has asked for the fault.
 */
#include "object/iospace.h"
#include "api/invocation.h"
#include "cpu/memory.h"
#include "cpu/pci.h"
#include "cpu/print.h"
#include "iommu/iommu.h"
#include "object/delete.h"
#include "object/mapping.h"
#include "object/notification.h"
#include "object/object.h"
#include "state/vspace.h"

#include <base/bitmap.h>
#include <sel4/constants.h>

#define ADDRESS_BITS_MAX 47u /* what capabilities hold */
#define DEVICES          BIT(16)
/* So many of a device's faults are printed, and so many are looked at in one go. */
#define FAULTS_PRINTED   8
#define FAULTS_AT_ONCE   64
/* After so many that were told before, nobody is interrupted until a holder asks. */
#define FAULTS_REPEATED  64

/* Of these classes the firmware's use ends where a driver's begins. */
#define CLASS_USB     0x0c03
#define CLASS_DISPLAY 0x03 /* base class */

struct iospace {
    uint64_t root;   /* a table of one entry, for the topmost table */
    uint16_t device; /* as the units see it: pci_requester() */
    bool used;
    uint8_t printed;
    struct iommu_fault fault; /* where the device is quiet */
    struct slot notification;
};

/* By domain number. */
static struct iospace iospaces[IOMMU_DOMAINS_MAX];
/* Devices whose faults are not recorded now. */
static uint64_t quiet[DEVICES / 64];

/* ASIDs of the last pool, which is the kernel's: the number in the pool is the domain's. */
#define FIRST_ASID ((ASID_POOL_COUNT - 1) * ASID_POOL_SIZE)
static struct asid_pool names;
_Static_assert(IOMMU_DOMAINS_MAX <= ASID_POOL_SIZE, "a name for each domain");

static unsigned domain_of(uint64_t name)
{
    return asid_of(name) % ASID_POOL_SIZE;
}

static struct iospace *iospace_of(struct cap cap)
{
    return &iospaces[domain_of(cap_mapped_name(cap))];
}

static void attach(const struct iospace *s)
{
    iommu_attach(s->device, (unsigned)(s - iospaces), s->root & PTE_ADDRESS,
                 bitmap_any(quiet, s->device, s->device));
}

static struct iospace *holder(uint16_t device)
{
    for (unsigned i = IOMMU_DOMAIN_FIRST; i < iommu.domains; i++)
        if (iospaces[i].used && iospaces[i].device == device)
            return &iospaces[i];
    return NULL;
}

/* --- The kind of address space --- */

static int frame_entry(enum frame_size size, unsigned rights, uint64_t attributes, uint64_t *entry)
{
    (void)attributes;
    if (!(iommu.page_sizes & BIT(size)))
        return seL4_IllegalOperation;
    if (!rights)
        return error_argument(1);
    *entry = iommu.format.page | (rights & FRAME_RIGHT_READ ? iommu.format.read : 0) |
             (rights & FRAME_RIGHT_WRITE ? iommu.format.write : 0);
    return 0;
}

static void flush_page(const struct place *place)
{
    iommu_flush(domain_of(place->name), place->address, LEVEL_SHIFT(place->level));
}

static void flush_all(const struct place *place)
{
    iommu_flush_domain(domain_of(place->name));
}

static void entry_written(const struct place *place, const uint64_t *entry)
{
    bool to_table = *entry && place->level > 1 && !(*entry & PTE_LARGE);
    if (to_table)
        iommu_written(phys_to_virt(*entry & PTE_ADDRESS), PAGE_SIZE_4K);
    if (place->level == io_space.levels) {
        attach(&iospaces[domain_of(place->name)]);
        return;
    }
    iommu_written(entry, sizeof(*entry));
    if (*entry && iommu.keeps_absent)
        flush_page(place);
}

struct space_ops io_space = {
    .root = CAP_IOSPACE,
    .frame_entry = frame_entry,
    .entry_written = entry_written,
    .flush_page = flush_page,
    .flush_all = flush_all,
};

BOOT_CODE void iospace_init(void)
{
    asid_pools[ASID_POOL_COUNT - 1] = &names;
    io_space.levels = iommu.levels + 1;
    io_space.limit = BIT(MIN((unsigned)LEVEL_SHIFT(io_space.levels), ADDRESS_BITS_MAX));
    io_space.present = iommu.format.present;
    io_space.table = iommu.format.table;
    io_space.table_level = iommu.format.table_level;
}

int iospace_check(void)
{
    return iommu.levels ? 0 : seL4_IllegalOperation;
}

/* --- Capabilities --- */

/* The firmware goes on using it whoever holds it. */
static bool is_firmwares(uint16_t function)
{
    bool reserved = iommu_is_reserved(function) || iommu_is_reserved(pci_requester(function));
    uint16_t class = reserved ? pci_class(function) : CLASS_USB;
    return class != CLASS_USB && class >> 8 != CLASS_DISPLAY;
}

/*
 * A copy; or the first capability has become a device's, which takes the device here: nothing that
 * could be refused comes between this and the new slot.
 */
static int iospace_derive(const struct slot *slot, struct cap *cap)
{
    if (cap_table_mapped(slot->cap) || !cap_table_mapped(*cap))
        return 0;
    uint16_t device = pci_requester(cap_iospace_device(*cap));
    if (holder(device))
        return seL4_RevokeFirst;
    if (is_firmwares(cap_iospace_device(*cap)))
        return seL4_IllegalOperation;
    unsigned i = IOMMU_DOMAIN_FIRST;
    while (i < iommu.domains &&
           (iospaces[i].used || asid_generations[FIRST_ASID + i] == MASK(ASID_GENERATION_BITS)))
        i++;
    if (i == iommu.domains)
        return seL4_DeleteFirst;
    iospaces[i] = (struct iospace){.device = device, .used = true};
    names.root[i] = (uint64_t)&iospaces[i].root;
    uint64_t name = asid_name(FIRST_ASID + i, ++asid_generations[FIRST_ASID + i]);
    cap->data = cap_mapping(cap_mapped_addr(*cap), name);
    bitmap_fill(quiet, device, device, false);
    attach(&iospaces[i]);
    return 0;
}

static bool iospace_drain(struct slot *slot)
{
    if (!cap_table_mapped(slot->cap))
        return false;
    struct slot *notification = &iospace_of(slot->cap)->notification;
    if (!slot_is_empty(notification))
        slot_delete_step(notification);
    return !slot_is_empty(notification);
}

static void iospace_finalise(struct slot *slot, bool final)
{
    if (!final || !cap_table_mapped(slot->cap))
        return;
    struct iospace *s = iospace_of(slot->cap);
    s->root = 0;
    s->used = false;
    names.root[s - iospaces] = 0;
    bitmap_fill(quiet, s->device, s->device, false);
    attach(s);
}

static bool iospace_same(struct cap a, struct cap b)
{
    return a.data == b.data;
}

/* --- Faults --- */

static void print_fault(const struct iommu_fault *f, const char *more)
{
    unsigned device = f->device;
    kprintf("Caisson: device %02x:%02x.%u: %s at 0x%lx refused (reason %u)%s\n", device >> 8,
            device >> 3 & 31, device & 7,
            f->interrupt ? "interrupt"
            : f->write   ? "writing"
                         : "reading",
            f->address, f->reason, more);
}

/*
 * Units record no more of a device that is quiet, but for interrupts that it may not raise; and
 * there are units that do not know how to be silent.
 */
static unsigned repeated;

static void listen(void)
{
    if (repeated >= FAULTS_REPEATED)
        iommu_hold_faults(false);
    repeated = 0;
}

static void handle_fault(const struct iommu_fault *f)
{
    if (bitmap_any(quiet, f->device, f->device)) {
        if (++repeated == FAULTS_REPEATED)
            iommu_hold_faults(true);
        return;
    }
    bitmap_fill(quiet, f->device, f->device, true);
    struct iospace *s = holder(f->device);
    if (!s) {
        print_fault(f, "; nobody holds it, no more is said");
        iommu_attach(f->device, 0, 0, true);
        return;
    }
    if (s->printed < FAULTS_PRINTED)
        print_fault(f, ++s->printed == FAULTS_PRINTED ? "; no more is said" : "");
    s->fault = *f;
    attach(s);
    struct cap cap = s->notification.cap;
    if (cap.type == CAP_NOTIFICATION)
        notification_signal(cap_object(cap), cap_badge(cap));
}

void iospace_take_faults(void)
{
    struct iommu_fault fault;
    for (unsigned i = 0; i < FAULTS_AT_ONCE && iommu_take_fault(&fault); i++)
        handle_fault(&fault);
}

/* ; notification */
static int set_notification(struct invocation *inv, struct iospace *s)
{
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;
    struct slot *source = inv->extra[0];
    struct cap cap = source->cap;
    if (!cap_is(cap, CAP_NOTIFICATION, CAP_RIGHT_WRITE))
        return error_capability(1);
    int status = slot_delete(&s->notification);
    if (!status)
        slot_insert(&s->notification, cap, source);
    return status;
}

/* -> whether there was one; address, whether it was written, reason. The next one is told again. */
static int get_fault(struct invocation *inv, struct iospace *s)
{
    iospace_take_faults();
    listen();
    bool faulted = bitmap_any(quiet, s->device, s->device);
    const struct iommu_fault f = faulted ? s->fault : (struct iommu_fault){0};
    const uint64_t words[] = {faulted, f.address, f.write, f.reason};
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        invocation_reply(inv, i, words[i]);
    if (faulted) {
        bitmap_fill(quiet, s->device, s->device, false);
        attach(s);
    }
    return 0;
}

static int iospace_invoke(struct invocation *inv)
{
    if (!cap_table_mapped(inv->cap))
        return seL4_IllegalOperation;
    switch (inv->label) {
    case X86IOSpaceSetNotification:
        return set_notification(inv, iospace_of(inv->cap));
    case X86IOSpaceGetFault:
        return get_fault(inv, iospace_of(inv->cap));
    default:
        return seL4_IllegalOperation;
    }
}

const struct cap_ops iospace_ops = {
    .name = "IOSpace",
    .derive = iospace_derive,
    .finalise = iospace_finalise,
    .drain = iospace_drain,
    .same_object = iospace_same,
    .invoke = iospace_invoke,
};
