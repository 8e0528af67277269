/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's "edu" device, of which the tests use two things: it sends a message (MSI) whenever a
 * register of it is written, and it copies memory to and from a buffer of its own, 100 ms after it
 * was told to.
 */
#pragma once

#include "harness.h"

#define EDU_RAISE       (0x60 / 4)
#define EDU_BUFFER_SIZE 2048 /* of 4096, of which QEMU 7.2 refuses the last byte */

struct edu {
    unsigned bus, number;
    unsigned device;   /* as the kernel names it: bus << 8 | number << 3 */
    unsigned msi;      /* its capability */
    seL4_CPtr untyped; /* of its registers; revoke it in the end */
    seL4_CPtr frame;   /* their first page */
    volatile uint32_t *registers;
    seL4_CPtr handler, notification; /* edu_listen() */
};

/* The `which`-th of the machine, with its registers mapped. False if there is none. */
bool edu_find(struct edu *e, unsigned which);
/* After it: the one behind a bridge on bus 0; that bridge. */
bool edu_find_behind(struct edu *e, struct edu *bridge);
/* Silent again, and away. */
void edu_leave(struct edu *e);
/* There is a PCI function of that class; after edu_find(). */
bool edu_machine_has_amdvi(void);
uint32_t edu_config_read(const struct edu *e, unsigned offset);
void edu_config_write(const struct edu *e, unsigned offset, uint32_t value);
/* Memory, bus mastering, and messages to that address on. */
void edu_start_messages(const struct edu *e, uint64_t address, uint32_t data);

/* A handler for `vector`, which edu_wait() waits for. */
bool edu_listen(struct edu *e, unsigned vector);
/* Copies `size` bytes between its buffer and what it finds at `address`. */
void edu_start_copy(const struct edu *e, bool to_memory, uint64_t address, unsigned size);
void edu_wait(const struct edu *e);
/* Both. */
void edu_copy(const struct edu *e, bool to_memory, uint64_t address, unsigned size);
