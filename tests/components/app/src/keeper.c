/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has QEMU's "edu" as a monitor has a device of its guest's: the loader has connected its
 * interrupts, messages and refused accesses to the one notification, each with its badge.
 */
#include <alloc/alloc.h>
#include <base/bits.h>
#include <camkes.h>

#define DEVICE     0x1d /* on bus 0 */
#define IDENTITY   0x11e81234u
#define COMMAND    0x04
#define CAPABILITY 0x34
#define MSI        5

#define RAISE       (0x60 / 4)
#define ACKNOWLEDGE (0x64 / 4)
#define SOURCE      (0x80 / 4)
#define TARGET      (0x88 / 4)
#define COUNT       (0x90 / 4)
#define RUN         (0x98 / 4)
#define BUFFER      0x40000
#define NOWHERE     0x200000 /* the device reaches no memory at all */

#define REGISTERS 0x600000000ul
#define BASE      BIT(27)
#define MESSAGE   3 /* any of its eight */

static void say_text(const char *text)
{
    while (*text)
        say_putchar(*text++);
}

static bool check(bool good, const char *what)
{
    if (!good) {
        say_text("keeper: ");
        say_text(what);
        say_text("\n");
    }
    return good;
}

static seL4_CPtr resource(enum camkes_resource_kind kind, uint64_t first, uint64_t last)
{
    for (unsigned i = 0; i < camkes_instance.resource_count; i++) {
        const struct camkes_resource *r = &camkes_instance.resources[i];
        if (r->kind == kind && r->first == first && r->last == last)
            return r->cptr;
    }
    return 0;
}

static uint64_t wait(void)
{
    seL4_Word badge = 0;
    seL4_Wait(intready_notification(), &badge);
    return badge;
}

static bool has_interrupt(volatile uint32_t *registers)
{
    seL4_CPtr irq = resource(CAMKES_RESOURCE_IRQ, 0, 16);
    registers[RAISE] = 1;
    bool good = wait() == (BASE | BIT(10 + 1));
    /* Still asserted, it comes again. */
    good = seL4_IRQHandler_Ack(irq) == 0 && good && wait() == (BASE | BIT(10 + 1));
    registers[ACKNOWLEDGE] = 1;
    return seL4_IRQHandler_Ack(irq) == 0 && good;
}

static bool has_message(volatile uint32_t *registers)
{
    seL4_CPtr message = resource(CAMKES_RESOURCE_MSI, DEVICE << 3, MESSAGE);
    seL4_X86_IRQHandler_GetMessage_t m = seL4_X86_IRQHandler_GetMessage(message);
    uint8_t at = pci_read8(0, DEVICE, 0, CAPABILITY);
    while (at && pci_read8(0, DEVICE, 0, at) != MSI)
        at = pci_read8(0, DEVICE, 0, at + 1);
    pci_write32(0, DEVICE, 0, at + 4, (uint32_t)m.address);
    pci_write32(0, DEVICE, 0, at + 8, (uint32_t)(m.address >> 32));
    pci_write16(0, DEVICE, 0, at + 12, (uint16_t)m.data);
    pci_write16(0, DEVICE, 0, at + 2, pci_read16(0, DEVICE, 0, at + 2) | 1);
    registers[RAISE] = 1;
    bool good = !m.error && wait() == (BASE | BIT(32 + MESSAGE));
    registers[ACKNOWLEDGE] = 1;
    return seL4_IRQHandler_Ack(message) == 0 && good;
}

static bool has_refusal(volatile uint32_t *registers, seL4_CPtr space)
{
    registers[SOURCE] = NOWHERE;
    registers[TARGET] = BUFFER;
    registers[COUNT] = 8;
    registers[RUN] = 1;
    bool good = wait() == (BASE | BIT(63));
    seL4_X86_IOSpace_GetFault_t fault = seL4_X86_IOSpace_GetFault(space);
    return good && !fault.error && fault.faulted && fault.address == NOWHERE && !fault.write;
}

int run(void)
{
    uint64_t domain = 0;
    for (unsigned i = 0; i < camkes_instance.resource_count; i++)
        if (camkes_instance.resources[i].kind == CAMKES_RESOURCE_IOSPACE)
            domain = camkes_instance.resources[i].first;
    seL4_CPtr space = resource(CAMKES_RESOURCE_IOSPACE, domain, DEVICE << 3);
    seL4_CPtr frame = resource(CAMKES_RESOURCE_FRAME, 0xfea00000, seL4_PageBits);
    if (pci_read32(0, DEVICE, 0, 0) != IDENTITY) {
        if (check(seL4_X86_IOSpace_GetFault(space).error, "an IOSpace without a device"))
            say_text("keeper has no device here\n");
        return 0;
    }
    pci_write16(0, DEVICE, 0, COMMAND, 6);
    if (!check(alloc_map(camkes_alloc(), REGISTERS, frame, seL4_AllRights, seL4_X86_Uncacheable) ==
                   0,
               "cannot map it"))
        return 0;
    volatile uint32_t *registers = (volatile uint32_t *)REGISTERS;
    if (check((registers[0] & 0xff) == 0xed, "another device is in its place") &&
        check(has_interrupt(registers), "no interrupt") &&
        check(has_message(registers), "no message") &&
        check(has_refusal(registers, space), "no word of a refusal"))
        say_text("keeper has its device: interrupt, message, refusal\n");
    return 0;
}
