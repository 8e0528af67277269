/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PCI functions of a machine, as one finds them there, and the settings that pass them through
 * to a guest. Used on the host, for what lspci prints, and in a component that looks itself.
 * Rests on: PCI Local Bus Specification 3.0, chapter 6 and appendix D; PCI Express Base
 * Specification 3.0, 7.8.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PCI_BARS          6
#define PCI_FUNCTIONS_MAX 256
#define PCI_NAME_SIZE     96
#define PCI_EXTENDED_MAX  16
#define PCI_NONE          (-1)

enum pci_bar_kind { PCI_BAR_ABSENT, PCI_BAR_PORTS, PCI_BAR_MEMORY };

struct pci_bar {
    enum pci_bar_kind kind;
    bool wide, prefetchable;
    uint64_t address; /* 0: the firmware gave it none */
    uint64_t size;    /* bytes; 0: not known */
};

/* What is known of where INTx goes. */
enum pci_route {
    PCI_ROUTE_UNKNOWN,
    PCI_ROUTE_GSI,     /* `gsi` is it */
    PCI_ROUTE_MESSAGE, /* the number that was shown is a message's */
    PCI_ROUTE_LINE,    /* the number that was shown may be that of the 8259 pair */
};

struct pci_function {
    uint16_t segment;
    uint8_t bus, dev, fun;
    uint16_t vendor, device, board; /* `board`: subsystem vendor. 0: not known */
    uint32_t class_code;            /* 24 bits */
    uint8_t header;                 /* 1: a bridge, 2: a CardBus bridge */
    uint8_t secondary;              /* the bus after a bridge */
    uint8_t express;                /* PCI Express: its type of device or port and 1; else 0 */
    bool isolates;                  /* lets nothing pass from function to function (ACS) */
    struct pci_bar bars[PCI_BARS];
    uint8_t pin;  /* 0: none, 1: INTA#, … */
    uint8_t line; /* its Interrupt Line register */
    enum pci_route route;
    int gsi;                             /* global system interrupt of the pin */
    unsigned msi, msix;                  /* messages that it can send, 0: none of that kind */
    bool msi_on, driven;                 /* MSI is enabled; it has a driver */
    bool reset;                          /* has a function-level reset */
    uint16_t extended[PCI_EXTENDED_MAX]; /* numbers of its extended capabilities, if known */
    unsigned extended_count;
    int group;                /* IOMMU group, PCI_NONE: not known */
    char text[PCI_NAME_SIZE]; /* as lspci names it, without its class; may be empty */
};

struct pci_machine {
    struct pci_function functions[PCI_FUNCTIONS_MAX];
    unsigned count;
};

/* The function, new if need be; NULL: there are too many. */
struct pci_function *pcilist_add(struct pci_machine *machine, uint16_t segment, uint8_t bus,
                                 uint8_t dev, uint8_t fun);
const struct pci_function *pcilist_find(const struct pci_machine *machine, uint8_t bus, uint8_t dev,
                                        uint8_t fun);

/* What the first `size` bytes of configuration space say; sizes of BARs stay as they are. */
void pcilist_decode(struct pci_function *function, const uint8_t *config, size_t size);

/* The bridge that leads to the bus; NULL: there is none. */
const struct pci_function *pcilist_bridge_to(const struct pci_machine *machine, uint8_t bus);

/*
 * Access control services, by the register of their capabilities (bits 15:0) and their control
 * register (bits 31:16): whether they keep functions apart; and the control register with which
 * they do so, as far as they are able to.
 */
bool pcilist_isolates(uint32_t access_control);
uint16_t pcilist_isolating(uint32_t access_control);

/*
 * Finds which functions an IOMMU cannot tell apart, or which reach each other without passing it,
 * where nobody has said that yet: the groups.
 */
void pcilist_group(struct pci_machine *machine);

/* --- Classes --- */

/* What lspci calls the class, and the short name that a device of it gets. */
const char *pcilist_class_name(uint32_t class_code);
const char *pcilist_short_name(uint32_t class_code);
/* The class of that name (no zero at its end), 24 bits; PCI_NONE: there is none. */
int pcilist_class_by_name(const char *name, size_t length);
/* Why the function stays with the system; NULL: a guest may have it. */
const char *pcilist_refusal(const struct pci_function *function);

/* --- Interrupts --- */

/*
 * Finds the inputs of the I/O APIC for pins without one, on boards whose wiring is known: those of
 * QEMU. `piix_pirq`: the registers 0x60 to 0x63 of the ISA bridge.
 */
void pcilist_route(struct pci_machine *machine, const uint8_t piix_pirq[4]);

/* --- Output --- */

/* All functions, in lspci's form; why some may not be given away. */
void pcilist_print_list(FILE *out, const struct pci_machine *machine);

struct pci_choice {
    const struct pci_function *function;
    const char *name;
};

struct pci_style {
    const char *vm;     /* "vm0" */
    bool of_2018;       /* vm0_config.ioports, …; else vm0.vm_ioports, … */
    bool without_iommu; /* the machine has none, so there is no DMA */
    FILE *log;          /* warnings go there, too; may be NULL */
};

/* Names for the functions that have none yet, each once. `names` has a row for each choice. */
void pcilist_name_choices(struct pci_choice *choices, unsigned count, char (*names)[32]);

/* The settings for these functions. Returns the number of warnings, which are comments there. */
unsigned pcilist_print_stanzas(FILE *out, const struct pci_machine *machine,
                               const struct pci_choice *choices, unsigned count,
                               const struct pci_style *style);
