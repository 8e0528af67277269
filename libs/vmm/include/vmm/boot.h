/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts a Linux kernel, its command line and its initial RAM disk into guest memory and says how the
 * CPU starts. Takes an ELF vmlinux (32 and 64 bits) or a bzImage.
 * Rests on: Linux's Documentation/arch/x86/{boot,zero-page}.rst; the ELF specification.
 */
#pragma once

#include <vmm/vmm.h>

/* Guest-physical layout of what the monitor puts into low memory. */
#define BOOT_GDT          0x1000ull
#define BOOT_PARAMS       0x2000ull
#define BOOT_CMDLINE      0x3000ull
#define BOOT_CMDLINE_MAX  0x1000ull
#define BOOT_PAGE_TABLES  0x4000ull /* PML4, PDPT, four PDs: identity for 4 GiB */
#define BOOT_LOW_RAM_END  0x9fc00ull
#define BOOT_ACPI_TABLES  0xe0000ull
#define BOOT_ACPI_RSDP    0xf0000ull
#define BOOT_RESET_VECTOR 0xffff0ull /* 16 bytes */
#define BOOT_BIOS_END     0x100000ull

/* What a guest that has too little RAM, or none, is advised to be given. */
#define BOOT_RAM_ADVISED_MB 64

/* RAM beyond this moves above 4 GiB, leaving room for devices. */
#define BOOT_LOW_RAM_MAX    0xc0000000ull
#define BOOT_PCI_WINDOW_END 0xfec00000ull

struct boot_state {
    uint64_t entry; /* guest-physical, paging off or identity mapped */
    bool long_mode;
    uint64_t kernel_start, kernel_end;
    uint64_t initrd_max;  /* highest address an initrd may occupy */
    uint8_t header[0x80]; /* setup header from 0x1f1 on */
    unsigned header_size;
};

/* Everything: returns 0, or a negative errno after logging what is wrong and what to do. */
int boot_linux(vmm_t *vmm, struct boot_state *boot);

/* Pieces, for tests. */
int boot_load_elf(vmm_t *vmm, struct vmm_file *file, struct boot_state *boot);
int boot_load_bzimage(vmm_t *vmm, struct vmm_file *file, struct boot_state *boot);
bool boot_is_elf(const uint8_t *first, uint64_t size);
bool boot_is_bzimage(const uint8_t *first, uint64_t size);

/* Write the CPU's start state for `boot` through the backend. */
int boot_set_cpu(vmm_vcpu_t *vcpu, const struct boot_state *boot);

/* ACPI tables into guest memory; acpi_tables.c. */
int acpi_build_tables(const struct guest_memory *memory, const struct pci *pci);
