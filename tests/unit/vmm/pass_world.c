/* SPDX-License-Identifier: BSD-2-Clause */
#include "pass_world.h"

#include <stdlib.h>

#include <errno.h>

struct real real[REAL_MAX];

static uint64_t now;

/* --- The real function --- */

static uint32_t get(const uint8_t *bytes, unsigned size)
{
    uint32_t value = 0;

    memcpy(&value, bytes, size);
    return value;
}

uint32_t real_get32(const struct real *made, unsigned offset)
{
    return get(&made->config[offset], 4);
}

void real_set32(struct real *made, unsigned offset, uint32_t value)
{
    memcpy(&made->config[offset], &value, 4);
}

void real_set_writable(struct real *made, unsigned offset, uint32_t bits)
{
    memcpy(&made->writable[offset], &bits, 4);
}

static int claim(void *ctx, unsigned bar, bool ports, uint64_t address, uint64_t size)
{
    struct real *mine = ctx;

    (void)address;
    (void)size;
    assert_true(bar < REAL_BARS);
    mine->claims++;
    if (ports)
        mine->port_base = (uint16_t)address;
    return -mine->claim_error;
}

static uint32_t wild_number(struct real *mine)
{
    mine->wild ^= mine->wild << 13;
    mine->wild ^= mine->wild >> 17;
    mine->wild ^= mine->wild << 5;
    return mine->wild;
}

static uint32_t real_config_read(void *ctx, unsigned offset, unsigned size)
{
    struct real *mine = ctx;

    assert_true(size == 1 || size == 2 || size == 4);
    assert_int_equal(offset % size, 0);
    if (offset >= sizeof(mine->config)) {
        assert_true(offset + size <= sizeof(mine->extended));
        return get(&mine->extended[offset], size);
    }
    return mine->wild && wild_number(mine) % 4 == 0 ? wild_number(mine)
                                                    : get(&mine->config[offset], size);
}

static void reset(struct real *mine)
{
    mine->resets++;
    mine->masters_at_reset |= mine->config[COMMAND] & MASTER;
    memcpy(mine->config, mine->power_on, sizeof(mine->config));
    mine->asserted = false;
}

static unsigned find_cap(const struct real *mine, unsigned id)
{
    unsigned offset = mine->config[STATUS] & 0x10 ? mine->config[0x34] & 0xfc : 0;

    for (unsigned i = 0; offset && i < 48; i++) {
        if (mine->config[offset] == id)
            return offset <= 0xf0 ? offset : 0;
        offset = mine->config[offset + 1] & 0xfc;
    }
    return 0;
}

static void real_config_write(void *ctx, unsigned offset, unsigned size, uint32_t value)
{
    struct real *mine = ctx;
    unsigned express = find_cap(mine, 0x10), af = find_cap(mine, 0x13), pm = find_cap(mine, 1);
    unsigned state = pm ? mine->config[pm + 4] & 3 : 0;

    assert_true(size == 1 || size == 2 || size == 4);
    assert_int_equal(offset % size, 0);
    assert_true(offset + size <= sizeof(mine->config));
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> (8 * i)), *at = &mine->config[offset + i];
        uint8_t mask = mine->writable[offset + i];

        *at = (uint8_t)((*at & ~mask) | (byte & mask));
        *at &= (uint8_t) ~(mine->clears[offset + i] & byte);
    }
    if ((express && offset == express + 8 && size == 2 && value & 0x8000) ||
        (af && offset == af + 4 && value & 1) ||
        (pm && state == 3 && (mine->config[pm + 4] & 3) == 0 && !(mine->config[pm + 4] & 8)))
        reset(mine);
}

static int show(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address)
{
    struct real *mine = ctx;

    assert_int_equal((offset | size | address) % 4096, 0);
    assert_true(size > 0);
    if (mine->show_error || mine->page_shared)
        return mine->show_error ? -mine->show_error : -EBUSY;
    assert_true(mine->shown_count < SHOWN_MAX);
    for (unsigned i = 0; i < mine->shown_count; i++)
        assert_false(mine->shown[i].address < address + size &&
                     address < mine->shown[i].address + mine->shown[i].size);
    mine->shown[mine->shown_count++] = (struct shown){bar, offset, size, address};
    return 0;
}

static void hide(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address)
{
    struct real *mine = ctx;

    for (unsigned i = 0; i < mine->shown_count; i++) {
        const struct shown *at = &mine->shown[i];

        if (at->bar == bar && at->offset == offset && at->size == size && at->address == address) {
            mine->shown[i] = mine->shown[--mine->shown_count];
            return;
        }
    }
    fail_msg("what is hidden was not shown");
}

static uint64_t real_memory_read(void *ctx, unsigned bar, uint64_t offset, unsigned size)
{
    struct real *mine = ctx;
    uint64_t value = 0;

    assert_true(bar < REAL_BARS);
    mine->memory_accesses++;
    if (offset + size > sizeof(mine->memory))
        return UINT64_MAX;
    memcpy(&value, &mine->memory[offset], size);
    return value;
}

static void real_memory_write(void *ctx, unsigned bar, uint64_t offset, unsigned size,
                              uint64_t value)
{
    struct real *mine = ctx;

    assert_true(bar < REAL_BARS);
    mine->memory_accesses++;
    if (offset + size <= sizeof(mine->memory))
        memcpy(&mine->memory[offset], &value, size);
}

static int open_ports(void *ctx, uint16_t first, uint16_t last, bool open)
{
    struct real *mine = ctx;

    assert_true(first <= last);
    assert_int_equal(first, mine->port_base);
    if (mine->open_error)
        return -mine->open_error;
    assert_true(mine->open != open);
    mine->open = open;
    return 0;
}

static uint32_t real_port_in(void *ctx, uint16_t port, unsigned size)
{
    struct real *mine = ctx;

    mine->port_accesses++;
    assert_true(port >= mine->port_base);
    return port - mine->port_base + size <= REAL_PORTS
               ? get(&mine->ports[port - mine->port_base], size)
               : UINT32_MAX;
}

static void real_port_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct real *mine = ctx;

    mine->port_accesses++;
    assert_true(port >= mine->port_base);
    if (port - mine->port_base + size <= REAL_PORTS)
        memcpy(&mine->ports[port - mine->port_base], &value, size);
}

static int message(void *ctx, unsigned number, uint64_t *address, uint32_t *data)
{
    (void)ctx;
    *address = 0xfee01000;
    *data = 0x40 + number;
    return 0;
}

static void intx_served(void *ctx)
{
    struct real *mine = ctx;

    mine->served++;
    mine->waiting = false;
}

const struct pass_ops real_ops = {
    .claim = claim,
    .config_read = real_config_read,
    .config_write = real_config_write,
    .show = show,
    .hide = hide,
    .memory_read = real_memory_read,
    .memory_write = real_memory_write,
    .open_ports = open_ports,
    .port_in = real_port_in,
    .port_out = real_port_out,
    .message = message,
    .intx_served = intx_served,
};

/* --- Making --- */

void real_make(struct real *made)
{
    memset(made, 0, sizeof(*made));
    real_set32(made, 0x00, 0x100e8086);
    real_set32(made, 0x08, 0x02000003);
    real_set32(made, BAR(0), 0xf0000000);
    real_set32(made, BAR(1), 0xc041);
    real_set32(made, 0x2c, 0x11001af4);
    real_set32(made, 0x30, 0xf0040001); /* a ROM, on */
    real_set32(made, LINE, 0x0b);
    made->config[0x3d] = 1;
    made->config[COMMAND] = 0x07; /* firmware has used it */
    real_set_writable(made, COMMAND, 0x0547);
    real_set_writable(made, 0x0c, 0xffff);
    real_set_writable(made, BAR(0), 0xffffe000);
    real_set_writable(made, BAR(1), 0xffffffe0);
    real_set_writable(made, 0x30, 0xfffc0001);
    real_set_writable(made, LINE, 0xff);
    made->clears[STATUS + 1] = 0xf9;
    memcpy(made->power_on, made->config, sizeof(made->config));
    memset(&made->power_on[BAR(0)], 0, 24);
    made->power_on[BAR(1)] = 1;
    made->power_on[COMMAND] = 0;
}

void real_add_cap(struct real *made, unsigned id, unsigned offset, unsigned size)
{
    uint8_t *list[] = {made->config, made->power_on};

    for (unsigned i = 0; i < ARRAY_SIZE(list); i++) {
        list[i][offset] = (uint8_t)id;
        list[i][offset + 1] = list[i][0x34];
        list[i][0x34] = (uint8_t)offset;
        list[i][STATUS] |= 0x10;
    }
    memset(&made->writable[offset + 2], 0xff, size - 2);
}

void real_set(struct real *card, unsigned offset, unsigned size, uint32_t value)
{
    memcpy(&card->config[offset], &value, size);
    memcpy(&card->power_on[offset], &value, size);
}

void real_make_capable(struct real *card)
{
    real_make(card);
    real_set_writable(card, BAR(0), 0xffffc000);
    real_add_cap(card, 0x01, POWER_AT, 8);
    real_set(card, POWER_AT + 2, 2, 0xfe03);
    card->writable[POWER_AT + 2] = card->writable[POWER_AT + 3] = 0;
    real_add_cap(card, 0x05, MSI_AT, 24);
    real_set(card, MSI_AT + 2, 2, 0x0186); /* 64 bits, maskable, eight messages */
    real_add_cap(card, 0x11, MSIX_AT, 12);
    real_set(card, MSIX_AT + 2, 2, ENTRIES - 1);
    real_set(card, MSIX_AT + 4, 4, TABLE);
    real_set(card, MSIX_AT + 8, 4, PENDING);
    memset(&card->writable[MSIX_AT + 4], 0, 8);
    real_add_cap(card, 0x10, EXPRESS_AT, 60);
    real_set(card, EXPRESS_AT + 2, 2, 0x0002);
    real_set(card, EXPRESS_AT + 4, 4, 0x10008001);
    real_set(card, EXPRESS_AT + 8, 2, 0x2810);
    card->config[EXPRESS_AT + 8] = 0x30; /* Max_Payload_Size, set by firmware */
    memset(&card->writable[EXPRESS_AT + 2], 0, 6);
    card->writable[EXPRESS_AT + 9] = 0x7f;
}

struct pass_function *real_add(struct real *added, unsigned gsi, unsigned messages)
{
    const struct pass_config config = {.name = "card", .gsi = gsi, .messages = messages};

    added->function = pass_add(vmm, &config, &real_ops, added);
    return added->function;
}

/* --- The machine --- */

static uint64_t read_tsc(void)
{
    return now;
}

static uint64_t wait(vmm_t *machine)
{
    (void)machine;
    now += 1000000;
    return 0;
}

static void notified(vmm_t *machine, uint64_t badge)
{
    (void)machine;
    (void)badge;
}

void world_set_up(void)
{
    machine_set_up(LOW_BYTES, HIGH_BYTES);
    vmm->platform.tsc = read_tsc;
    vmm->platform.wait = wait;
    vmm->platform.notified = notified;
    memset(real, 0, sizeof(real));
}

void world_tear_down(void)
{
    for (unsigned i = 0; i < REAL_MAX; i++)
        free(real[i].function);
    machine_tear_down();
}

void world_start(void)
{
    pass_reset_all(vmm);
    pci_reset(&vmm->pci);
    pci_place(&vmm->pci);
}

void world_pump(void)
{
    for (unsigned i = 0; i < REAL_MAX; i++) {
        struct real *at = &real[i];

        if (at->function && at->asserted && !at->waiting && !(at->config[COMMAND + 1] & 4)) {
            at->waiting = true;
            pass_intx(at->function);
        }
    }
}

uint32_t config_read(unsigned slot, unsigned offset, unsigned size)
{
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | (offset & 0xfc));
    return port_bus_in(&vmm->ports, (uint16_t)(PCI_CONFIG_DATA + offset % 4), size);
}

void config_write(unsigned slot, unsigned offset, unsigned size, uint32_t value)
{
    port_bus_out(&vmm->ports, PCI_CONFIG_ADDRESS, 4, 0x80000000u | slot << 11 | (offset & 0xfc));
    port_bus_out(&vmm->ports, (uint16_t)(PCI_CONFIG_DATA + offset % 4), size, value);
}

/* --- At random --- */

/* Registers that mean something to begin with, and then some that do not. */
static void make_hostile(struct real *made, uint64_t (*number)(unsigned bytes))
{
    unsigned changes = number(1) % 4 ? 0 : (unsigned)number(1) % 16;

    real_make_capable(made);
    for (unsigned i = 0; i < changes; i++)
        made->config[number(1)] = (uint8_t)number(1);
    for (unsigned i = 0; i < changes; i++)
        made->writable[0x08 + number(1) % 0xf8] = (uint8_t)number(1);
    for (unsigned i = 0; i < changes; i++) {
        uint32_t header = (uint32_t)number(1) % 16 | (0x100 | (uint32_t)number(2)) << 20;

        memcpy(&made->extended[0x100 + number(1) % 16 * 4], &header, 4);
    }
    memcpy(made->power_on, made->config, sizeof(made->config));
    made->power_on[COMMAND] = made->power_on[COMMAND + 1] = 0;
    made->wild = number(1) % 8 != 1 ? 0 : 1 + (uint32_t)number(4) % UINT32_MAX;
    made->show_error = number(1) % 8 == 1 ? ENOMEM : 0;
    made->open_error = number(1) % 8 == 1 ? EPERM : 0;
    made->page_shared = number(1) % 8 == 1;
}

static uint32_t any_value(uint64_t (*number)(unsigned bytes))
{
    switch (number(1) % 4) {
    case 0:
        return (uint32_t)number(4);
    case 1:
        return (uint32_t)(BOOT_LOW_RAM_MAX + number(1) % 32 * KIB(4));
    case 2:
        return (uint32_t)number(2);
    default:
        return UINT32_MAX;
    }
}

/* Mostly where its MSI-X table is. */
static void any_memory(unsigned slot, uint64_t (*number)(unsigned bytes))
{
    uint64_t at = (config_read(slot, BAR(0), 4) & ~0xfu) + (TABLE & 0xf000), value;
    unsigned how = (unsigned)number(1), size = 1u << how % 4;

    if (how & 0x20)
        at = PCI_EXTENDED_BASE + slot * KIB(32);
    at += how & 0x10 ? number(2) & 0x3fff : number(1) * 4;
    at -= at % size;
    if (how & 4)
        (void)mmio_bus_read(&vmm->mmio, at, size, &value);
    else
        (void)mmio_bus_write(&vmm->mmio, at, size, number(4));
}

static void any_port(uint64_t (*number)(unsigned bytes))
{
    unsigned how = (unsigned)number(1), size = 1u << how % 3;
    uint16_t port = (uint16_t)(how & 8 ? number(2) : 0xc000 + number(1));

    port -= port % size;
    if (port >= 0xcf8 && port < 0xd00)
        return;
    if (how & 4)
        (void)port_bus_in(&vmm->ports, port, size);
    else
        port_bus_out(&vmm->ports, port, size, any_value(number));
}

static void check_all_off(void)
{
    for (unsigned i = 0; i < REAL_MAX; i++) {
        assert_int_equal(real[i].shown_count, 0);
        assert_false(real[i].open);
        if (real[i].function)
            assert_int_equal(real[i].config[COMMAND] & (PORTS | MEMORY | MASTER), 0);
    }
}

static void any_step(uint64_t (*number)(unsigned bytes))
{
    unsigned what = (unsigned)number(1), slot = 1 + what / 8 % 2;
    struct real *at = &real[slot - 1];
    unsigned offset = (unsigned)number(1), size = 1u << number(1) % 3;

    switch (what % 8) {
    case 0:
        config_write(slot, COMMAND, 2, PORTS | MEMORY | MASTER);
        break;
    case 1:
        any_memory(slot, number);
        break;
    case 2:
        any_port(number);
        break;
    case 3:
        (void)config_read(slot, offset, size);
        break;
    case 4:
        at->asserted = number(1) & 1;
        world_pump();
        lapic_end_of_interrupt(&vmm->vcpu.lapic);
        break;
    case 5:
        if (at->function)
            pass_message(at->function, offset % 8);
        break;
    case 6:
        if (offset % 16 == 0) {
            world_start();
            check_all_off();
        }
        break;
    default:
        config_write(slot, offset, size, any_value(number));
    }
}

void world_live(uint64_t (*number)(unsigned bytes), bool (*more)(void))
{
    world_set_up();
    for (unsigned i = 0; i < 2; i++) {
        make_hostile(&real[i], number);
        (void)real_add(&real[i], 10 + (unsigned)number(1) % 2, (unsigned)number(1) % 10);
    }
    world_start();
    check_all_off();
    while (more())
        any_step(number);
    world_start();
    check_all_off();
    assert_true(count_lines("\n") <= 2 * 8);
    world_tear_down();
}
