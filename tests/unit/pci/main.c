/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading what machines say of their PCI functions, and the settings that come out. What is in
 * machines/ was printed by Debian 12 on QEMU 7.2, but cma34cr.lspci, which has the numbers of the
 * tutorial's machine.
 */
#include "read.h"
#include "suites.h"

#include <stdlib.h>
#include <string.h>

char *machine_text(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), MACHINES "/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_non_null(text);
    size_t size = fread(text, 1, (1 << 16) - 1, file);
    assert_int_not_equal(size, 0);
    fclose(file);
    return text;
}

struct pci_machine *machine_read(const char *name)
{
    struct pci_machine *machine = calloc(1, sizeof(*machine));
    char *text = machine_text(name);
    assert_non_null(machine);
    assert_null(lspci_read(machine, text, strlen(text)));
    free(text);
    return machine;
}

int main(void)
{
    return test_read() || test_stanzas() || test_tables();
}
