/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI fixed hardware (PM1 event and control blocks, PM timer) and the three other ways in which a
 * PC is told to reset: port 0xcf9, the keyboard controller's pulse, port 0x92.
 * Rests on: ACPI specification 6.4, section 4.8.
 */
#pragma once

#include <vmm/device.h>

#define ACPI_PM_EVENT      0x600
#define ACPI_PM_CONTROL    0x604
#define ACPI_PM_TIMER      0x608
#define ACPI_RESET_PORT    0xcf9
#define ACPI_RESET_FULL    0x06
#define ACPI_SYSTEM_PORT_A 0x92 /* bit 0 resets, too */
#define ACPI_SCI_IRQ       9
#define ACPI_SLEEP_S5      5 /* SLP_TYP that _S5 names */

struct acpi_pm {
    uint16_t status, enable, control;
    uint8_t reset_control; /* 0xcf9 */
    uint8_t system_port;   /* 0x92 */
    const struct clock *clock;
    struct irq_line sci;
    void (*power_off)(void *ctx);
    void (*reset)(void *ctx, const char *way);
    void *ctx;
};

void acpi_pm_init(struct acpi_pm *pm, const struct clock *clock, const struct irq_line *sci,
                  void (*power_off)(void *), void (*reset)(void *, const char *), void *ctx);
/* After pci_attach(): the byte at 0xcf9 lies within the PCI address register. */
int acpi_pm_attach(struct acpi_pm *pm, struct port_bus *ports);
/*
 * Something happened that guests may want to know, asleep or not. They say of each event whether it
 * shall interrupt.
 */
#define ACPI_EVENT_FIRMWARE 0x0020 /* "global lock released": means nothing, and ends a sleep */
#define ACPI_EVENT_POWER    0x0100 /* the power button: a guest that listens shuts down */
#define ACPI_EVENT_RTC      0x0400 /* the clock's interrupt */
void acpi_pm_signal(struct acpi_pm *pm, uint16_t event);
