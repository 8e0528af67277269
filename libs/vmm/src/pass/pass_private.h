/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the parts of a passed-through function (vmm/passthrough.h), from the top: adding it and
 * its interrupts (pass.c); its reset (pass_reset.c); its configuration space (pass_config.c) with
 * the capabilities (pass_caps.c); its memory and ports (pass_bars.c).
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
    bool clean;       /* reset, and not turned on since */
    bool raised;      /* INTx has come, and the real one waits for the guest to end it */
    unsigned reported;
    struct irq_listener listener;
    struct pass_cap express, af, pm;
    uint16_t device_control, link_control, device_control2; /* as firmware left them */
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

/* --- Parts --- */

/* Interrupts held back while it was off may come again. */
void pass_turn_on(struct pass_function *function);

/* Look at it and fill in config[] and access[]: 0, or -errno after saying why. */
int pass_identify(struct pass_function *function);
void pass_find_caps(struct pass_function *function);

/* Size the registers, with decoding off, and give the guest the like: 0, or -errno likewise. */
int pass_size_bars(struct pass_function *function);
int pass_add_bars(struct pass_function *function);
/* The real registers back to where they were. */
void pass_restore_bars(const struct pass_function *function);

/* What firmware has set up and a reset forgets. */
void pass_save(struct pass_function *function);
