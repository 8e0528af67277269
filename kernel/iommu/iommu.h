/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's I/O memory management units, all of one kind, as one: what a device's accesses to
 * memory are translated by, and whether its interrupts arrive. From iommu_start() on, a device
 * reaches nothing but what it was attached to.
 *
 * Translations have the form of page tables of 512 entries; those of a domain are told apart from
 * others' by its number in the units' caches. Everything that takes something away is in force when
 * the function returns.
 */
#pragma once

#include "iommu/tables.h"

/* Domain numbers: 0 is for blocked devices, 1 for what the firmware's own uses need. */
#define IOMMU_DOMAIN_FIRST 2
#define IOMMU_DOMAINS_MAX  256

/* How entries of translation tables look, beside the address and PTE_LARGE. */
struct iommu_format {
    uint64_t read, write;
    uint64_t present;     /* an entry with any of these bits is in use */
    uint64_t page;        /* what every page's entry says */
    uint64_t table;       /* what an entry that leads to a table says, */
    uint64_t table_level; /* and this much more for each level of that table */
};

/* What this machine's units can do; `levels` 0: there are none that can be used. */
struct iommu {
    uint8_t levels;     /* of translation tables */
    uint8_t page_sizes; /* bit n: pages of 4 KiB << 9n */
    uint16_t domains;   /* numbers below this may be used */
    bool keeps_absent;  /* caches know of absent entries, too */
    bool remaps;        /* messages (MSI) arrive only if they are allowed, */
    bool remaps_lines;  /* and so do those of I/O APICs */
    struct iommu_format format;
};

extern struct iommu iommu;

/* An access that was refused. */
struct iommu_fault {
    uint64_t address;
    uint16_t device;
    bool write;
    bool interrupt; /* a message that may not be sent */
    uint8_t reason; /* the unit's own number */
};

/* An interrupt that a device, or an I/O APIC, may raise. */
struct iommu_interrupt {
    uint32_t lapic_id;
    uint16_t sender;
    uint8_t vector;
    bool anybody; /* the sender is not known */
    bool level;
};

/* --- Boot --- */

/* Zeroed memory of the kernel's, page-aligned. */
typedef void *(*iommu_allocate)(uint64_t size, uint64_t align);

/*
 * Blocks all devices, but for the regions that the tables say some need, and starts all units.
 * False: they cannot be used; it has been said why.
 */
bool iommu_start(const struct iommu_tables *tables, iommu_allocate allocate);
/* Faults raise this vector at the core with this local APIC. */
void iommu_route_faults(uint8_t vector, uint32_t lapic_id);

/* --- After boot --- */

/* The firmware's own uses of this device need memory. */
bool iommu_is_reserved(uint16_t device);

/*
 * `root`: physical address of the domain's top-level table; 0: none, the device is blocked, or has
 * its reserved regions. `quiet`: its faults are not recorded.
 */
void iommu_attach(uint16_t device, unsigned domain, uint64_t root, bool quiet);
/* The units see what was written there: an entry, or a table. */
void iommu_written(const void *at, unsigned size);
/* 2^size_bits bytes, naturally aligned; or all of the domain. */
void iommu_flush(unsigned domain, uint64_t address, unsigned size_bits);
void iommu_flush_domain(unsigned domain);

/* Interrupts by number; below this. */
#define IOMMU_INTERRUPTS 256
void iommu_allow(unsigned number, const struct iommu_interrupt *interrupt);
/* No more; as it was allowed. */
void iommu_forbid(unsigned number, const struct iommu_interrupt *interrupt);
/* What the sender of such a message has to write, and where. */
void iommu_message(unsigned number, const struct iommu_interrupt *interrupt, uint64_t *address,
                   uint32_t *data);
/* What this I/O APIC's messages name as their sender; false: it is not known. */
bool iommu_sender_of_ioapic(uint8_t id, uint16_t *sender);

/* Takes a fault off the units' records; false: there is none. */
bool iommu_take_fault(struct iommu_fault *fault);
/* Whether faults raise an interrupt; they are recorded in any case. */
void iommu_hold_faults(bool hold);
