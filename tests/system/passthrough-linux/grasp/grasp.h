/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drivers of both devices share. */
#pragma once

#include <stdint.h>

enum {
    PAGE = 4096,
    FAR_PAGES = 8, /* of memory that the device reaches */
};

/* A device that no driver has, after bus mastering was turned on. */
struct device {
    volatile uint32_t *registers;
    uint8_t *pages[FAR_PAGES];
    uint64_t addresses[FAR_PAGES]; /* of these pages, for the device */
};

/*
 * Each has the device write to the address, or read from it, and returns when it has done that.
 * What it writes is in memory; what it has read is outside, on the cable or on the disk.
 */
struct driver {
    const char *name, *resource;
    uint32_t size; /* of the registers */
    void (*start)(struct device *device);
    void (*write)(struct device *device, uint64_t address);
    void (*read)(struct device *device, uint64_t address);
};

extern const struct driver card_driver, disk_driver;

#define MARK "grasped in vain. "

/* Waits until the register's bits under the mask are these. */
void await_bits(volatile uint32_t *reg, uint32_t mask, uint32_t bits, const char *what);
