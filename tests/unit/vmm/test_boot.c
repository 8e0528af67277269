/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading kernels: right ones of each kind land where they should, wrong ones are refused with a
 * message that names attribute and remedy, ACPI tables add up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "bytes.h"
#include "fake_backend.h"
#include "kernels.h"

#include <vmm/boot.h>

static vmm_t *vmm;
static uint8_t *ram;
static char logged[4096];

struct test_file {
    const char *name;
    uint8_t *bytes;
    uint64_t size;
};

static struct test_file files[4];

static uint64_t fake_tsc(void)
{
    return 1000000;
}

static int64_t fake_time(vmm_t *machine)
{
    (void)machine;
    return 0;
}

static void fake_log(vmm_t *machine, const char *line)
{
    (void)machine;
    strncat(logged, line, sizeof(logged) - strlen(logged) - 2);
    strcat(logged, "\n");
}

static void no_console(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    (void)text;
    (void)size;
}

static int64_t file_read(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size)
{
    const struct test_file *f = &files[file->handle];

    if (offset >= f->size)
        return 0;
    size = size < f->size - offset ? size : f->size - offset;
    memcpy(buffer, f->bytes + offset, size);
    return (int64_t)size;
}

static void file_close(struct vmm_file *file)
{
    (void)file;
}

static int file_open(vmm_t *machine, const char *name, struct vmm_file *file)
{
    (void)machine;
    for (intptr_t i = 0; i < 4; i++) {
        if (files[i].name && strcmp(files[i].name, name) == 0) {
            *file = (struct vmm_file){(int64_t)files[i].size, file_read, file_close, i};
            return 0;
        }
    }
    return -ENOENT;
}

static const char *file_name(vmm_t *machine, unsigned index)
{
    (void)machine;
    return index < 4 ? files[index].name : NULL;
}

static void make_machine(uint64_t bytes, const char *kernel, const char *initrd)
{
    const struct vmm_config config = {"vm7", "console=ttyS0", kernel, "", initrd};
    const struct vmm_platform platform = {.tsc = fake_tsc,
                                          .tsc_hz = 1000000000,
                                          .unix_time = fake_time,
                                          .log = fake_log,
                                          .console_write = no_console,
                                          .open = file_open,
                                          .file_name = file_name};
    struct guest_memory memory = {.low = bytes};

    free(ram);
    ram = calloc(1, bytes);
    memory.low_base = ram;
    assert_int_equal(vmm_init(vmm, &config, &platform, &memory), 0);
    logged[0] = 0;
}

static int set_up(void **state)
{
    (void)state;
    fake_reset();
    vmm = calloc(1, sizeof(*vmm));
    memset(files, 0, sizeof(files));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        free(files[i].bytes);
    free(ram);
    ram = NULL;
    free(vmm);
    return 0;
}

static void put(uint8_t *at, uint64_t value, unsigned size)
{
    memcpy(at, &value, size);
}

static uint64_t get(const uint8_t *at, unsigned size)
{
    uint64_t value = 0;

    memcpy(&value, at, size);
    return value;
}

static uint8_t *add_file(unsigned index, const char *name, uint64_t size)
{
    files[index] = (struct test_file){name, calloc(1, size), size};
    return files[index].bytes;
}

/* A 64-bit ELF with one segment of 0x1000 bytes, 0x3000 in memory, at `paddr`. */
static void add_elf64(unsigned index, const char *name, uint64_t paddr)
{
    kernel_elf64(add_file(index, name, KERNEL_ELF_BYTES), paddr);
}

static void add_elf32(unsigned index, const char *name, uint32_t paddr)
{
    kernel_elf32(add_file(index, name, KERNEL_ELF_BYTES), paddr);
}

static uint8_t *add_bzimage(unsigned index, const char *name, bool wide)
{
    uint8_t *file = add_file(index, name, KERNEL_BZIMAGE_BYTES);

    kernel_bzimage(file, wide);
    return file;
}

static void expect_complaint(const char *kernel_or_initrd, const char *part)
{
    if (!strstr(logged, kernel_or_initrd) || !strstr(logged, part) ||
        strncmp(logged, "vm7: ", 5) != 0) {
        printf("logged: %s\n", logged);
        fail();
    }
}

static void elf_of_64_bits(void **state)
{
    struct boot_state boot;

    (void)state;
    add_elf64(0, "vmlinux", 0x1000000);
    make_machine(MIB(64), "vmlinux", NULL);
    memset(ram + 0x1000000, 0xee, 0x4000); /* as after a reboot */
    assert_int_equal(boot_linux(vmm, &boot), 0);
    assert_true(boot.long_mode);
    assert_int_equal(boot.entry, 0x1000010);
    assert_int_equal(ram[0x1000000], 0xab);
    assert_int_equal(ram[0x1001000], 0); /* .bss is cleared */
    assert_int_equal(ram[0x1003000], 0xee);
    assert_int_equal(boot_set_cpu(&vmm->vcpu, &boot), 0);
    assert_int_equal(vmm->vcpu.run->rip, 0x1000010);
    assert_int_equal(vmm->vcpu.run->reg[seL4_VCPUReg_RSI], BOOT_PARAMS);
    assert_int_equal(fake.state[seL4_VCPUState_EFER], 0x500);
    assert_true(fake.state[seL4_VCPUState_CR0] & 1u << 31);
    /* Identity: 3 GiB + 5 MiB maps to itself. */
    assert_int_equal(get(ram + BOOT_PAGE_TABLES + 0x5000 + 2 * 8, 8), 0xc0400083);
}

static void elf_of_32_bits(void **state)
{
    struct boot_state boot;

    (void)state;
    add_elf32(0, "vmlinux", 0x1000000);
    make_machine(MIB(64), "vmlinux", NULL);
    assert_int_equal(boot_linux(vmm, &boot), 0);
    assert_false(boot.long_mode);
    assert_int_equal(boot.entry, 0x1000020); /* translated */
    assert_int_equal(boot_set_cpu(&vmm->vcpu, &boot), 0);
    assert_int_equal(fake.state[seL4_VCPUState_CR0] & 0x80000001, 1);
    assert_int_equal(fake.state[seL4_VCPUState_EFER], 0);
}

static void bzimage_goes_where_it_likes(void **state)
{
    struct boot_state boot;

    (void)state;
    add_bzimage(0, "bz", true);
    make_machine(MIB(64), "bz", NULL);
    assert_int_equal(boot_linux(vmm, &boot), 0);
    assert_int_equal(boot.entry, 0x1000200);
    assert_true(boot.long_mode);
    assert_int_equal(ram[0x1000000], 0xcd);
    assert_int_equal(get(ram + BOOT_PARAMS + 0x202, 4), 0x53726448);
    assert_int_equal(get(ram + BOOT_PARAMS + 0x214, 4), 0x1000000);
    /* In a small machine a relocatable kernel moves down; a 32-bit one starts at its first byte. */
    free(files[0].bytes);
    add_bzimage(0, "bz", false);
    make_machine(MIB(16), "bz", NULL);
    assert_int_equal(boot_linux(vmm, &boot), 0);
    assert_int_equal(boot.entry, 0x200000);
    assert_false(boot.long_mode);
}

static void parameters(void **state)
{
    struct boot_state boot;
    const uint8_t *params;
    unsigned count;
    uint64_t usable = 0;

    (void)state;
    add_elf64(0, "vmlinux", 0x1000000);
    memset(add_file(1, "rootfs", 5000), 0x77, 5000);
    make_machine(MIB(64), "vmlinux", "rootfs");
    assert_int_equal(boot_linux(vmm, &boot), 0);
    params = ram + BOOT_PARAMS;
    assert_string_equal((char *)ram + get(params + 0x228, 4), "console=ttyS0");
    assert_int_equal(get(params + 0x21c, 4), 5000);
    assert_int_equal(get(params + 0x218, 4), MIB(64) - 8192);
    assert_int_equal(ram[MIB(64) - 8192], 0x77);
    assert_int_equal(params[0x210], 0xff);
    assert_int_equal(get(params + 0x70, 8), BOOT_ACPI_RSDP);
    count = params[0x1e8];
    assert_in_range(count, 5, 10);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *entry = params + 0x2d0 + 20 * i;

        usable += get(entry + 16, 4) == 1 ? get(entry + 8, 8) : 0;
        /* In order and without overlaps. */
        assert_true(i == 0 || get(entry, 8) >= get(entry - 20, 8) + get(entry - 12, 8));
    }
    assert_int_equal(usable, MIB(63) + BOOT_LOW_RAM_END);
}

static void wrong_kernels(void **state)
{
    struct boot_state boot;

    (void)state;
    memset(add_file(0, "text", 5000), 'x', 5000);
    add_elf64(1, "vmlinux", 0x1000000);
    make_machine(MIB(64), "kernel", NULL);
    assert_int_equal(boot_linux(vmm, &boot), -ENOENT);
    expect_complaint("kernel_image = \"kernel\"", "it has: text, vmlinux");
    make_machine(MIB(64), "", NULL);
    assert_true(boot_linux(vmm, &boot) < 0);
    expect_complaint("kernel_image", "not set");
    make_machine(MIB(64), "text", NULL);
    assert_int_equal(boot_linux(vmm, &boot), -ENOEXEC);
    expect_complaint("kernel_image = \"text\"", "neither");
    make_machine(MIB(16), "vmlinux", NULL);
    assert_int_equal(boot_linux(vmm, &boot), -ENOSPC);
    expect_complaint("kernel_image = \"vmlinux\"", "raise guest_ram_mb");
    make_machine(MIB(64), "vmlinux", "initrd");
    assert_int_equal(boot_linux(vmm, &boot), -ENOENT);
    expect_complaint("initrd_image = \"initrd\"", "no file of this name");
    /* A program for this machine is an ELF, too. */
    put(files[1].bytes + 64 + 24, 0x1000, 8);
    make_machine(MIB(64), "vmlinux", NULL);
    assert_true(boot_linux(vmm, &boot) < 0);
    expect_complaint("kernel_image", "not a kernel");
    /* ARM. */
    put(files[1].bytes + 18, 183, 2);
    make_machine(MIB(64), "vmlinux", NULL);
    assert_int_equal(boot_linux(vmm, &boot), -ENOEXEC);
    expect_complaint("kernel_image", "x86");
}

static void too_large_initrd(void **state)
{
    struct boot_state boot;

    (void)state;
    add_elf64(0, "vmlinux", 0x1000000);
    add_file(1, "big", MIB(50));
    make_machine(MIB(64), "vmlinux", "big");
    assert_int_equal(boot_linux(vmm, &boot), -ENOSPC);
    expect_complaint("initrd_image = \"big\"", "raise guest_ram_mb");
}

static void long_command_line(void **state)
{
    static char text[3000];
    struct boot_state boot;

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    add_elf64(0, "vmlinux", 0x1000000);
    make_machine(MIB(64), "vmlinux", NULL);
    vmm->config.kernel_cmdline = text;
    assert_int_equal(boot_linux(vmm, &boot), -E2BIG);
    expect_complaint("kernel_cmdline", "at most 2047");
}

/* Damaged anywhere, a kernel is loaded or refused; it never writes outside the guest. */
static void damaged_kernels(void **state)
{
    uint64_t seed = 99;

    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        struct boot_state boot;
        uint64_t headers = i & 1 ? 0x78 : 0x280;

        if (i & 1)
            add_elf64(0, "k", 0x1000000);
        else
            add_bzimage(0, "k", i & 2);
        for (unsigned flips = 0; flips < 3; flips++) {
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            files[0].bytes[(i & 1 ? 4 : 0x1f1) + (seed >> 33) % (headers - (i & 1 ? 4 : 0x1f1))] ^=
                (uint8_t)(seed >> 20);
        }
        if (i % 500 < 2)
            make_machine(MIB(32), "k", NULL);
        logged[0] = 0;
        if (boot_linux(vmm, &boot))
            assert_true(logged[0]);
        free(files[0].bytes);
        files[0].bytes = NULL;
    }
}

/* --- ACPI --- */

static uint8_t sum(const uint8_t *bytes, uint64_t size)
{
    uint8_t total = 0;

    while (size--)
        total += *bytes++;
    return total;
}

static const uint8_t *table(uint64_t address, const char *signature)
{
    assert_memory_equal(ram + address, signature, 4);
    assert_int_equal(sum(ram + address, get(ram + address + 4, 4)), 0);
    return ram + address;
}

static void acpi_tables(void **state)
{
    const uint8_t *rsdp, *xsdt, *fadt, *madt, *dsdt;

    (void)state;
    make_machine(MIB(64), "x", NULL);
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    rsdp = ram + BOOT_ACPI_RSDP;
    assert_memory_equal(rsdp, "RSD PTR ", 8);
    assert_int_equal(sum(rsdp, 20), 0);
    assert_int_equal(sum(rsdp, 36), 0);
    xsdt = table(get(rsdp + 24, 8), "XSDT");
    fadt = table(get(xsdt + 36, 8), "FACP");
    madt = table(get(xsdt + 44, 8), "APIC");
    assert_int_equal(get(fadt + 4, 4), 244);
    assert_int_equal(get(fadt + 140, 8), get(fadt + 40, 4));
    dsdt = table(get(fadt + 40, 4), "DSDT");
    assert_int_equal(get(fadt + 36, 4) % 64, 0);
    assert_memory_equal(ram + get(fadt + 36, 4), "FACS", 4);
    assert_int_equal(get(fadt + 64, 4), 0x604);
    assert_int_equal(get(fadt + 76, 4), 0x608);
    assert_int_equal(fadt[109] & 8, 0);          /* messages are not forbidden */
    assert_int_equal(fadt[128], 6);              /* reset value */
    assert_int_equal(get(fadt + 120, 8), 0xcf9); /* reset register's address */
    assert_int_equal(get(madt + 36, 4), 0xfee00000);
    assert_memory_equal(dsdt + 36, "\x08_S5_\x12", 6);
}

static bool find(const uint8_t *part, size_t size)
{
    for (uint64_t at = BOOT_ACPI_TABLES; at + size <= BOOT_ACPI_RSDP; at++)
        if (memcmp(ram + at, part, size) == 0)
            return true;
    return false;
}

/* Memory above RAM is in the list of what there is for devices if some is there. */
static void acpi_offers_high_memory(void **state)
{
    static const uint8_t range[] = {0x8a, 43, 0, 0, 0x0c, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static struct pci_function function;
    const struct pci_bar bar = {.size = GIB(2), .wide = true};

    (void)state;
    make_machine(MIB(64), "x", NULL);
    memset(&function, 0, sizeof(function));
    assert_int_equal(pci_set_bar(&function, 0, &bar), 0);
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    assert_false(find(range, sizeof(range)));
    assert_int_equal(pci_add(&vmm->pci, 3, &function), 0);
    pci_place(&vmm->pci);
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    assert_true(find(range, sizeof(range)));
}

/* Two places that must agree, and neither without functions that need it. */
static void acpi_offers_extended_space(void **state)
{
    static const uint8_t allocation[] = {0, 0, 0xd0, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t mainboard[] = {0x86, 9, 0, 1, 0, 0, 0xd0, 0xfe, 0, 0, 0x10, 0};
    const uint8_t *xsdt;

    (void)state;
    make_machine(MIB(64), "x", NULL);
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    assert_false(find(mainboard, sizeof(mainboard)));
    assert_int_equal(pci_extend(&vmm->pci, &vmm->mmio), 0);
    assert_int_equal(pci_extend(&vmm->pci, &vmm->mmio), 0);
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    assert_true(find(mainboard, sizeof(mainboard)));
    xsdt = table(get(ram + BOOT_ACPI_RSDP + 24, 8), "XSDT");
    assert_memory_equal(table(get(xsdt + 52, 8), "MCFG") + 44, allocation, sizeof(allocation));
}

/* Interrupt Line says the same (test_pass.c). */
static void acpi_routes_interrupts(void **state)
{
    static const uint8_t route[] = {0x0c, 0xff, 0xff, 0x03, 0, 1, 0, 0x0a, 5}; /* slot 3, pin B */
    static const uint8_t override[] = {2, 10, 0, 5, 5, 0, 0, 0, 0x0f, 0};
    static struct pci_function function[2];

    (void)state;
    make_machine(MIB(64), "x", NULL);
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    assert_false(find(override, sizeof(override)));
    memset(function, 0, sizeof(function));
    assert_int_equal(pci_add(&vmm->pci, 3, &function[0]), 0);
    assert_int_equal(pci_use_gsi(&function[0], 10), 0);
    assert_int_equal(pci_add_beside(&vmm->pci, 3, &function[1]), 0);
    assert_int_equal(pci_use_gsi(&function[1], 5), 0);
    memset(ram + BOOT_ACPI_TABLES, 0, KIB(64));
    assert_int_equal(acpi_build_tables(&vmm->memory, &vmm->pci), 0);
    assert_true(find(route, sizeof(route)));
    assert_true(find(override, sizeof(override)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(elf_of_64_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(elf_of_32_bits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bzimage_goes_where_it_likes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_kernels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_large_initrd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_command_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_kernels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(acpi_tables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(acpi_offers_high_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(acpi_offers_extended_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(acpi_routes_interrupts, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
