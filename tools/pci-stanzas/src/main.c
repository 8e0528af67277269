/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci-stanzas: from what a machine says of its PCI devices to the settings that pass them through
 * to a guest (docs/passthrough.md).
 */
#include "choose.h"
#include "read.h"

#include <base/bits.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHOICES_MAX 32
#define INPUT_MAX   MIB(16)
#define SYSFS       "/sys/bus/pci/devices"

static const char usage[] =
    "usage: pci-stanzas [options] [SOURCE] [DEVICE…]\n\n"
    "Prints the settings of a .camkes description that pass PCI devices through to a guest. "
    "SOURCE\n"
    "is a file with what `lspci -vv` or `lspci -vv -xxxx` printed on the machine, - for the\n"
    "standard input, or a folder like " SYSFS " (the default: this machine).\n"
    "DEVICE is bus:dev.fun, vendor:device, or a part of the class or name; NAME=DEVICE names it.\n"
    "Without DEVICE the functions are listed.\n\n"
    "      --vm N           the guest's number (default 0)\n"
    "      --2018           the spelling of 2018: vmN_config.ioports, …\n"
    "      --without-iommu  for a machine that has none: see docs/passthrough.md first\n"
    "  -h, --help           this text\n\n"
    "Warnings are comments in the output, and go to the standard error stream.\n";

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("pci-stanzas: error: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static char *read_all(FILE *file, const char *name, size_t *size)
{
    char *text = malloc(INPUT_MAX);
    if (!text)
        die("no memory");
    *size = fread(text, 1, INPUT_MAX, file);
    if (ferror(file))
        die("%s: %s", name, strerror(errno));
    if (*size == INPUT_MAX)
        die("%s: this is too long for what lspci prints", name);
    return text;
}

static void read_machine(struct pci_machine *machine, const char *source)
{
    struct stat status;
    bool standard = strcmp(source, "-") == 0;
    if (!standard && stat(source, &status))
        die("%s: %s", source, strerror(errno));
    const char *problem;
    if (!standard && S_ISDIR(status.st_mode)) {
        problem = sysfs_read(machine, source);
    } else {
        FILE *file = standard ? stdin : fopen(source, "rb");
        if (!file)
            die("%s: %s", source, strerror(errno));
        size_t size;
        char *text = read_all(file, source, &size);
        problem = lspci_read(machine, text, size);
        free(text);
        if (!standard)
            fclose(file);
    }
    if (problem)
        die("%s: %s", source, problem);
}

/* Something that can be a SOURCE: it is there, or it looks like a path. */
static bool is_source(const char *text)
{
    struct stat status;
    return strcmp(text, "-") == 0 || strchr(text, '/') || stat(text, &status) == 0;
}

static unsigned long vm_number(const char *text)
{
    char *end;
    unsigned long n = text ? strtoul(text, &end, 10) : 0;
    if (!text || end == text || *end || n > 99)
        die("--vm needs a guest's number, 0 to 99");
    return n;
}

int main(int argc, char **argv)
{
    static struct pci_machine machine;
    struct pci_choice choices[CHOICES_MAX];
    char names[CHOICES_MAX][32], vm[8] = "vm0";
    struct pci_style style = {.vm = vm, .log = stderr};
    unsigned count = 0;
    int at = 1;
    for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++) {
        if (strcmp(argv[at], "-h") == 0 || strcmp(argv[at], "--help") == 0)
            return fputs(usage, stdout) < 0;
        if (strcmp(argv[at], "--2018") == 0)
            style.of_2018 = true;
        else if (strcmp(argv[at], "--without-iommu") == 0)
            style.without_iommu = true;
        else if (strcmp(argv[at], "--vm") == 0)
            snprintf(vm, sizeof(vm), "vm%lu", vm_number(argv[++at]));
        else
            die("unknown option '%s' (pci-stanzas --help lists them)", argv[at]);
    }
    read_machine(&machine, at < argc && is_source(argv[at]) ? argv[at++] : SYSFS);
    for (; at < argc; at++) {
        if (count == CHOICES_MAX)
            die("more than %u devices", CHOICES_MAX);
        char text[256];
        snprintf(text, sizeof(text), "%s", argv[at]);
        const char *problem = choose(&machine, argv[at], &choices[count]);
        if (problem)
            die("%s: %s", text, problem);
        for (unsigned i = 0; i < count; i++)
            if (choices[i].function == choices[count].function)
                die("%s: this device has been named already", text);
        count++;
    }
    if (count == 0) {
        pcilist_print_list(stdout, &machine);
        return 0;
    }
    pcilist_name_choices(choices, count, names);
    pcilist_print_stanzas(stdout, &machine, choices, count, &style);
    return fflush(stdout) != 0;
}
