/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has the network card, writes to it and where it may not; and prints a line without its end: it
 * must appear all the same.
 */
#include <camkes.h>

#define CARD    3 /* on bus 0 */
#define COMMAND 0x04
#define ADDRESS 0x10
#define ROM     0x30
#define LINE    0x3c

static void say_text(const char *text)
{
    while (*text)
        say_putchar(*text++);
}

/* The interrupt line, which is any number. */
static bool can_write(uint8_t dev, uint8_t fun)
{
    uint8_t line = pci_read8(0, dev, fun, LINE);
    pci_write8(0, dev, fun, LINE, line ^ 0x5a);
    bool written = pci_read8(0, dev, fun, LINE) != line;
    pci_write8(0, dev, fun, LINE, line);
    return written;
}

/* The base address register takes that value, whatever its size. */
static bool takes(uint32_t value)
{
    pci_write32(0, CARD, 0, ADDRESS, value);
    return (pci_read32(0, CARD, 0, ADDRESS) & 0xfffe0000) == (value & 0xfffe0000);
}

static bool stays(void)
{
    uint32_t address = pci_read32(0, CARD, 0, ADDRESS);
    uint16_t command = pci_read16(0, CARD, 0, COMMAND);
    bool good = (command & 2) && !takes(0xfd000000) && !takes(~0u);
    pci_write16(0, CARD, 0, COMMAND, 0);
    /* Off, its size can be found; and before it is at its place again, it cannot be turned on. */
    good = good && !takes(0xfd000000) && takes(~0u);
    pci_write16(0, CARD, 0, ADDRESS + 2, 0xfd00);
    pci_write16(0, CARD, 0, COMMAND, command);
    good = good && !(pci_read16(0, CARD, 0, COMMAND) & 3) && takes(address);
    /* Its ROM may be off, but not on elsewhere. */
    pci_write32(0, CARD, 0, ROM, 0xfd000001);
    good = good && (pci_read32(0, CARD, 0, ROM) >> 16 != 0xfd00);
    pci_write32(0, CARD, 0, ROM, 0);
    good = good && pci_read32(0, CARD, 0, ROM) == 0;
    pci_write16(0, CARD, 0, COMMAND, command);
    return good && pci_read16(0, CARD, 0, COMMAND) == command;
}

int run(void)
{
    /* Nobody's, a bridge, and beta's. */
    if (can_write(CARD, 0) && !can_write(1, 1) && !can_write(1, 3) && !can_write(2, 0))
        say_text("gamma writes to its own PCI device, and to no other\n");
    if (stays())
        say_text("gamma cannot move it\n");
    say_text("gamma has no more to say");
    return 0;
}
