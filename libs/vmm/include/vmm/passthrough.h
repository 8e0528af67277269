/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI function of the real machine in the guest's configuration space. The guest sees a function
 * with the same identity, registers and interrupts, at another place on another bus; what it may
 * change of the real one goes through here: command bits, memory and ports where the guest's base
 * address registers say, INTx, MSI and MSI-X. What lies behind the function's registers is the
 * guest's own affair, as its DMA is held back by the IOMMU.
 * Rests on: PCI Local Bus Specification 3.0, chapters 6.2, 6.7, 6.8; PCI Express Base Specification
 * 3.0, chapter 7.
 */
#pragma once

#include <vmm/vmm.h>

/* Vectors that one function can be given; the guest sees no more in its MSI and MSI-X registers. */
#define PASS_MESSAGES_MAX 8u

/*
 * The real function. All of these may send messages (vmm_keep_registers()), but the last one, which
 * goes with each interrupt. Offsets are in bytes, sizes in bytes: 1, 2 or 4 for registers, also 8
 * for memory, always aligned.
 */
struct pass_ops {
    /*
     * Register `bar` of the real function decodes `size` bytes at `address`, memory or ports: told
     * for each while the function is added, before any of the calls below that concern it. 0: the
     * description gives them. A negative errno: it does not, and why has been logged.
     */
    int (*claim)(void *ctx, unsigned bar, bool ports, uint64_t address, uint64_t size);
    /* Its configuration space; all ones beyond what can be reached. */
    uint32_t (*config_read)(void *ctx, unsigned offset, unsigned size);
    void (*config_write)(void *ctx, unsigned offset, unsigned size, uint32_t value);
    /*
     * Whole pages of the memory of register `bar`, from `offset` on, are at guest-physical
     * `address` from now on: 0, or a negative errno and nothing is there. Nowhere again.
     */
    int (*show)(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address);
    void (*hide)(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address);
    /* Memory of pages that are not shown, as the monitor itself reaches it. */
    uint64_t (*memory_read)(void *ctx, unsigned bar, uint64_t offset, unsigned size);
    void (*memory_write)(void *ctx, unsigned bar, uint64_t offset, unsigned size, uint64_t value);
    /* The guest reaches these ports of the real machine without an exit, or not any more. */
    int (*open_ports)(void *ctx, uint16_t first, uint16_t last, bool open);
    uint32_t (*port_in)(void *ctx, uint16_t port, unsigned size);
    void (*port_out)(void *ctx, uint16_t port, unsigned size, uint32_t value);
    /* What the real function must write where, to raise its message `number`. 0 or -errno. */
    int (*message)(void *ctx, unsigned number, uint64_t *address, uint32_t *data);
    /* The guest has served INTx: the real interrupt may come again. */
    void (*intx_served)(void *ctx);
};

/* What the description says of it. */
struct pass_config {
    const char *name;
    /*
     * In the real machine: bus, slot and function in 8, 5 and 3 bits. Functions of one slot are
     * functions of one slot in the guest, from 0 on as they are added. 0: in a slot of its own.
     */
    uint16_t bdf;
    unsigned gsi;      /* of the guest's, for INTx; 0: the description names no interrupt */
    unsigned messages; /* vectors that can be had, at most PASS_MESSAGES_MAX */
};

/*
 * Look at the real function and put one like it into the guest's bus. Returns null after saying why
 * in the log: nothing there, a bridge, a base address register that claim() does not know, …
 * The function is off (no decoding, no DMA, no interrupts) until the guest turns it on.
 */
struct pass_function *pass_add(struct vmm *vmm, const struct pass_config *config,
                               const struct pass_ops *ops, void *ctx);

/*
 * The real function has raised INTx, or message `number`. False: the function is off, or has no
 * line in the guest, which hears nothing; intx_served() is called when it turns it on.
 */
bool pass_intx(struct pass_function *function);
void pass_message(struct pass_function *function, unsigned number);

/*
 * The guest's life has ended: no DMA and no interrupt of it comes after this returns, and the
 * function is as after power-on as far as it can do that (function-level reset, else D3hot and
 * back, else its command register).
 */
void pass_reset(struct pass_function *function);
/* That, of all functions: done before each life and after it. */
void pass_reset_all(struct vmm *vmm);

/* --- Lines --- */

/*
 * An interrupt line of the real machine that the guest has on `gsi` though no PCI function of its
 * is on it, as the two of an IDE controller in legacy mode. The caller fills in what is above the
 * gap, and the rest is kept.
 */
struct pass_line {
    unsigned gsi;
    bool level;
    /* The guest has ended the interrupt: the real one may come again. May send messages. */
    void (*served)(void *ctx);
    void *ctx;

    struct vmm *vmm;
    struct irq_listener listener;
};

void pass_add_line(struct vmm *vmm, struct pass_line *line);
/* The real line has become active. An edge is served at once. */
void pass_raise_line(struct pass_line *line);
