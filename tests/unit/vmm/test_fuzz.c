/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hostile guest: random port and memory accesses to every device, random registers, page tables
 * and instruction bytes, random exits. Nothing may go wrong but the guest. Run with a number to try
 * another seed, and a second one for more rounds.
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

#define RAM_BYTES MIB(4)

static vmm_t *vmm;
static uint8_t *ram;
static uint64_t seed = 20261122, rounds = 200000, now = 1ull << 40, left;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t fake_tsc(void)
{
    return now;
}

static void set_timer(vmm_t *machine, uint64_t deadline)
{
    (void)machine;
    (void)deadline;
    fake_clobber();
}

static int64_t unix_time(vmm_t *machine)
{
    (void)machine;
    return 1795368605;
}

static void console_write(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    (void)text;
    assert_in_range(size, 1, VMM_CONSOLE_BYTES);
    fake_clobber();
}

static size_t console_read(vmm_t *machine, char *text, size_t size)
{
    (void)machine;
    size = size ? next_random() % (size + 1) : 0;
    memset(text, 'k', size);
    return size;
}

static void log_line(vmm_t *machine, const char *line)
{
    (void)machine;
    assert_true(strlen(line) < 256);
    fake_clobber();
}

static int64_t kernel_read(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size)
{
    static const uint64_t header[] = {0x00010102464c457f,
                                      0,
                                      0x00000001003e0002,
                                      0x100000,
                                      64,
                                      0,
                                      0x0038000000000000,
                                      1,
                                      1,
                                      0x1000,
                                      0,
                                      0x100000,
                                      0x800,
                                      0x1000};
    uint8_t bytes[0x2000] = {0};

    (void)file;
    memcpy(bytes, header, sizeof(header));
    memcpy(bytes + 56, (const uint64_t[]){1}, 8);
    memcpy(bytes + 64, (const uint64_t[]){1, 0x1000, 0, 0x100000, 0x800, 0x1000}, 48);
    if (offset >= sizeof(bytes))
        return 0;
    size = size < sizeof(bytes) - offset ? size : sizeof(bytes) - offset;
    memcpy(buffer, bytes + offset, size);
    return (int64_t)size;
}

static void kernel_close(struct vmm_file *file)
{
    (void)file;
}

static int kernel_open(vmm_t *machine, const char *name, struct vmm_file *file)
{
    (void)machine;
    (void)name;
    *file = (struct vmm_file){0x2000, kernel_read, kernel_close, 0};
    return 0;
}

static uint64_t wait_for_signal(vmm_t *machine)
{
    (void)machine;
    now += next_random() % 100000000;
    if (next_random() % 64 == 0)
        vmm->stop = VMM_RESET; /* a guest that sleeps for ever would end the test */
    return next_random();
}

static void notified(vmm_t *machine, uint64_t badge)
{
    if (badge & 1)
        vmm_timer_expired(machine);
    vmm_console_ready(machine);
}

static const uint16_t ports[] = {0x20,  0x21,  0xa0,  0xa1,  0x4d0, 0x40,  0x42,  0x43,
                                 0x61,  0x70,  0x71,  0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc,
                                 0x3fd, 0x3fe, 0xcf8, 0xcfc, 0xcff, 0x600, 0x602, 0x604,
                                 0x608, 0x60b, 0x64,  0x92,  0xffff};

static uint16_t any_port(void)
{
    return next_random() % 8 ? ports[next_random() % ARRAY_SIZE(ports)] : (uint16_t)next_random();
}

static uint64_t any_address(void)
{
    switch (next_random() % 4) {
    case 0:
        return 0xfee00000 + next_random() % 0x1008;
    case 1:
        return 0xfec00000 + next_random() % 0x44;
    case 2:
        return next_random() % (RAM_BYTES + 16) - 8;
    default:
        return next_random();
    }
}

static void any_instruction(struct seL4_VCPURun *m)
{
    static const char *const starts[] = {"\x8b",     "\x89",     "\xf3\xa5", "\xf3\xaa",
                                         "\xa4",     "\xc7",     "\x0f",     "\xff",
                                         "\x66\x6d", "\xf3\x6f", "\x48\x87", "\x8f"};
    const char *start = starts[next_random() % 12];
    uint64_t at = next_random() % (RAM_BYTES - 64);

    for (unsigned i = 0; i < 16; i += 8) {
        uint64_t bytes = next_random();

        memcpy(ram + at + i, &bytes, 8);
    }
    if (next_random() % 4)
        put_bytes(ram + at, start, strlen(start));
    m->rip = at;
    for (unsigned reg = 0; reg < seL4_VCPUReg_Count; reg++)
        m->reg[reg] = next_random() % 3 ? any_address() : next_random() % 6000;
    m->reg[seL4_VCPUReg_RDX] = any_port();
}

/* Page tables made of whatever is in memory, with a good chance of pointing somewhere. */
static void any_paging(struct seL4_VCPURun *m)
{
    m->cr3 = next_random() % RAM_BYTES;
    m->cr0 = next_random() % 3 ? 1 : 0x80010001;
    m->cr4 = next_random() & 0x30;
    m->efer = next_random() & 1 ? 0x500 : 0;
    m->cs_attr = next_random() & 0x600;
    m->ss_attr = next_random() & 0x400;
    m->cpl = next_random() & 3;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t entry = (next_random() % RAM_BYTES & ~0xfffull) | (next_random() & 0xff);

        memcpy(ram + (next_random() % (RAM_BYTES / 8)) * 8, &entry, 8);
    }
}

static int any_exit(vmm_vcpu_t *vcpu, struct seL4_VCPURun *m, uint64_t *badge)
{
    static const uint32_t msrs[] = {0x10,       0x1b,  0xfe,  0x200,      0x2ff,      0x6e0,
                                    0xc0000080, 0x11,  0x12,  0x4b564d00, 0x4b564d01, 0x4b564d04,
                                    0x277,      0x80b, 0x830, 0x832};

    if (left-- == 0) {
        vcpu->vmm->stop = VMM_POWER_OFF;
        return SEL4_VMENTER_RESULT_NOTIF;
    }
    now += next_random() % 5000000;
    m->tsc_exit = now;
    m->status = next_random() & 3;
    m->reason = next_random() % 20 ? next_random() % (seL4_VCPUExit_Exception + 1) : next_random();
    if (m->reason == seL4_VCPUExit_Shutdown)
        m->reason = seL4_VCPUExit_IO;
    m->info = (uint64_t)any_port() << 16 | (next_random() & 0x3ff) | 0x10;
    m->address = any_address();
    any_paging(m);
    any_instruction(m);
    if (m->reason == seL4_VCPUExit_SecondLevelFault)
        m->info = next_random() % 8 ? 0 : next_random() & 0x3f;
    if (m->reason == seL4_VCPUExit_RDMSR || m->reason == seL4_VCPUExit_WRMSR) {
        m->reg[seL4_VCPUReg_RCX] =
            next_random() % 3 ? msrs[next_random() % 16] : 0x800 + next_random() % 0x100;
    }
    if (m->reason == seL4_VCPUExit_Exception)
        m->info = 6; /* the only one that the monitor asks for */
    if (m->reason == seL4_VCPUExit_CPUID) {
        m->reg[seL4_VCPUReg_RAX] =
            (next_random() & 0xc000001f) | (next_random() & 1 ? 0x40000000 : 0);
    }
    m->rflags = next_random() & 0xfd7;
    m->next_rip = m->rip + 2;
    m->event = m->status & seL4_VCPURun_EventPending ? next_random() : 0;
    m->interrupt = next_random() & 1 ? m->interrupt : 0;
    *badge = next_random();
    return next_random() % 16 ? SEL4_VMENTER_RESULT_FAULT : SEL4_VMENTER_RESULT_NOTIF;
}

static int set_up(void **state)
{
    const struct vmm_config config = {"fuzz", "", "k", "", ""};
    const struct vmm_platform platform = {.tsc = fake_tsc,
                                          .tsc_hz = 2500000000ull,
                                          .set_timer = set_timer,
                                          .unix_time = unix_time,
                                          .console_write = console_write,
                                          .console_read = console_read,
                                          .log = log_line,
                                          .open = kernel_open,
                                          .wait = wait_for_signal,
                                          .notified = notified};
    struct guest_memory memory = {.low = RAM_BYTES};

    (void)state;
    fake_reset();
    vmm = calloc(1, sizeof(*vmm));
    ram = malloc(RAM_BYTES);
    memory.low_base = ram;
    memset(ram, 0, RAM_BYTES);
    return vmm_init(vmm, &config, &platform, &memory);
}

static int tear_down(void **state)
{
    (void)state;
    free(vmm);
    free(ram);
    return 0;
}

static void hostile_guest(void **state)
{
    (void)state;
    left = rounds;
    fake.enter = any_exit;
    /* A guest that is stopped for what it did is started again: it has more to try. */
    while (left && left != UINT64_MAX)
        vmm_run(vmm);
    assert_true(fake.entries >= rounds);
}

/* The devices alone, without the machine around them deciding what reaches them. */
static void hostile_accesses(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned size = 1u << next_random() % 3;
        uint64_t value;

        now += next_random() % 3000000;
        switch (next_random() % 5) {
        case 0:
            port_bus_in(&vmm->ports, any_port(), size);
            break;
        case 1:
            port_bus_out(&vmm->ports, any_port(), size, (uint32_t)next_random());
            break;
        case 2:
            mmio_bus_read(&vmm->mmio, any_address(), size, &value);
            break;
        case 3:
            mmio_bus_write(&vmm->mmio, any_address(), 2 * size, next_random());
            break;
        default:
            vmm_set_irq(vmm, (unsigned)next_random() % 32, next_random() & 1);
            if (vmm->pic.output)
                pic_acknowledge(&vmm->pic);
            if (lapic_pending(&vmm->vcpu.lapic) >= 0)
                lapic_accept(&vmm->vcpu.lapic, (uint8_t)lapic_pending(&vmm->vcpu.lapic));
            timers_run(&vmm->timers, now);
            vmm_console_ready(vmm);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hostile_guest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_accesses, set_up, tear_down),
    };

    seed = argc > 1 ? strtoull(argv[1], NULL, 0) | 1 : seed;
    rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : rounds;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
