/* SPDX-License-Identifier: BSD-2-Clause */
#include "choose.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool contains(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (; *text; text++)
        if (strncasecmp(text, part, length) == 0)
            return true;
    return false;
}

static bool is_meant(const struct pci_function *f, const char *text)
{
    unsigned a, b, c, segment;
    char rest;
    if (sscanf(text, "%4x:%2x:%2x.%1x%c", &segment, &a, &b, &c, &rest) == 4)
        return f->segment == segment && f->bus == a && f->dev == b && f->fun == c;
    if (sscanf(text, "%2x:%2x.%1x%c", &a, &b, &c, &rest) == 3)
        return f->segment == 0 && f->bus == a && f->dev == b && f->fun == c;
    if (strlen(text) == 9 && sscanf(text, "%4x:%4x%c", &a, &b, &rest) == 2)
        return f->vendor == a && f->device == b;
    return contains(pcilist_class_name(f->class_code), text) || contains(f->text, text);
}

/* It is going to be a string of the description. */
static bool is_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return false;
    return *name && strlen(name) < 32;
}

const char *choose(const struct pci_machine *machine, char *text, struct pci_choice *choice)
{
    char *equals = strchr(text, '=');
    *choice = (struct pci_choice){0};
    if (equals) {
        *equals = '\0';
        choice->name = text;
        text = equals + 1;
        if (!is_name(choice->name))
            return "a name is made of up to 31 letters, digits, _ and -";
    }
    for (unsigned i = 0; i < machine->count && *text; i++) {
        if (!is_meant(&machine->functions[i], text))
            continue;
        if (choice->function)
            return "several functions are meant; say which, as 00:1f.2";
        choice->function = &machine->functions[i];
    }
    if (!choice->function)
        return "there is no such function";
    return pcilist_refusal(choice->function);
}
