/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the parts of a passed-through function (vmm/passthrough.h): adding it and its interrupts
 * (pass.c); its reset (pass_reset.c); its configuration space (pass_config.c) with the capabilities
 * (pass_caps.c): power and PCI Express (pass_express.c), messages (pass_msi.c, pass_msix.c); its
 * memory and ports (pass_bars.c).
 */
#pragma once

#include "../devices/pci_private.h"

#include <vmm/passthrough.h>
#include <vmm/vmm.h>

#define OFFSET_VENDOR     0x00
#define OFFSET_REVISION   0x08
#define OFFSET_CLASS      0x09
#define OFFSET_CACHE_LINE 0x0c
#define OFFSET_SUBSYSTEM  0x2c
#define OFFSET_ROM        0x30
#define OFFSET_CAPS       0x34
#define OFFSET_MIN_GNT    0x3e
#define OFFSET_OWN        0x40 /* from here on: capabilities, and what only the device knows */

#define STATUS_CAPS BIT(4)

#define COMMAND_MASTER BIT(2)
#define COMMAND_MWI    BIT(4)
#define COMMAND_PARITY BIT(6)

/* Whom the guest's accesses to a byte of configuration space concern. */
enum pass_access {
    PASS_EMULATED, /* config[] alone */
    PASS_READ,     /* reads come from the real one, writes are dropped */
    PASS_THROUGH,  /* both */
};

/* What a register of the real function decodes. */
struct pass_bar {
    struct pass_function *function;
    unsigned index;
    bool ports, wide, prefetchable;
    uint64_t address, size;
    uint64_t guest;   /* where the guest has it */
    bool shown, open; /* there without exits */
};

/* A capability of the real function's; offset 0: there is none. */
struct pass_cap {
    uint8_t offset, size;
};

/* A part of its memory. */
struct pass_region {
    unsigned bar;
    uint64_t offset, size;
};

/* Of extended configuration space, as the guest sees it. */
struct pass_extended {
    uint16_t offset, size;
    uint32_t header;
};

#define PASS_EXTENDED_MAX 4u

/* Of the guest's MSI-X table. */
struct pass_entry {
    uint32_t address[2], data, control;
};

struct pass_function {
    struct pci_function pci;
    vmm_t *vmm;
    const char *name;
    const struct pass_ops *ops;
    void *ctx;
    unsigned gsi, messages;
    uint16_t bdf;
    struct pass_bar bar[PCI_BARS];
    uint8_t access[PCI_CONFIG_BYTES];
    uint16_t command; /* of the real one, as last written */
    /*
     * Channels of an IDE controller at the PC's own ports, one bit each. With both there its
     * interrupts are the PC's own edges, too, and no pin's.
     */
    uint8_t legacy;
    bool clean;  /* reset, and not turned on since */
    bool raised; /* INTx has come, and the real one waits for the guest to end it */
    bool said_message, said_pending, said_gone;
    struct irq_listener listener;
    struct pass_cap express, af, pm, msi, msix;
    struct pass_extended extended[PASS_EXTENDED_MAX];
    unsigned extended_count;
    uint8_t power;                                          /* state */
    uint16_t device_control, link_control, device_control2; /* as firmware left them */
    uint16_t device_control_now;
    bool msi_on, msix_on;           /* in the real function */
    uint16_t msix_control;          /* of the real one, but for what is reserved */
    unsigned msix_real, msix_count; /* entries: that it has, that the guest sees */
    struct pass_region table, pending;
    struct pass_entry entry[PASS_MESSAGES_MAX];
    struct pass_function *next;
};

/* --- The real function --- */

static inline uint32_t pass_read(const struct pass_function *function, unsigned offset,
                                 unsigned size)
{
    vmm_keep_registers(&function->vmm->vcpu);
    return function->ops->config_read(function->ctx, offset, size) & (uint32_t)MASK(8 * size);
}

static inline void pass_write(const struct pass_function *function, unsigned offset, unsigned size,
                              uint32_t value)
{
    vmm_keep_registers(&function->vmm->vcpu);
    function->ops->config_write(function->ctx, offset, size, value);
}

/* What message `number` is in the real machine; false: it cannot be had, which has been said. */
bool pass_real_message(struct pass_function *function, unsigned number, uint64_t *address,
                       uint32_t *data);

#define PASS_IDE_CHANNELS 2
#define PASS_LEGACY       0x3

/* --- Time and resets (pass_reset.c) --- */

/* In the guest's own time; signals that come meanwhile are served as ever. */
void pass_sleep(vmm_t *vmm, unsigned ms);
/* From D3hot, where it has forgotten what it was told. */
void pass_come_back(struct pass_function *function);
/* By its own register: the function's part of the guest's bus is as after power-on, too. */
void pass_guest_resets(struct pass_function *function);

/* --- Configuration space (pass_config.c, pass_caps.c) --- */

/* Look at it and fill in config[] and access[]: 0, or -errno after saying why. */
int pass_identify(struct pass_function *function);
void pass_find_caps(struct pass_function *function);
/* Interrupts held back while it was off may come again. */
void pass_turn_on(struct pass_function *function);

/*
 * Of each capability: how many bytes the real one at `offset` has; what the guest sees of it, 0 or
 * -errno where that is nothing; what the guest has set, to the real one.
 */
unsigned pass_msi_size(const struct pass_function *function, unsigned offset);
unsigned pass_express_size(const struct pass_function *function, unsigned offset);
int pass_show_power(struct pass_function *function, const struct pass_cap *cap);
int pass_show_msi(struct pass_function *function, const struct pass_cap *cap);
int pass_show_msix(struct pass_function *function, const struct pass_cap *cap);
int pass_show_express(struct pass_function *function, const struct pass_cap *cap);
void pass_update_msi(struct pass_function *function);
void pass_update_msix(struct pass_function *function);
void pass_update_express(struct pass_function *function); /* and power */

/* --- Extended configuration space (pass_extended.c) --- */

void pass_find_extended(struct pass_function *function);
/* The doubleword at `offset`. */
uint32_t pass_read_extended(const struct pass_function *function, unsigned offset);

/* --- Power and PCI Express (pass_express.c) --- */

#define PASS_D0    0
#define PASS_D3HOT 3
#define PASS_D3_MS 10

/* False: it has no power states. */
bool pass_set_power(struct pass_function *function, unsigned state);
/* Whether a change to D3hot and back resets it. */
bool pass_forgets_in_d3(const struct pass_function *function);
/* Firmware's settings, in the real one and in the guest's registers. */
void pass_restore_express(struct pass_function *function);
void pass_forget_express(struct pass_function *function);

/* --- Messages (pass_msi.c, pass_msix.c) --- */

void pass_stop_msi(struct pass_function *function);
void pass_stop_msix(struct pass_function *function);
void pass_forget_msix(struct pass_function *function);
/* Its registers are known: 0, or -errno after saying what is wrong with the table. */
int pass_check_msix(const struct pass_function *function);
void pass_deliver_msi(const struct pass_function *function);
void pass_deliver_msix(const struct pass_function *function, unsigned number);
/* Accesses to its memory: false if they do not concern the table. */
bool pass_msix_read(struct pass_function *function, unsigned bar, uint64_t offset, unsigned size,
                    uint64_t *value);
bool pass_msix_write(struct pass_function *function, unsigned bar, uint64_t offset, unsigned size,
                     uint64_t value);

/* --- Memory and ports (pass_bars.c) --- */

/* Size the registers, with decoding off, and give the guest the like: 0, or -errno likewise. */
int pass_size_bars(struct pass_function *function);
int pass_add_bars(struct pass_function *function);
/* The real registers back to where they were. */
void pass_restore_bars(const struct pass_function *function);
