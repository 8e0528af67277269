/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator's world (emulate_world.h).
 */
#include "emulate_world.h"
#include "fake_backend.h"

#include <stdlib.h>

uint8_t *emulate_ram, emulate_device[0x2000];
struct guest_memory emulate_memory;
struct emulator emulate_emulator;
uint64_t emulate_segments[6], emulate_vectors[16][4];
char emulate_port_log[64];

static struct mmio_bus mmio;
static struct port_bus ports;
unsigned emulate_ports_logged;

static uint64_t device_read(void *ctx, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    (void)ctx;
    memcpy(&value, emulate_device + offset, size);
    return value;
}

static void device_write(void *ctx, uint64_t offset, unsigned size, uint64_t value)
{
    (void)ctx;
    memcpy(emulate_device + offset, &value, size);
}

static uint64_t segment_base(void *ctx, unsigned segment)
{
    (void)ctx;
    return emulate_segments[segment];
}

static uint64_t vector_read(void *ctx, unsigned reg, unsigned word)
{
    (void)ctx;
    return emulate_vectors[reg][word];
}

static void vector_write(void *ctx, unsigned reg, unsigned word, uint64_t value)
{
    (void)ctx;
    emulate_vectors[reg][word] = value;
}

static uint32_t port_in(void *ctx, uint16_t port, unsigned size)
{
    (void)ctx;
    (void)size;
    return 0x41424344u + port + emulate_ports_logged++;
}

static void port_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    (void)ctx;
    (void)port;
    (void)size;
    emulate_port_log[emulate_ports_logged++ % sizeof(emulate_port_log)] = (char)value;
}

int emulate_set_up(void **state)
{
    const struct mmio_range range = {"device",    DEVICE,       sizeof(emulate_device),
                                     device_read, device_write, NULL};
    static const struct emulator_ops ops = {segment_base, vector_read, vector_write};
    const struct port_range port = {"port", 0x300, 0x300, 4, port_in, port_out, NULL};

    (void)state;
    fake_reset();
    memset(emulate_segments, 0, sizeof(emulate_segments));
    emulate_ports_logged = 0;
    emulate_ram = calloc(1, RAM_BYTES);
    emulate_memory = (struct guest_memory){.low_base = emulate_ram, .low = RAM_BYTES};
    mmio_bus_init(&mmio);
    mmio_bus_add(&mmio, &range);
    port_bus_init(&ports);
    port_bus_add(&ports, &port);
    emulator_init(&emulate_emulator, &emulate_memory, &mmio, &ports, &ops, NULL);
    paging_init(&emulate_emulator.paging, 40);
    return 0;
}

int emulate_tear_down(void **state)
{
    (void)state;
    free(emulate_ram);
    return 0;
}

static uint64_t random_state = 88172645463325252ull;

uint64_t emulate_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

void emulate_start(struct seL4_VCPURun *run)
{
    memset(run, 0, sizeof(*run));
    run->cr0 = CR0_PROTECTED;
    run->efer = EFER_LONG;
    run->cs_attr = CS_LONG_MODE;
    run->rflags = 2;
    run->rip = 0x1000;
}

void emulate_map_pages(struct seL4_VCPURun *run)
{
    *(uint64_t *)(emulate_ram + PML4) = PDPT | 3;
    *(uint64_t *)(emulate_ram + PDPT) = DIRECTORY | 3;
    *(uint64_t *)(emulate_ram + DIRECTORY) = TABLE | 3;
    for (uint64_t i = 0; i < 16; i++)
        *(uint64_t *)(emulate_ram + TABLE + 8 * i) = i << 12 | 3;
    run->cr0 |= 0x80010000;
    run->cr3 = PML4;
    run->cr4 = 0x20;
}

void emulate_run_at(struct seL4_VCPURun *run, const char *bytes, unsigned size, uint64_t address,
                    int expected)
{
    const struct insn *insn;

    memcpy(emulate_ram + run->rip, bytes, size);
    assert_int_equal(emulator_fetch(&emulate_emulator, run, &insn), 0);
    assert_int_equal(insn->length, size);
    assert_int_equal(emulator_execute(&emulate_emulator, run, insn, address), expected);
}

void emulate_run(struct seL4_VCPURun *run, const char *bytes, unsigned size, int expected)
{
    emulate_run_at(run, bytes, size, DEVICE, expected);
}
