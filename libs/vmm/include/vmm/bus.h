/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buses between the guest's accesses and the device models: ranges of ports, ranges of
 * memory-mapped registers, and who answers there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Ports --- */

#define PORT_RANGES_MAX  192
#define PORT_REPORTS_MAX 64

/*
 * A range of ports. Wider accesses than `width` bytes are split by the bus, so a byte device never
 * sees one. in() and out() get the absolute port.
 */
struct port_range {
    const char *name;
    uint16_t first, last;
    uint8_t width;
    uint32_t (*in)(void *ctx, uint16_t port, unsigned size);
    void (*out)(void *ctx, uint16_t port, unsigned size, uint32_t value);
    void *ctx;
};

struct port_bus {
    /*
     * Called once for each of the first ports that nobody claims, `last` with the last of them; may
     * be NULL.
     */
    void (*unclaimed)(void *ctx, uint16_t port, unsigned size, bool write, uint32_t value,
                      bool last);
    void *ctx;
    unsigned count;
    struct port_range range[PORT_RANGES_MAX]; /* entry 0 stands for "nobody" */
    bool away[PORT_RANGES_MAX];               /* removed: at no port */
    uint8_t index[65536];                     /* port to entry of range[] */
    uint16_t reported_port[PORT_REPORTS_MAX];
    unsigned reported;
};

void port_bus_init(struct port_bus *bus);
/* Later ranges win over earlier ones. Returns 0 or -ENOSPC, -EINVAL. */
int port_bus_add(struct port_bus *bus, const struct port_range *range);
/* `count` of them, up to the first error. */
int port_bus_add_all(struct port_bus *bus, const struct port_range *ranges, size_t count);
/* The ranges of the device `ctx` begin at `first` from now on, or are nowhere. */
void port_bus_move(struct port_bus *bus, const void *ctx, uint16_t first);
void port_bus_remove(struct port_bus *bus, const void *ctx);
/* Whether any of these ports belongs to a device; ranges that only stand for its lack do not. */
bool port_bus_is_taken(const struct port_bus *bus, uint16_t first, uint16_t last);
uint32_t port_bus_in(struct port_bus *bus, uint16_t port, unsigned size);
void port_bus_out(struct port_bus *bus, uint16_t port, unsigned size, uint32_t value);

/* --- Memory-mapped registers --- */

#define MMIO_RANGES_MAX 192

/* Where a range is that does not answer: beyond all addresses that a processor can make. */
#define MMIO_NOWHERE (1ull << 63)

/* Accesses arrive with 1, 2, 4 or 8 bytes and never leave the range. */
struct mmio_range {
    const char *name;
    uint64_t base, size;
    uint64_t (*read)(void *ctx, uint64_t offset, unsigned size);
    void (*write)(void *ctx, uint64_t offset, unsigned size, uint64_t value);
    void *ctx;
};

struct mmio_bus {
    unsigned count;
    struct mmio_range range[MMIO_RANGES_MAX];
};

void mmio_bus_init(struct mmio_bus *bus);
int mmio_bus_add(struct mmio_bus *bus, const struct mmio_range *range);
/* The ranges of the device `ctx` begin at `base` from now on. */
void mmio_bus_move(struct mmio_bus *bus, const void *ctx, uint64_t base);
/* Whether any of these addresses belongs to a range. */
bool mmio_bus_is_taken(const struct mmio_bus *bus, uint64_t base, uint64_t size);
/* Unclaimed addresses read all ones and drop writes; the result says whether somebody answered. */
bool mmio_bus_read(struct mmio_bus *bus, uint64_t address, unsigned size, uint64_t *value);
bool mmio_bus_write(struct mmio_bus *bus, uint64_t address, unsigned size, uint64_t value);
