/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMD-Vi. All units read the same device table. The entry of a blocked device leads to a table of
 * nothing, with no right to read or write, so that what it tries is refused and recorded.
 *
 * Rests on: AMD I/O Virtualization Technology specification (48882), sections 2.2.2 (device table),
 * 2.2.3 (page tables), 2.2.5 (interrupts), 2.4 (commands), 2.5 (events), 3.4 (registers).
 */
#include "cpu/devmap.h"
#include "cpu/lapic.h"
#include "cpu/memory.h"
#include "cpu/pci.h"
#include "cpu/print.h"
#include "cpu/pte.h"
#include "cpu/x86.h"
#include "iommu/driver.h"
#include "iommu/amdvi_registers.h"

struct pair {
    uint64_t lo, hi;
};

struct unit {
    volatile char *registers;
    uint16_t function;
    struct pair *commands;
    volatile struct pair *events;
    volatile uint64_t *waited; /* what a wait command has written */
    uint64_t wait_count;
    unsigned tail;
    unsigned next_event;
};

struct device {
    uint64_t word[4];
};

static struct unit units[IOMMU_UNITS_MAX];
static unsigned unit_count;
static struct device *devices;
static uint64_t *empty_table;
static struct remap_table {
    uint16_t device;
    uint16_t count; /* entries in use; 0: the table is free */
} remap_tables[REMAP_TABLES];
static uint32_t (*remap_entries)[REMAP_ENTRIES];
static bool running;

static uint64_t get(const struct unit *u, unsigned r)
{
    return mmio_get64(u->registers + r);
}

static void put(const struct unit *u, unsigned r, uint64_t value)
{
    mmio_put64(u->registers + r, value);
}

/* --- The ring of commands --- */

static void enqueue(struct unit *u, uint64_t lo, uint64_t hi)
{
    u->commands[u->tail] = (struct pair){lo, hi};
    u->tail = (u->tail + 1) % RING_ENTRIES;
}

/* Until all that was enqueued is done. A wait writes a number that no earlier one has written. */
static void finish(struct unit *u)
{
    uint64_t number = ++u->wait_count;
    enqueue(u, COMMAND_WAIT | WAIT_WRITE | virt_to_phys((const void *)u->waited), number);
    put(u, REG_COMMAND_TAIL, u->tail * sizeof(struct pair));
    for (unsigned i = 0; *u->waited != number; i++)
        iommu_wait(i);
}

static void flush_pages(unsigned domain, uint64_t pages)
{
    for (unsigned i = 0; i < unit_count && running; i++) {
        enqueue(&units[i], COMMAND_PAGES | PAGES_DOMAIN(domain), pages | PAGES_TABLES);
        finish(&units[i]);
    }
}

static void flush_domain(unsigned domain)
{
    flush_pages(domain, PAGES_ALL | PAGES_MANY);
}

/* The bits of the address from 12 up are ones, and then a zero, for more than one page. */
static void flush(unsigned domain, uint64_t address, unsigned size_bits)
{
    uint64_t many =
        size_bits == PAGE_BITS_4K ? 0 : (MASK(size_bits - 1) & ~MASK(PAGE_BITS_4K)) | PAGES_MANY;
    flush_pages(domain, address | many);
}

/* --- Entries --- */

/* The units ask the caches. */
static void written(const void *at, unsigned size)
{
    (void)at, (void)size;
    __asm__ volatile("" ::: "memory");
}

static void set_entry(struct device *d, unsigned domain, uint64_t root, bool quiet)
{
    volatile uint64_t *word = d->word;
    uint64_t rights = root == 0 ? 0 : DEVICE_READ | DEVICE_WRITE;
    /* Nothing can be reached while it changes. */
    word[0] = word[0] & ~(DEVICE_READ | DEVICE_WRITE);
    word[1] = domain | (quiet ? DEVICE_QUIET : 0);
    word[0] = (root ?: virt_to_phys(empty_table)) | rights | (uint64_t)LEVELS << DEVICE_LEVELS |
              DEVICE_TABLE | DEVICE_VALID;
}

static void flush_device(uint16_t device, unsigned domain)
{
    for (unsigned i = 0; i < unit_count && running; i++) {
        enqueue(&units[i], COMMAND_DEVICE | device, 0);
        enqueue(&units[i], COMMAND_PAGES | PAGES_DOMAIN(domain),
                PAGES_ALL | PAGES_MANY | PAGES_TABLES);
        finish(&units[i]);
    }
}

/* A unit may read the entry while it changes: it is without rights first, and that is flushed. */
static void attach(uint16_t device, unsigned domain, uint64_t root, bool quiet)
{
    struct device *d = &devices[device];
    unsigned old = d->word[1] & 0xffff;
    set_entry(d, old, 0, quiet);
    flush_device(device, old);
    set_entry(d, domain, root, quiet);
    flush_device(device, domain);
}

/* --- Interrupts --- */

static struct remap_table *table_of(uint16_t device)
{
    struct remap_table *free = NULL;
    for (unsigned i = 0; i < REMAP_TABLES; i++) {
        if (remap_tables[i].count > 0 && remap_tables[i].device == device)
            return &remap_tables[i];
        if (remap_tables[i].count == 0)
            free = &remap_tables[i];
    }
    kassert(free);
    return free;
}

/* A device's messages name the vector, which is the place in the device's own table. */
static void set_interrupt(unsigned number, const struct iommu_interrupt *interrupt, bool allowed)
{
    (void)number;
    struct remap_table *t = table_of(interrupt->sender);
    uint32_t *entries = remap_entries[t - remap_tables];
    volatile uint64_t *word = &devices[interrupt->sender].word[2];
    t->device = interrupt->sender;
    t->count = (uint16_t)(allowed ? t->count + 1 : t->count - 1);
    entries[interrupt->vector] =
        allowed ? REMAP_TO(interrupt->vector, interrupt->lapic_id) | REMAP_ON : 0;
    *word = DEVICE_INTERRUPTS |
            (t->count > 0 ? DEVICE_REMAP | DEVICE_TABLE_256 | virt_to_phys(entries) : 0);
    for (unsigned i = 0; i < unit_count; i++) {
        enqueue(&units[i], COMMAND_DEVICE | interrupt->sender, 0);
        enqueue(&units[i], COMMAND_INTERRUPTS | interrupt->sender, 0);
        finish(&units[i]);
    }
}

/* I/O APICs are the kernel's, and may raise anything; other devices nothing yet. */
static BOOT_CODE void prepare_remapping(const struct iommu_tables *tables, iommu_allocate allocate)
{
    remap_entries = allocate(REMAP_TABLES * sizeof(remap_entries[0]), PAGE_SIZE_4K);
    for (unsigned i = 0; i < DEVICE_COUNT; i++)
        devices[i].word[2] = DEVICE_INTERRUPTS;
    for (unsigned i = 0; i < tables->ioapic_count; i++)
        devices[tables->ioapics[i].sender].word[2] = 0;
}

/* --- Events --- */

/* An event is there as soon as it is not zero: the tail register may be early or late. */
static bool take_event(struct unit *u, struct pair *event)
{
    volatile struct pair *e = &u->events[u->next_event];
    *event = (struct pair){e->lo, e->hi};
    if (event->lo == 0)
        return false;
    e->lo = e->hi = 0;
    u->next_event = (u->next_event + 1) % RING_ENTRIES;
    put(u, REG_EVENT_HEAD, u->next_event * sizeof(struct pair));
    return true;
}

/* QEMU says of every fault that it is an interrupt, and puts the direction elsewhere. */
static void decode(const struct pair *event, struct iommu_fault *fault)
{
    bool in_window = (event->hi & ~MASK(20)) == 0xfee00000;
    bool of_qemu = event->lo & EVENT_INTERRUPT && !in_window;
    *fault = (struct iommu_fault){
        .address = event->hi,
        .device = (uint16_t)event->lo,
        .write = event->lo & (of_qemu ? EVENT_WRITE_OF_QEMU : EVENT_WRITE),
        .interrupt = event->lo & EVENT_INTERRUPT && in_window,
        .reason = (uint8_t)EVENT_CODE(event->lo),
    };
}

/* After an overflow nothing is recorded: begin again, 2.5.1. */
static void restart_events(struct unit *u)
{
    uint64_t control = get(u, REG_CONTROL);
    put(u, REG_CONTROL, control & ~CONTROL_EVENTS);
    for (unsigned i = 0; get(u, REG_STATUS) & STATUS_EVENTS; i++)
        iommu_wait(i);
    put(u, REG_STATUS, STATUS_OVERFLOW);
    put(u, REG_EVENTS, virt_to_phys((const void *)u->events) | RING_SIZE);
    put(u, REG_EVENT_HEAD, 0);
    put(u, REG_EVENT_TAIL, 0);
    u->next_event = 0;
    put(u, REG_CONTROL, control | CONTROL_EVENTS);
}

static bool take_fault(struct iommu_fault *fault)
{
    for (unsigned i = 0; i < unit_count; i++) {
        struct unit *u = &units[i];
        struct pair event;
        put(u, REG_STATUS, STATUS_EVENT_INT);
        while (take_event(u, &event)) {
            decode(&event, fault);
            unsigned code = EVENT_CODE(event.lo);
            if (code == EVENT_PAGE_FAULT || code == EVENT_BAD_DEVICE || code == EVENT_BAD_REQUEST)
                return true;
            kprintf("Caisson: IOMMU event 0x%lx 0x%lx\n", event.lo, event.hi);
        }
        if (get(u, REG_STATUS) & STATUS_OVERFLOW)
            restart_events(u);
    }
    return false;
}

static void hold_faults(bool hold)
{
    for (unsigned i = 0; i < unit_count; i++) {
        uint64_t control = get(&units[i], REG_CONTROL);
        put(&units[i], REG_CONTROL,
            hold ? control & ~CONTROL_EVENT_INT : control | CONTROL_EVENT_INT);
    }
}

static BOOT_CODE void route_faults(uint8_t vector, uint32_t lapic_id)
{
    for (unsigned i = 0; i < unit_count; i++)
        pci_send_messages(units[i].function, 0xfee00000 | (lapic_id & 0xff) << 12, vector);
    hold_faults(false);
}

/* --- Boot --- */

static BOOT_CODE bool prepare(const struct iommu_tables *tables, iommu_allocate allocate)
{
    running = false;
    iommu = (struct iommu){
        .levels = LEVELS,
        .page_sizes = 7,
        .domains = IOMMU_DOMAINS_MAX,
        .keeps_absent = true,
        /* The table names I/O APICs only if messages can be remapped. */
        .remaps = tables->ioapic_count > 0 && lapic_id() <= 0xff,
        .format = {.read = DEVICE_READ,
                   .write = DEVICE_WRITE,
                   .present = PTE_PRESENT,
                   .page = PTE_PRESENT | ENTRY_COHERENT,
                   .table = PTE_PRESENT | DEVICE_READ | DEVICE_WRITE,
                   .table_level = BIT(9)},
    };
    empty_table = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K);
    devices = allocate(DEVICE_COUNT * sizeof(struct device), PAGE_SIZE_4K);
    for (unsigned i = 0; i < DEVICE_COUNT; i++)
        set_entry(&devices[i], 0, 0, false);
    if (iommu.remaps)
        prepare_remapping(tables, allocate);
    for (unit_count = 0; unit_count < tables->unit_count; unit_count++) {
        struct unit *u = &units[unit_count];
        if (tables->units[unit_count].foreign) {
            kprintf("Caisson: an AMD-Vi unit of another PCI segment: devices are not held back\n");
            return false;
        }
        *u = (struct unit){
            .registers = devmap(tables->units[unit_count].registers, REGISTERS_SIZE),
            .function = tables->units[unit_count].function,
            .commands = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K),
            .events = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K),
            .waited = allocate(PAGE_SIZE_4K, PAGE_SIZE_4K),
        };
    }
    return true;
}

static BOOT_CODE void flush_everything(struct unit *u)
{
    if (get(u, REG_FEATURES) & FEATURE_FLUSH_ALL) {
        enqueue(u, COMMAND_ALL, 0);
        finish(u);
        return;
    }
    for (unsigned i = 0; i < DEVICE_COUNT; i++) {
        enqueue(u, COMMAND_DEVICE | i, 0);
        enqueue(u, COMMAND_INTERRUPTS | i, 0);
        enqueue(u, COMMAND_PAGES | PAGES_DOMAIN(i), PAGES_ALL | PAGES_MANY | PAGES_TABLES);
        finish(u);
    }
}

static BOOT_CODE void start(void)
{
    for (unsigned i = 0; i < unit_count; i++) {
        struct unit *u = &units[i];
        put(u, REG_CONTROL, get(u, REG_CONTROL) & ~(CONTROL_COMMANDS | CONTROL_EVENTS));
        put(u, REG_DEVICES,
            virt_to_phys(devices) | (DEVICE_COUNT * sizeof(struct device) / PAGE_SIZE_4K - 1));
        put(u, REG_COMMANDS, virt_to_phys(u->commands) | RING_SIZE);
        put(u, REG_COMMAND_HEAD, 0);
        put(u, REG_COMMAND_TAIL, 0);
        put(u, REG_EVENTS, virt_to_phys((const void *)u->events) | RING_SIZE);
        put(u, REG_EVENT_HEAD, 0);
        put(u, REG_EVENT_TAIL, 0);
        put(u, REG_EXCLUDED, 0);
        put(u, REG_CONTROL,
            get(u, REG_CONTROL) | CONTROL_COHERENT | CONTROL_COMMANDS | CONTROL_EVENTS |
                CONTROL_ON);
    }
    running = true;
    /* What the firmware may have left in the caches. */
    for (unsigned i = 0; i < unit_count; i++)
        flush_everything(&units[i]);
}

const struct iommu_driver amdvi_driver = {
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
};
