/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file server's idea of a kernel and an initial RAM disk: loaded into the guest, or refused with
 * a word on why.
 */
#include "fake_backend.h"
#include "input.h"
#include "kernels.h"

#include <vmm/boot.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RAM_BYTES MIB(8)

static uint8_t *file_bytes;
static size_t file_size;
static int64_t said_size;
static unsigned lines;

static uint64_t fake_tsc(void)
{
    return 1000000;
}

static int64_t fake_time(vmm_t *machine)
{
    (void)machine;
    return 0;
}

static void count_line(vmm_t *machine, const char *line)
{
    (void)machine;
    (void)line;
    lines++;
}

static void no_console(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    (void)text;
    (void)size;
}

static int64_t read_file(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size)
{
    (void)file;
    if (offset >= file_size || size == 0)
        return 0;
    size = size < file_size - offset ? size : file_size - offset;
    memcpy(buffer, file_bytes + offset, size);
    return (int64_t)size;
}

static void close_file(struct vmm_file *file)
{
    (void)file;
}

static int open_file(vmm_t *machine, const char *name, struct vmm_file *file)
{
    (void)machine;
    (void)name;
    *file = (struct vmm_file){said_size, read_file, close_file, 0};
    return 0;
}

/* A kernel with some of it changed, or just what there is. */
static void make_file(void)
{
    unsigned kind = (unsigned)input_number(1) % 8;

    /* What is said of its size need not be so. */
    file_size = kind == 0 ? input_size() : kind & 1 ? KERNEL_ELF_BYTES : KERNEL_BZIMAGE_BYTES;
    said_size = kind < 2 ? (int64_t)input_number(8) : (int64_t)file_size;
    file_bytes = calloc(1, file_size ?: 1);
    if (kind == 0)
        input_copy(file_bytes, file_size);
    else if (kind & 1)
        kind & 2 ? kernel_elf64(file_bytes, MIB(1)) : kernel_elf32(file_bytes, MIB(1));
    else
        kernel_bzimage(file_bytes, kind & 2);
    while (input_size()) {
        uint64_t at = input_number(2) % file_size;

        input_copy(file_bytes + at, MIN(1u << input_number(1) % 4, file_size - at));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct vmm_config config = {"fuzz", "", "kernel", "kernel", "initrd"};
    static const struct vmm_platform platform = {.tsc = fake_tsc,
                                                 .tsc_hz = 1000000000,
                                                 .unix_time = fake_time,
                                                 .log = count_line,
                                                 .console_write = no_console,
                                                 .open = open_file};
    static uint8_t *ram;
    static vmm_t *vmm;
    struct guest_memory memory = {.low = RAM_BYTES};
    struct boot_state boot;

    ram = ram ?: malloc(RAM_BYTES); /* AddressSanitizer knows their ends */
    vmm = vmm ?: malloc(sizeof(*vmm));
    memset(vmm, 0, sizeof(*vmm));
    memory.low_base = ram;

    input_start(bytes, size);
    make_file();
    lines = 0;
    fake_reset();
    if (vmm_init(vmm, &config, &platform, &memory))
        abort();
    if (boot_linux(vmm, &boot) == 0)
        boot_set_cpu(&vmm->vcpu, &boot);
    else if (lines == 0)
        abort();
    free(file_bytes);
    return 0;
}
