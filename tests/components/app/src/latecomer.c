/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes where it may not, and prints a line without its end: it must appear all the same. */
#include <camkes.h>

static void say_text(const char *text)
{
    while (*text)
        say_putchar(*text++);
}

int run(void)
{
    /* The interrupt line of the PIIX4's power management, which is any number. */
    uint8_t line = pci_read8(0, 1, 3, 0x3c);
    pci_write8(0, 1, 3, 0x3c, line ^ 0x5a);
    if (pci_read8(0, 1, 3, 0x3c) == line)
        say_text("gamma may not write to PCI devices\n");
    say_text("gamma has no more to say");
    return 0;
}
