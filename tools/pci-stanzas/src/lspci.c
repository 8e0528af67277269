/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what lspci prints. Lines that are of no interest, or that a newer lspci has made up, are
 * passed over; a function that nothing is known of but its place stays in the list.
 */
#include "read.h"

#include <base/bits.h>
#include <base/number.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE   1024
#define CONFIG_SIZE 4096

struct reader {
    struct pci_machine *machine;
    struct pci_function *function; /* whose lines these are; NULL before the first */
    bool certain;                  /* its interrupt is an input of the I/O APIC */
    uint8_t config[CONFIG_SIZE];
    size_t config_size; /* bytes seen of it, from 0 on */
    const char *problem;
};

void settle_route(struct pci_function *f, bool certain)
{
    if (f->gsi == PCI_NONE)
        f->route = PCI_ROUTE_UNKNOWN;
    else if (f->msi_on)
        f->route = PCI_ROUTE_MESSAGE;
    else if (!certain && !f->driven && f->gsi < 16)
        f->route = PCI_ROUTE_LINE;
    else
        f->route = PCI_ROUTE_GSI;
}

/* From one to `digits` hexadecimal digits at `*p`, which moves; false: none. */
static bool read_hex(const char **p, unsigned digits, uint64_t *value)
{
    const char *start = *p;
    *value = 0;
    for (; *p - start < digits && isxdigit((unsigned char)**p); (*p)++) {
        char c = (char)tolower((unsigned char)**p);
        *value = *value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return *p != start;
}

static bool skip(const char **p, const char *text)
{
    size_t length = strlen(text);
    if (strncmp(*p, text, length) != 0)
        return false;
    *p += length;
    return true;
}

static void end_function(struct reader *r)
{
    if (!r->function)
        return;
    bool msi_on = r->function->msi_on;
    int gsi = r->function->gsi;
    if (r->config_size) {
        pcilist_decode(r->function, r->config, r->config_size);
        /* A hex dump has no more than the register that the firmware filled in. */
        if (gsi == PCI_NONE && r->function->pin && r->function->line)
            r->function->gsi = r->function->line;
    }
    r->function->msi_on |= msi_on;
    settle_route(r->function, r->certain);
    r->function = NULL;
}

/* "[8086:2922]", the last such on the line: there may be others in the name. */
static void read_ids(struct pci_function *f, const char *line)
{
    for (const char *p = strchr(line, '['); p; p = strchr(p + 1, '[')) {
        const char *q = p + 1;
        uint64_t vendor, device;
        if (read_hex(&q, 4, &vendor) && q - p == 5 && skip(&q, ":") && read_hex(&q, 4, &device) &&
            *q == ']') {
            f->vendor = (uint16_t)vendor;
            f->device = (uint16_t)device;
        }
    }
}

/* "SATA controller: Intel …", or with -nn "SATA controller [0106]: Intel …". */
static void read_class(struct pci_function *f, const char *line)
{
    const char *colon = strstr(line, ": "), *bracket = strchr(line, '[');
    if (!colon)
        return;
    const char *q = bracket ? bracket + 1 : colon;
    uint64_t code;
    int named = pcilist_class_by_name(line, (size_t)(colon - line));
    if (bracket && bracket < colon && read_hex(&q, 4, &code) && *q == ']')
        f->class_code = (uint32_t)code << 8;
    else if (named != PCI_NONE)
        f->class_code = (uint32_t)named;
    const char *interface = strstr(colon, "(prog-if ");
    if (interface && (q = interface + 9) && read_hex(&q, 2, &code))
        f->class_code |= (uint32_t)code;
    /* The name ends where the programming interface begins. */
    size_t length = interface ? (size_t)(interface - colon - 2) : strlen(colon + 2);
    while (length && colon[1 + length] == ' ')
        length--;
    snprintf(f->text, sizeof(f->text), "%.*s", (int)MIN(length, sizeof(f->text)), colon + 2);
    /* It is going to be a comment of one line. */
    for (char *c = f->text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '\\')
            *c = '?';
}

static bool read_place(struct reader *r, const char *line)
{
    const char *p = line;
    uint64_t segment = 0, bus, dev, fun;
    if (!read_hex(&p, 4, &bus) || !skip(&p, ":"))
        return false;
    if (p - line == 5) {
        segment = bus;
        if (!read_hex(&p, 2, &bus) || !skip(&p, ":"))
            return false;
    } else if (p - line != 3) {
        return false;
    }
    if (!read_hex(&p, 2, &dev) || !skip(&p, ".") || !read_hex(&p, 1, &fun) || *p != ' ' ||
        dev > 31 || fun > 7)
        return false;
    end_function(r);
    r->certain = false;
    r->config_size = 0;
    r->function =
        pcilist_add(r->machine, (uint16_t)segment, (uint8_t)bus, (uint8_t)dev, (uint8_t)fun);
    if (!r->function) {
        r->problem = "there are more PCI functions than this program has room for";
        return true;
    }
    read_class(r->function, p + 1);
    read_ids(r->function, p + 1);
    return true;
}

/* "40: 86 80 …": a row of the configuration space, in order. */
static bool read_row(struct reader *r, const char *line)
{
    const char *p = line;
    uint64_t offset, byte;
    if (!read_hex(&p, 3, &offset) || !skip(&p, ": "))
        return false;
    if (offset != r->config_size)
        return true;
    for (; r->config_size < CONFIG_SIZE && read_hex(&p, 2, &byte); p += *p == ' ')
        r->config[r->config_size++] = (uint8_t)byte;
    return true;
}

/* "Region 4: I/O ports at c040 [size=32]" */
static void read_region(struct reader *r, const char *p)
{
    uint64_t index, address = 0;
    if (!read_hex(&p, 1, &index) || index >= PCI_BARS || !skip(&p, ": "))
        return;
    const char *size = strstr(p, "[size="), *end = size ? strchr(size, ']') : NULL;
    struct pci_bar bar = {.wide = strstr(p, "64-bit"), .prefetchable = strstr(p, " prefetchable)")};
    skip(&p, "[virtual] ");
    if (skip(&p, "I/O ports at "))
        bar.kind = PCI_BAR_PORTS;
    else if (skip(&p, "Memory at "))
        bar.kind = PCI_BAR_MEMORY;
    else
        return;
    if (read_hex(&p, 16, &address))
        bar.address = address;
    if (end && !number_parse(size + 6, end, &bar.size))
        bar.size = 0;
    /* Sizes are powers of two, and registers lie at multiples of them. */
    if (bar.size & (bar.size - 1) || (bar.size && bar.address & (bar.size - 1)))
        bar.size = 0;
    r->function->bars[index] = bar;
}

static void read_interrupt(struct reader *r, const char *p)
{
    struct pci_function *f = r->function;
    if (*p < 'A' || *p > 'D')
        return;
    f->pin = (uint8_t)(*p++ - 'A' + 1);
    if (!skip(&p, " routed to IRQ "))
        return;
    char *end;
    unsigned long gsi = strtoul(p, &end, 10);
    if (end != p && gsi < 65536 && gsi != 0)
        f->gsi = (int)gsi;
    r->certain = strncmp(end, " of the I/O APIC", 16) == 0;
}

static unsigned read_count(const char *p)
{
    const char *count = strstr(p, "Count="), *of = count ? strchr(count, '/') : NULL;
    unsigned long n = count ? strtoul(of ? of + 1 : count + 6, NULL, 10) : 0;
    return n <= 2048 ? (unsigned)n : 0;
}

static void read_detail(struct reader *r, const char *p)
{
    struct pci_function *f = r->function;
    const char *at;
    uint64_t bus;
    while (*p == ' ' || *p == '\t')
        p++;
    if (skip(&p, "Region "))
        read_region(r, p);
    else if (skip(&p, "Interrupt: pin "))
        read_interrupt(r, p);
    else if (skip(&p, "IOMMU group: "))
        f->group = (int)(strtoul(p, NULL, 10) & MASK(16));
    else if (skip(&p, "Kernel driver in use: "))
        f->driven = true;
    else if (skip(&p, "Bus: primary=") && (at = strstr(p, "secondary="))) {
        at += 10;
        f->header = 1;
        if (read_hex(&at, 2, &bus))
            f->secondary = (uint8_t)bus;
    } else if (strncmp(p, "Capabilities: ", 14) == 0 && (at = strstr(p, "MSI: Enable"))) {
        f->msi = read_count(at);
        f->msi_on = at[11] == '+';
    } else if (strncmp(p, "Capabilities: ", 14) == 0 && strstr(p, "MSI-X: ")) {
        f->msix = read_count(p);
    }
    f->reset |= strstr(p, "FLReset+") || strstr(p, " FLR+");
}

const char *lspci_read(struct pci_machine *machine, const char *text, size_t size)
{
    struct reader r = {.machine = machine};
    const char *end = text + size;
    while (text < end && !r.problem) {
        char line[LINE_SIZE] = "";
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text), kept = 0;
        for (size_t i = 0; i < length && kept < LINE_SIZE - 1; i++)
            if (text[i] && text[i] != '\r')
                line[kept++] = text[i];
        text += length + 1;
        if (line[0] == '\t' || line[0] == ' ') {
            if (r.function)
                read_detail(&r, line);
        } else if (!read_place(&r, line) && r.function) {
            read_row(&r, line);
        }
    }
    end_function(&r);
    if (!r.problem && machine->count == 0)
        r.problem = "no PCI function is in it; it should be what `lspci -vv` prints";
    return r.problem;
}
