/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pair of 8259A interrupt controllers with the edge/level control registers (ELCR).
 * Rests on: Intel 8259A data sheet; Intel 82371 (PIIX) data sheet for the ELCR.
 */
#pragma once

#include <vmm/device.h>

struct pic_chip {
    uint8_t irr, isr, imr;
    uint8_t lines;    /* present level of the inputs */
    uint8_t elcr;     /* 1 = level triggered */
    uint8_t base;     /* vector of input 0 */
    uint8_t ended;    /* inputs whose interrupts the guest has ended while it masks them */
    uint8_t lowest;   /* input with the lowest priority (7 after initialisation) */
    uint8_t icw_step; /* 0 = initialised, else the ICW expected next */
    bool icw4_needed, single, auto_eoi, rotate_auto, nested, special_mask;
    bool read_isr, poll;
};

struct pic {
    struct pic_chip chip[2]; /* master, slave on the master's input 2 */
    bool output;             /* the master's INTR pin */
    bool telling;            /* of ended interrupts */
    void (*intr)(void *ctx, bool high);
    /*
     * The guest has ended an interrupt of this line, and would take another one: a guest that masks
     * a line to serve it later has not ended it yet. May set lines. Null: nobody asks.
     */
    void (*line_ended)(void *ctx, unsigned line);
    void *ctx;
};

void pic_init(struct pic *pic, void (*intr)(void *, bool), void *ctx);
int pic_attach(struct pic *pic, struct port_bus *ports);
/* What firmware does for the lines of PCI functions. */
void pic_set_level_triggered(struct pic *pic, unsigned line);
void pic_set_line(struct pic *pic, unsigned line, bool high);
/* What pic_acknowledge() would return. */
uint8_t pic_vector(const struct pic *pic);
/* The processor's interrupt acknowledge cycle: the vector to deliver. */
uint8_t pic_acknowledge(struct pic *pic);
