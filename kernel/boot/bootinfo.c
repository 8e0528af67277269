/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extra records after the boot information page: each a seL4_BootInfoHeader and what it
 * announces. VBE and memory-map records have their header inside of their published layout.
 */
#include "bootinfo.h"
#include "acpi.h"
#include "handover.h"
#include "cpu/memory.h"
#include "cpu/tsc.h"
#include <base/bits.h>
#include <base/string.h>

#include <sel4/bootinfo_types.h>

/* Collects records; with a NULL cursor it only measures. */
struct writer {
    char *at;
    size_t size;
};

static BOOT_CODE void put(struct writer *w, const void *data, size_t size)
{
    if (w->at)
        memcpy(w->at + w->size, data, size);
    w->size += size;
}

static BOOT_CODE void put_record(struct writer *w, seL4_Word id, const void *data, size_t size)
{
    seL4_BootInfoHeader header = {.id = id, .len = sizeof(header) + size};
    put(w, &header, sizeof(header));
    put(w, data, size);
}

/* ACPI tables from which programs learn of PCI; as much of each as a page holds with its header. */
static BOOT_CODE void put_tables(struct writer *w, const struct acpi_rsdp *rsdp)
{
    static const struct {
        char name[5];
        seL4_Word id;
    } tables[] = {
        {"MCFG", CAISSON_BOOTINFO_ACPI_MCFG},
        {"DMAR", CAISSON_BOOTINFO_ACPI_DMAR},
        {"IVRS", CAISSON_BOOTINFO_ACPI_IVRS},
    };
    for (unsigned i = 0; rsdp && i < ARRAY_SIZE(tables); i++) {
        size_t size;
        const void *table = acpi_find_table(rsdp, tables[i].name, &size);
        if (table)
            put_record(w, tables[i].id, table,
                       MIN(size, PAGE_SIZE_4K - sizeof(seL4_BootInfoHeader)));
    }
}

static BOOT_CODE size_t write_records(char *at, const struct acpi_rsdp *rsdp)
{
    struct writer w = {at, 0};
    if (handover.has_vbe)
        put_record(&w, SEL4_BOOTINFO_HEADER_X86_VBE,
                   (const char *)&handover.vbe + sizeof(seL4_BootInfoHeader),
                   sizeof(handover.vbe) - sizeof(seL4_BootInfoHeader));
    put_record(&w, SEL4_BOOTINFO_HEADER_X86_MBMMAP,
               (const char *)&handover.mmap + sizeof(seL4_BootInfoHeader),
               sizeof(handover.mmap) - sizeof(seL4_BootInfoHeader));
    if (rsdp)
        put_record(&w, SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP, rsdp, sizeof(*rsdp));
    if (handover.has_framebuffer)
        put_record(&w, SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER, &handover.framebuffer,
                   sizeof(handover.framebuffer));
    seL4_X86_BootInfo_TSC tsc = {.mhz = (uint32_t)((tsc_hz + 500000) / 1000000), .hz = tsc_hz};
    put_record(&w, SEL4_BOOTINFO_HEADER_X86_TSC_FREQ, &tsc, sizeof(tsc));
    put_tables(&w, rsdp);
    return w.size;
}

BOOT_CODE size_t bootinfo_extra_size(const struct acpi_rsdp *rsdp)
{
    return write_records(NULL, rsdp);
}

BOOT_CODE void bootinfo_write_extra(char *at, const struct acpi_rsdp *rsdp)
{
    write_records(at, rsdp);
}
