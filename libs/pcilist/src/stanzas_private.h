/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files that write settings share. */
#pragma once

#include <pcilist/pcilist.h>

#define STANZA_CHOICES_MAX   32
#define STANZA_IOAPIC_INPUTS 24 /* of the first I/O APIC, as PCs have it */

struct stanza_irq {
    char name[48];
    int source, dest;
    bool level, low;
};

struct stanzas {
    FILE *out;
    const struct pci_machine *machine;
    const struct pci_choice *choices;
    unsigned count;
    const struct pci_style *style;
    struct stanza_irq irqs[STANZA_CHOICES_MAX * 2];
    unsigned irq_count;
    const char *irq_of[STANZA_CHOICES_MAX]; /* name of a choice's interrupt, NULL: none */
    unsigned warnings;
};

void stanza_warn(struct stanzas *s, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool stanza_is_chosen(const struct stanzas *s, const struct pci_function *f);

/* Whether the register is one that a setting can name: at an address, of a size, in whole pages. */
bool stanza_is_usable(const struct pci_function *f, unsigned bar);
/* Comments and warnings on one choice. */
void stanza_remarks(struct stanzas *s, unsigned choice);

/* Whether an IDE function serves this channel (0, 1) at the ports and interrupts of an AT. */
bool pcilist_is_legacy_channel(const struct pci_function *f, unsigned channel);
