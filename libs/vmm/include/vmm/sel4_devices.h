/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices of the real machine on seL4: what a description gives a guest of them, as capabilities,
 * put behind the model of passthrough.h. Everything that is given and does not fit is named in the
 * log, with the way to mend it; the guest starts without.
 */
#pragma once

#include <vmm/passthrough.h>
#include <vmm/sel4_host.h>

/* A frame of device memory. */
struct sel4_device_frame {
    uint64_t address; /* of the real machine */
    unsigned bits;
    uint64_t frame;
    void *window; /* as the monitor sees it; null: it has not looked yet */
};

struct sel4_device_ports {
    uint16_t first, last;
    uint64_t ports;
};

/* An input of a real I/O APIC, which is line `gsi` of the guest's. */
struct sel4_line {
    unsigned ioapic, pin;
    uint64_t handler;
    uint64_t badge;        /* bits that are set when it has become active */
    struct pass_line line; /* `gsi` and `level` are the caller's */

    /* Kept by sel4_interrupts.c. */
    bool of_function;
};

struct sel4_msi {
    uint64_t handler;
    uint64_t badge;
};

/* What the description says of one register's memory. */
struct sel4_device_memory {
    uint64_t address, size;
    bool found; /* there is such a register */
};

struct sel4_function {
    const char *name;
    uint16_t number;        /* bus << 8 | device << 3 | function */
    struct sel4_line *line; /* null: the description names none */
    uint64_t iospace;       /* 0: the device does without */
    bool fixed_ram;         /* then it finds the guest's RAM all the same */
    unsigned messages, memories;
    struct sel4_msi message[PASS_MESSAGES_MAX];
    struct sel4_device_memory memory[PCI_BARS];

    /* Kept by sel4_devices.c and sel4_iospace.c. */
    char label[80]; /* how messages begin */
    struct sel4_devices *devices;
    struct pass_function *function; /* null: the guest does without it */
    uint64_t badges;                /* of all its messages */
    uint64_t bar[PCI_BARS];         /* addresses in the real registers */
    uint16_t bar_ports[PCI_BARS];   /* how many ports are there; 0: it is memory, or nothing */
    bool raised;                    /* INTx, and not served yet */
    bool told[2];                   /* a refused access: reading, writing */
    unsigned faults;
};

struct sel4_devices {
    vmm_t *vmm; /* of which `host` and `memory` are there */
    struct sel4_device_frame *frame;
    struct sel4_device_ports *ports;
    struct sel4_line *line;
    struct sel4_function *function;
    unsigned frames, port_ranges, lines, functions;
    /* Configuration space, as in pass_ops. */
    uint32_t (*config_read)(uint16_t number, unsigned offset, unsigned size);
    void (*config_write)(uint16_t number, unsigned offset, unsigned size, uint32_t value);
};

/* Bits of a badge that some lines have; that some messages have. */
#define SEL4_DEVICES_LINES    0x1fffeull
#define SEL4_DEVICES_MESSAGES 0x7fffffff00000000ull
/* This one says that some device's access to memory has been refused. */
#define SEL4_DEVICES_FAULT    (1ull << 63)

/* Once, after vmm_init(). */
void sel4_devices_start(struct sel4_devices *devices);
/* A notification has come. */
void sel4_devices_notify(struct sel4_devices *devices, uint64_t badge);
/* The guest's life has ended, and its devices are reset: no interrupt waits to be served. */
void sel4_devices_reset(struct sel4_devices *devices);
/* No other guest comes: they reach nothing at all. */
void sel4_devices_close(struct sel4_devices *devices);

/* --- What a device reaches (sel4_iospace.c) --- */

/*
 * All RAM of the guest is at its guest-physical address for the device, and is for as long as the
 * monitor lives. 0 or a negative errno.
 */
int sel4_iospace_map(struct sel4_host *host, const struct guest_memory *memory, uint64_t iospace);
/* An access of the device may have been refused: say so, once for reading and once for writing. */
void sel4_iospace_fault(struct sel4_function *function);
