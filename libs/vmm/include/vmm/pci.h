/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI configuration space by mechanism 1 (ports 0xcf8 and 0xcfc), one bus; base address registers;
 * interrupt pins.
 * Rests on: PCI Local Bus Specification 3.0, chapters 2.2.6, 3.2.2.3 and 6.
 */
#pragma once

#include <vmm/device.h>

#define PCI_SLOTS        32
#define PCI_FUNCTIONS    8 /* of one slot */
#define PCI_CONFIG_BYTES 256
#define PCI_BARS         6
#define PCI_WINDOWS      2

/* Configuration space as memory, of functions that have more of it than mechanism 1 reaches. */
#define PCI_EXTENDED_BASE  0xfed00000ull
#define PCI_EXTENDED_SIZE  0x100000ull
#define PCI_EXTENDED_BYTES 4096 /* a function */

#define PCI_CONFIG_ADDRESS 0xcf8
#define PCI_CONFIG_DATA    0xcfc

/*
 * Memory or ports of a function's, which the guest moves by a base address register (6.2.5.1). They
 * are somewhere as long as the guest has decoding on and the place is one where nothing else is.
 */
struct pci_bar {
    uint64_t size;   /* a power of two, of memory 16 or more, of ports 4; 0: no such register */
    uint64_t prefer; /* where ports are to begin with, if they can */
    bool ports;
    bool wide; /* 64 bits: the next register is the upper half */
    bool prefetchable;
    /*
     * That of register `bar` is at `address` from now on: 0, or a negative errno and it is nowhere.
     * Nowhere again. Null: there is nothing to do. `ctx` is the function's.
     */
    int (*map)(void *ctx, unsigned bar, uint64_t address);
    void (*unmap)(void *ctx, unsigned bar);
    /* Kept by pci_bars.c. */
    uint64_t address;
    bool mapped;
};

/*
 * One function. Reads come from config[]; a written bit sticks where writable[] has a one. A model
 * that must act on a write sets the hook written(). One with registers elsewhere has read() instead
 * of config[], and write(), which sees what the guest writes before any of it sticks.
 */
struct pci_function {
    const char *name;
    uint8_t config[PCI_CONFIG_BYTES];
    uint8_t writable[PCI_CONFIG_BYTES];
    struct pci_bar bar[PCI_BARS];
    void (*written)(struct pci_function *function, unsigned offset, unsigned size);
    uint32_t (*read)(struct pci_function *function, unsigned offset, unsigned size);
    void (*write)(struct pci_function *function, unsigned offset, unsigned size, uint32_t value);
    void *ctx;
    bool extended; /* read() knows registers from PCI_CONFIG_BYTES on, too */
    unsigned gsi;  /* of its pin; 0: that of the slot's wire */
    /* Kept by pci.c and pci_bars.c. */
    struct pci *pci;
    struct pci_function *next;
    unsigned slot, number;
    unsigned complaints; /* kinds already made */
};

/* Where memory may be: addresses from `base` up to `end`, without it. */
struct pci_window {
    uint64_t base, end;
};

/* What is around the bus. */
struct pci_host {
    /* Nothing is placed over the ranges of these. Null: there are none. */
    const struct mmio_bus *mmio;
    const struct port_bus *ports;
    /* Memory begins in the first, or if it has no room in the second. None overlaps RAM. */
    struct pci_window window[PCI_WINDOWS];
    void (*set_irq)(void *ctx, unsigned gsi, bool high);
    /*
     * The guest wants memory or ports at `address` and does not get them; once for each function
     * and `why`.
     */
    void (*complain)(void *ctx, const struct pci_function *function, unsigned bar, uint64_t address,
                     const char *why);
    void *ctx;
};

struct pci {
    uint32_t address; /* the latch at 0xcf8 */
    struct pci_function *functions;
    struct pci_function host_bridge;
    bool extended; /* configuration space is there as memory, too */
    bool high;     /* firmware has placed memory in the second window */
    struct pci_host host;
};

void pci_init(struct pci *pci, const struct pci_host *host);
/* What RST# does: all that the guest may write is 0, in all functions (6.1, 6.2.2). */
void pci_reset(struct pci *pci);
void pci_reset_function(struct pci_function *function);
int pci_attach(struct pci *pci, struct port_bus *ports);
/* Serve configuration space as memory, if it is not done yet: 0 or the bus's error. */
int pci_extend(struct pci *pci, struct mmio_bus *mmio);
/* Put a function into a slot, as its function 0; -EBUSY if taken. */
int pci_add(struct pci *pci, unsigned slot, struct pci_function *function);
/* Into the first that is free; -ENOSPC. */
int pci_add_anywhere(struct pci *pci, struct pci_function *function);
/* Beside others of the same device, as the next function of its slot; -ENOSPC. */
int pci_add_beside(struct pci *pci, unsigned slot, struct pci_function *function);

/* Fill in the identity of a function. */
void pci_identify(struct pci_function *function, uint16_t vendor, uint16_t device,
                  uint32_t class_code, uint8_t revision);

/* --- Interrupts --- */

#define PCI_WIRES 2

/*
 * The global interrupt that a slot's pin (0 to 3: A to D) is wired to: one of the two wires, unless
 * a function has it elsewhere.
 */
unsigned pci_pin_gsi(const struct pci *pci, unsigned slot, unsigned pin);
/* Whether some pin is there; 0: never. */
bool pci_uses_gsi(const struct pci *pci, unsigned gsi);

/* Whether a function asserts it now. */
bool pci_drives(const struct pci *pci, unsigned gsi);

/* The function has pin A. */
void pci_use_intx(struct pci_function *function);
/*
 * After it was added: its pin is on `gsi`, and one that no function of its slot has on another one.
 * -ENOSPC: all four are.
 */
int pci_use_gsi(struct pci_function *function, unsigned gsi);
/*
 * A level. It reaches the wire, which several functions share, unless the guest has forbidden it by
 * the bit Interrupt Disable; the bit Interrupt Status says it in any case (6.2.2, 6.2.3).
 */
void pci_set_intx(struct pci_function *function, bool asserted);

/* --- Memory and ports (pci_bars.c) --- */

/* Give the function a base address register, before it is added. -EINVAL: not as it should be. */
int pci_set_bar(struct pci_function *function, unsigned index, const struct pci_bar *bar);
/* True where the guest has memory decoding on. */
bool pci_decodes(const struct pci_function *function);
/*
 * What firmware does before it boots a guest: an address for all memory, in the windows, and for
 * all ports, and the number of the interrupt in Interrupt Line. Decoding stays off: a driver
 * turns it on.
 */
void pci_place(struct pci *pci);
/* Registers of some function have changed: memory moves to where they say. */
void pci_move_bars(struct pci *pci);
