/* SPDX-License-Identifier: BSD-2-Clause */
#include <pcilist/pcilist.h>

#include <string.h>

static bool is_taken(const struct pci_choice *choices, unsigned count, unsigned self,
                     const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (i != self && choices[i].name && strcmp(choices[i].name, name) == 0)
            return true;
    return false;
}

void pcilist_name_choices(struct pci_choice *choices, unsigned count, char (*names)[32])
{
    for (unsigned i = 0; i < count; i++) {
        const struct pci_function *f = choices[i].function;
        const char *kind = pcilist_short_name(f->class_code);
        if (choices[i].name)
            continue;
        /* "SATA", "Ethernet5" on bus 5; with all that it takes where that is not enough. */
        if (f->bus)
            snprintf(names[i], sizeof(names[i]), "%s%u", kind, f->bus);
        else
            snprintf(names[i], sizeof(names[i]), "%s", kind);
        if (is_taken(choices, count, i, names[i]))
            snprintf(names[i], sizeof(names[i]), "%s%u_%u_%u", kind, f->bus, f->dev, f->fun);
        choices[i].name = names[i];
    }
}
