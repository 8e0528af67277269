/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest with functions of the real machine (vmm/passthrough.h): the machine around it, and models
 * of real functions with registers, which check what is done to them.
 */
#pragma once

#include "world_machine.h"

#include <vmm/boot.h>
#include <vmm/passthrough.h>

#define LOW_BYTES  KIB(64)
#define HIGH_BYTES KIB(64)

#define REAL_MAX    4
#define REAL_PAGES  8 /* of memory of a function's */
#define REAL_PORTS  64
#define REAL_WRITES 64
#define SHOWN_MAX   16
#define REAL_BARS   6

/* Registers of configuration space. */
#define COMMAND 0x04
#define STATUS  0x06
#define BAR(n)  (0x10 + 4 * (n))
#define LINE    0x3c
#define PORTS   0x0001u
#define MEMORY  0x0002u
#define MASTER  0x0004u
#define NO_INTX 0x0400u

struct shown {
    unsigned bar;
    uint64_t offset, size, address;
};

/* A function as the real machine has it. */
struct real {
    uint8_t config[256], power_on[256]; /* the second: what a reset makes of the first */
    uint8_t writable[256], clears[256]; /* clears: by writing ones */
    uint8_t extended[4096];             /* from 0x100 on; all zero: it has none */
    uint32_t wild;                      /* not 0: it answers at random */
    uint8_t memory[REAL_PAGES * 4096];
    uint8_t ports[REAL_PORTS];
    uint16_t port_base;
    bool page_shared; /* the page of a small register has other things, too */
    int show_error, claim_error, open_error;
    /* What was done. */
    struct shown shown[SHOWN_MAX];
    unsigned shown_count;
    bool open; /* its ports, to the guest */
    unsigned resets, served, memory_accesses, port_accesses, claims;
    bool masters_at_reset;  /* bus master was on when it was reset: it must not */
    bool asserted, waiting; /* INTx; it has fired, and waits to be served */
    struct pass_function *function;
};

extern struct real real[REAL_MAX];
extern const struct pass_ops real_ops;

void world_set_up(void);
void world_tear_down(void);

/* A network card with 8 KiB of memory, 32 ports and INTx. */
void real_make(struct real *made);
/* With memory of 16 KiB, MSI, MSI-X, power states and PCI Express, where these are: */
#define POWER_AT   0x40
#define MSI_AT     0x60
#define MSIX_AT    0x80
#define EXPRESS_AT 0xa0
/* The MSI-X table in its memory, whose pages of this kind are two of four. */
#define TABLE      0x1010u
#define PENDING    0x2800u
#define ENTRIES    20
void real_make_capable(struct real *made);
/* As it is now, and after each reset. */
void real_set(struct real *made, unsigned offset, unsigned size, uint32_t value);
void real_set32(struct real *made, unsigned offset, uint32_t value);
void real_set_writable(struct real *made, unsigned offset, uint32_t bits);
uint32_t real_get32(const struct real *made, unsigned offset);
/* Add a capability of so many bytes. */
void real_add_cap(struct real *made, unsigned id, unsigned offset, unsigned size);
struct pass_function *real_add(struct real *added, unsigned gsi, unsigned messages);
/* After all are added: what comes before a guest's life. */
void world_start(void);
/* The lines of all functions, as the real machine's interrupt controller sees them. */
void world_pump(void);

/*
 * A life of a hostile guest with hostile functions: what each is and does, say the numbers, of so
 * many bytes each, as long as there are any.
 */
void world_live(uint64_t (*number)(unsigned bytes), bool (*more)(void));

uint32_t config_read(unsigned slot, unsigned offset, unsigned size);
void config_write(unsigned slot, unsigned offset, unsigned size, uint32_t value);
