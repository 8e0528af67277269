/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intel VT-d, in legacy mode with queued invalidation. All units read the same root table, which
 * leads to a context table for each bus; a device without an entry in that is blocked. Units of
 * other PCI segments have a root table that leads nowhere.
 *
 * Rests on: Intel VT-d specification (D51397), sections 5.1 (interrupts), 6.5 (invalidation), 7
 * (faults), 9.1 to 9.3, 9.8 and 9.10 (entries), 10.4 (registers).
 */
#include "cpu/devmap.h"
#include "cpu/lapic.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include "cpu/pte.h"
#include "cpu/x86.h"
#include "iommu/driver.h"
#include "iommu/vtd_registers.h"

struct entry {
    uint64_t lo, hi;
};

struct unit {
    volatile char *registers;
    uint64_t capability;
    struct entry *queue;
    volatile uint32_t *waited; /* what a wait descriptor has written */
    uint32_t wait_count;
    unsigned tail;
    unsigned next_fault;
    bool foreign;
};

static struct unit units[IOMMU_UNITS_MAX];
static unsigned unit_count;
static struct entry *root_table, *empty_root_table;
static struct entry *contexts; /* 256 for each bus */
static struct entry *interrupts;
static bool coherent, write_buffer, running;
static uint8_t width; /* of addresses, as context entries say it */

static uint32_t get32(const struct unit *u, unsigned r)
{
    return mmio_get32(u->registers + r);
}

static void put32(const struct unit *u, unsigned r, uint32_t value)
{
    mmio_put32(u->registers + r, value);
}

static uint64_t get64(const struct unit *u, unsigned r)
{
    return mmio_get64(u->registers + r);
}

static void put64(const struct unit *u, unsigned r, uint64_t value)
{
    mmio_put64(u->registers + r, value);
}

static void command(const struct unit *u, uint64_t bit, bool on)
{
    uint32_t status = get32(u, REG_STATUS) & STATUS_LASTING;
    put32(u, REG_COMMAND, on ? status | (uint32_t)bit : status & ~(uint32_t)bit);
    for (unsigned i = 0; ((get32(u, REG_STATUS) & bit) != 0) != on; i++)
        iommu_wait(i);
}

/* The units may read memory past the processor's caches, or there is a buffer in between. */
static void written(const void *at, unsigned size)
{
    __asm__ volatile("" ::: "memory");
    for (unsigned i = 0; !coherent && i < size; i += 64)
        clflush((const char *)at + i);
    for (unsigned i = 0; i < unit_count && write_buffer && running; i++) {
        const struct unit *u = &units[i];
        put32(u, REG_COMMAND, (get32(u, REG_STATUS) & STATUS_LASTING) | (uint32_t)COMMAND_FLUSH);
        for (unsigned n = 0; get32(u, REG_STATUS) & COMMAND_FLUSH; n++)
            iommu_wait(n);
    }
}

/* --- The queue --- */

static void enqueue(struct unit *u, uint64_t lo, uint64_t hi)
{
    u->queue[u->tail] = (struct entry){lo, hi};
    written(&u->queue[u->tail], sizeof(u->queue[0]));
    u->tail = (u->tail + 1) % QUEUE_ENTRIES;
}

/* Until all that was enqueued is done. A wait writes a number that no earlier one has written. */
static void finish(struct unit *u)
{
    uint32_t number = ++u->wait_count;
    enqueue(u, FLUSH_WAIT | WAIT_WRITE | (uint64_t)number << WAIT_VALUE_SHIFT,
            virt_to_phys((const void *)u->waited));
    put32(u, REG_QUEUE_TAIL, u->tail * (uint32_t)sizeof(struct entry));
    for (unsigned i = 0; *u->waited != number; i++)
        iommu_wait(i);
}

static uint64_t pages_of(const struct unit *u, uint64_t granularity, unsigned domain)
{
    return FLUSH_PAGES | granularity | CAPABILITY_DRAIN(u->capability) << FLUSH_DRAIN_SHIFT |
           FLUSH_OF(domain);
}

static void flush_domain(unsigned domain)
{
    for (unsigned i = 0; i < unit_count && running; i++) {
        enqueue(&units[i], pages_of(&units[i], FLUSH_DOMAIN, domain), 0);
        finish(&units[i]);
    }
}

static void flush(unsigned domain, uint64_t address, unsigned size_bits)
{
    unsigned mask = size_bits - PAGE_BITS_4K;
    for (unsigned i = 0; i < unit_count && running; i++) {
        struct unit *u = &units[i];
        if (u->capability & CAPABILITY_PAGES && mask <= CAPABILITY_MASK_MAX(u->capability))
            enqueue(u, pages_of(u, FLUSH_ONE, domain), address | mask);
        else
            enqueue(u, pages_of(u, FLUSH_DOMAIN, domain), 0);
        finish(u);
    }
}

static void flush_device(uint16_t device, unsigned domain)
{
    for (unsigned i = 0; i < unit_count && running; i++) {
        struct unit *u = &units[i];
        enqueue(u, FLUSH_CONTEXT | FLUSH_ONE | FLUSH_OF(domain) | (uint64_t)device << 32, 0);
        enqueue(u, pages_of(u, FLUSH_DOMAIN, domain), 0);
        finish(u);
    }
}

/* --- Entries --- */

/* The entry is absent while it changes, and what is cached of it goes with its old domain. */
static void attach(uint16_t device, unsigned domain, uint64_t root, bool quiet)
{
    struct entry *e = &contexts[device];
    unsigned old = e->hi >> 8 & 0xffff;
    uint64_t absent = quiet ? CONTEXT_QUIET : 0;
    e->lo = absent;
    written(&e->lo, sizeof(e->lo));
    flush_device(device, old);
    if (root == 0)
        return;
    e->hi = CONTEXT_DOMAIN(domain) | width;
    written(&e->hi, sizeof(e->hi));
    e->lo = root | absent | CONTEXT_PRESENT;
    written(&e->lo, sizeof(e->lo));
    if (iommu.keeps_absent)
        flush_device(device, 0);
}

/* --- Interrupts --- */

/* Absent first: the unit may read it while it changes. */
static void set_interrupt(unsigned number, const struct iommu_interrupt *interrupt, bool allowed)
{
    struct entry *e = &interrupts[number];
    *(volatile uint64_t *)&e->lo = 0;
    if (allowed) {
        e->hi = interrupt->anybody ? 0 : interrupt->sender | REMAP_CHECK_SENDER;
        __asm__ volatile("" ::: "memory");
        e->lo = REMAP_PRESENT | (interrupt->level ? REMAP_LEVEL : 0) |
                REMAP_VECTOR(interrupt->vector) |
                (lapic_is_x2apic() ? REMAP_X2APIC(interrupt->lapic_id)
                                   : REMAP_XAPIC(interrupt->lapic_id));
    }
    written(e, sizeof(*e));
    for (unsigned i = 0; i < unit_count; i++) {
        enqueue(&units[i], FLUSH_INTERRUPTS | FLUSH_ALL | (uint64_t)number << 32, 0);
        finish(&units[i]);
    }
}

/* --- Faults --- */

static bool take_fault_of(struct unit *u, struct iommu_fault *fault)
{
    unsigned count = CAPABILITY_FAULT_MAX(u->capability);
    for (unsigned i = 0; i < count; i++) {
        unsigned at = CAPABILITY_FAULTS(u->capability) + u->next_fault * 16;
        uint64_t hi = get64(u, at + 8);
        if (hi & FAULT_PENDING) {
            unsigned reason = FAULT_REASON(hi);
            *fault = (struct iommu_fault){
                .address = get64(u, at) & PTE_ADDRESS,
                .device = (uint16_t)hi,
                .write = !(hi & FAULT_READ),
                .interrupt = reason - REASON_INTERRUPT < REASON_INTERRUPTS,
                .reason = (uint8_t)reason,
            };
            put32(u, at + 12, FAULT_PENDING >> 32);
            return true;
        }
        u->next_fault = (u->next_fault + 1) % count;
    }
    put32(u, REG_FAULT_STATUS, FAULT_STATUS_ERRORS);
    return false;
}

static bool take_fault(struct iommu_fault *fault)
{
    for (unsigned i = 0; i < unit_count; i++)
        if (take_fault_of(&units[i], fault))
            return true;
    return false;
}

static void hold_faults(bool hold)
{
    for (unsigned i = 0; i < unit_count; i++)
        put32(&units[i], REG_FAULT_CONTROL, hold ? (uint32_t)FAULT_HOLD : 0);
}

static BOOT_CODE void route_faults(uint8_t vector, uint32_t lapic_id)
{
    for (unsigned i = 0; i < unit_count; i++) {
        put32(&units[i], REG_FAULT_DATA, vector);
        put32(&units[i], REG_FAULT_ADDRESS, 0xfee00000 | (lapic_id & 0xff) << 12);
        put32(&units[i], REG_FAULT_ADDRESS_HIGH, lapic_id & ~0xffu);
    }
    hold_faults(false);
}

/* --- Boot --- */

static BOOT_CODE void map_registers(struct unit *u, uint64_t at)
{
    u->registers = devmap(at, PAGE_SIZE_4K);
    u->capability = get64(u, REG_CAPABILITY);
    unsigned end =
        (unsigned)(CAPABILITY_FAULTS(u->capability) + CAPABILITY_FAULT_MAX(u->capability) * 16);
    if (end > PAGE_SIZE_4K)
        u->registers = devmap(at, end);
}

/* The least of what each unit can do. False: not enough. */
static BOOT_CODE bool take_in(struct unit *u, uint8_t *widths)
{
    uint64_t c = u->capability, extended = get64(u, REG_EXTENDED);
    if (!(extended & EXTENDED_QUEUE))
        return false;
    iommu.remaps = iommu.remaps && extended & EXTENDED_INTERRUPTS &&
                   (extended & EXTENDED_X2APIC || !lapic_is_x2apic());
    *widths &= CAPABILITY_WIDTHS(c);
    iommu.page_sizes &= (uint8_t)(1 | CAPABILITY_LARGE(c) << 1);
    iommu.domains = (uint16_t)MIN((unsigned)iommu.domains, 16u << 2 * CAPABILITY_DOMAINS(c));
    iommu.keeps_absent |= (c & CAPABILITY_KEEPS_ABSENT) != 0;
    coherent = coherent && extended & EXTENDED_COHERENT;
    write_buffer |= (c & CAPABILITY_WRITE_BUFFER) != 0;
    return *widths & 6;
}

static BOOT_CODE void make_tables(iommu_allocate allocate)
{
    root_table = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K);
    empty_root_table = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K);
    contexts = allocate(256 * PAGE_SIZE_4K, PAGE_SIZE_4K);
    interrupts = allocate(IOMMU_INTERRUPTS * sizeof(struct entry), PAGE_SIZE_4K);
    written(interrupts, IOMMU_INTERRUPTS * sizeof(struct entry));
    written(empty_root_table, PAGE_SIZE_4K);
    written(contexts, 256 * PAGE_SIZE_4K);
    for (unsigned bus = 0; bus < 256; bus++)
        root_table[bus].lo = (virt_to_phys(contexts) + bus * PAGE_SIZE_4K) | 1;
    written(root_table, PAGE_SIZE_4K);
}

static BOOT_CODE void start_queue(struct unit *u, iommu_allocate allocate)
{
    if (get32(u, REG_STATUS) & COMMAND_INTERRUPTS)
        command(u, COMMAND_INTERRUPTS, false);
    if (get32(u, REG_STATUS) & COMMAND_QUEUE)
        command(u, COMMAND_QUEUE, false);
    u->queue = allocate(2 * PAGE_SIZE_4K, PAGE_SIZE_4K);
    u->waited = (volatile uint32_t *)((char *)u->queue + PAGE_SIZE_4K);
    put64(u, REG_QUEUE_TAIL, 0);
    put64(u, REG_QUEUE_ADDRESS, virt_to_phys(u->queue));
    command(u, COMMAND_QUEUE, true);
}

static BOOT_CODE bool prepare(const struct iommu_tables *tables, iommu_allocate allocate)
{
    uint8_t widths = 0xff;
    coherent = true;
    write_buffer = running = false;
    iommu = (struct iommu){
        .page_sizes = 7,
        .domains = IOMMU_DOMAINS_MAX,
        .remaps = tables->remaps_interrupts,
        .format = {.read = 1, .write = 2, .present = 3, .table = 3},
    };
    for (unit_count = 0; unit_count < tables->unit_count; unit_count++) {
        struct unit *u = &units[unit_count];
        *u = (struct unit){.foreign = tables->units[unit_count].foreign};
        map_registers(u, tables->units[unit_count].registers);
        if (!take_in(u, &widths)) {
            kprintf("Caisson: the VT-d unit at 0x%lx lacks queued invalidation, or tables of 3 or "
                    "4 levels: devices are not held back\n",
                    tables->units[unit_count].registers);
            return false;
        }
    }
    iommu.remaps_lines = iommu.remaps;
    iommu.levels = widths & 2 ? 3 : 4;
    width = (uint8_t)(iommu.levels - 2);
    make_tables(allocate);
    for (unsigned i = 0; i < unit_count; i++)
        start_queue(&units[i], allocate);
    return true;
}

static BOOT_CODE void start_remapping(struct unit *u)
{
    put64(u, REG_INTERRUPTS,
          virt_to_phys(interrupts) | TABLE_SIZE_256 | (lapic_is_x2apic() ? TABLE_X2APIC : 0));
    command(u, COMMAND_INTERRUPT_TABLE, true);
    enqueue(u, FLUSH_INTERRUPTS, 0);
    finish(u);
    if (get32(u, REG_STATUS) & COMMAND_COMPATIBLE)
        command(u, COMMAND_COMPATIBLE, false);
    command(u, COMMAND_INTERRUPTS, true);
}

static BOOT_CODE void start(void)
{
    for (unsigned i = 0; i < unit_count; i++) {
        struct unit *u = &units[i];
        put64(u, REG_ROOT, virt_to_phys(u->foreign ? empty_root_table : root_table));
        command(u, COMMAND_ROOT, true);
        enqueue(u, FLUSH_CONTEXT | FLUSH_ALL, 0);
        enqueue(u, pages_of(u, FLUSH_ALL, 0), 0);
        finish(u);
        command(u, COMMAND_TRANSLATE, true);
        if (iommu.remaps)
            start_remapping(u);
        if (u->capability & CAPABILITY_PROTECTED) {
            put32(u, REG_PROTECTED, get32(u, REG_PROTECTED) & ~(uint32_t)PROTECTED_ON);
            for (unsigned n = 0; get32(u, REG_PROTECTED) & PROTECTED_STATUS; n++)
                iommu_wait(n);
        }
    }
    running = true;
}

const struct iommu_driver vtd_driver = {
    .prepare = prepare,
    .start = start,
    .route_faults = route_faults,
    .attach = attach,
    .written = written,
    .flush = flush,
    .flush_domain = flush_domain,
    .take_fault = take_fault,
    .hold_faults = hold_faults,
    .set_interrupt = set_interrupt,
    .numbered_messages = true,
};
