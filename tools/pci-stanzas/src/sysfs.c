/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads what Linux shows of PCI functions (its Documentation/ABI/testing/sysfs-bus-pci). */
#include "read.h"

#include <base/bits.h>

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Flags in `resource`. */
#define RESOURCE_PORTS        0x00000100u
#define RESOURCE_MEMORY       0x00000200u
#define RESOURCE_PREFETCH     0x00002000u
#define RESOURCE_MEMORY_64BIT 0x00100000u

#define PATH_SIZE 4096

/* The beginning of a file; its length, 0 if it cannot be read. */
static size_t read_file(const char *folder, const char *device, const char *name, char *buffer,
                        size_t size)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/%s/%s", folder, device, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t length = fread(buffer, 1, size - 1, file);
    buffer[length] = '\0';
    fclose(file);
    return length;
}

/* The last part of what a link names; "" where there is no link. */
static void read_link(const char *folder, const char *device, const char *name, char *buffer,
                      size_t size)
{
    char path[PATH_SIZE], target[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/%s/%s", folder, device, name);
    ssize_t length = readlink(path, target, sizeof(target) - 1);
    target[length > 0 ? length : 0] = '\0';
    const char *slash = strrchr(target, '/');
    snprintf(buffer, size, "%s", slash ? slash + 1 : target);
}

static void read_resources(struct pci_function *f, char *text)
{
    for (unsigned i = 0; i < PCI_BARS; i++) {
        char *end;
        uint64_t first = strtoull(text, &end, 16), last = strtoull(end, &end, 16);
        uint64_t flags = strtoull(end, &end, 16);
        if (end == text)
            return;
        text = end;
        if (last < first || last == 0 || !(flags & (RESOURCE_PORTS | RESOURCE_MEMORY)))
            continue;
        f->bars[i] = (struct pci_bar){
            .kind = flags & RESOURCE_PORTS ? PCI_BAR_PORTS : PCI_BAR_MEMORY,
            .wide = flags & RESOURCE_MEMORY_64BIT,
            .prefetchable = flags & RESOURCE_PREFETCH,
            .address = first,
            .size = last - first + 1,
        };
    }
}

static void read_device(struct pci_function *f, const char *folder, const char *device)
{
    char config[4097], text[1024], link[64];
    size_t size = read_file(folder, device, "config", config, sizeof(config));
    pcilist_decode(f, (const uint8_t *)config, size);
    /* Addresses there are those of the processor, which may differ from those in the registers. */
    if (read_file(folder, device, "resource", text, sizeof(text)))
        read_resources(f, text);
    if (read_file(folder, device, "class", text, sizeof(text)))
        f->class_code = (uint32_t)strtoul(text, NULL, 16) & MASK(24);
    if (read_file(folder, device, "vendor", text, sizeof(text)))
        f->vendor = (uint16_t)strtoul(text, NULL, 16);
    if (read_file(folder, device, "device", text, sizeof(text)))
        f->device = (uint16_t)strtoul(text, NULL, 16);
    snprintf(f->text, sizeof(f->text), "Device [%04x:%04x]", f->vendor, f->device);
    if (read_file(folder, device, "irq", text, sizeof(text)) && strtoul(text, NULL, 10))
        f->gsi = (int)(strtoul(text, NULL, 10) & MASK(16));
    read_link(folder, device, "driver", link, sizeof(link));
    f->driven = link[0];
    read_link(folder, device, "iommu_group", link, sizeof(link));
    if (link[0])
        f->group = (int)(strtoul(link, NULL, 10) & MASK(16));
    settle_route(f, false);
}

static int is_device(const struct dirent *entry)
{
    unsigned segment, bus, dev, fun;
    char rest;
    return sscanf(entry->d_name, "%4x:%2x:%2x.%1x%c", &segment, &bus, &dev, &fun, &rest) == 4;
}

const char *sysfs_read(struct pci_machine *machine, const char *folder)
{
    struct dirent **entries;
    const char *problem = NULL;
    int count = scandir(folder, &entries, is_device, alphasort);
    if (count < 0)
        return strerror(errno);
    for (int i = 0; i < count; i++) {
        unsigned segment, bus, dev, fun;
        struct pci_function *f = NULL;
        if (sscanf(entries[i]->d_name, "%4x:%2x:%2x.%1x", &segment, &bus, &dev, &fun) == 4)
            f = pcilist_add(machine, (uint16_t)segment, (uint8_t)bus, (uint8_t)dev, (uint8_t)fun);
        if (f)
            read_device(f, folder, entries[i]->d_name);
        else
            problem = "there are more PCI functions than this program has room for";
        free(entries[i]);
    }
    free(entries);
    if (!problem && count == 0)
        problem = "there is no PCI function in that folder";
    return problem;
}
