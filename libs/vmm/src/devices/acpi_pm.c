/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI fixed hardware and the reset ports (acpi_pm.h).
 */
#include <vmm/acpi_pm.h>

#include <string.h>

#define PM_TIMER_HZ      3579545ull
#define STATUS_WRITABLE  0x8721
#define ENABLE_WRITABLE  0x0721
#define CONTROL_SCI_EN   0x0001
#define CONTROL_WRITABLE 0x1c06
#define CONTROL_SLP_EN   0x2000

#define KEYBOARD_COMMAND     0x64
#define KEYBOARD_RESET_PULSE 0xfe /* also fc, fa, f8, …: bit 0 clear pulses the reset line */
#define RESET_CPU            0x04

static void update_sci(struct acpi_pm *pm)
{
    irq_line_set(&pm->sci, pm->status & pm->enable);
}

static uint32_t pm_in(void *ctx, uint16_t port, unsigned size)
{
    struct acpi_pm *pm = ctx;

    (void)size;
    switch (port) {
    case ACPI_PM_EVENT:
        return pm->status;
    case ACPI_PM_EVENT + 2:
        return pm->enable;
    case ACPI_PM_CONTROL:
        return pm->control | CONTROL_SCI_EN; /* there is no legacy mode to leave */
    default:
        return 0;
    }
}

static void write_control(struct acpi_pm *pm, uint16_t value)
{
    pm->control = value & CONTROL_WRITABLE;
    if ((value & CONTROL_SLP_EN) && (value >> 10 & 7) == ACPI_SLEEP_S5)
        pm->power_off(pm->ctx);
}

static void pm_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct acpi_pm *pm = ctx;

    (void)size;
    switch (port) {
    case ACPI_PM_EVENT:
        pm->status &= (uint16_t) ~(value & STATUS_WRITABLE);
        update_sci(pm);
        break;
    case ACPI_PM_EVENT + 2:
        pm->enable = value & ENABLE_WRITABLE;
        update_sci(pm);
        break;
    case ACPI_PM_CONTROL:
        write_control(pm, (uint16_t)value);
        break;
    default:
        break;
    }
}

static uint32_t timer_in(void *ctx, uint16_t port, unsigned size)
{
    struct acpi_pm *pm = ctx;
    uint64_t now = clock_now(pm->clock);
    uint32_t count = (uint32_t)((unsigned __int128)now * PM_TIMER_HZ / pm->clock->hz);

    (void)size;
    return count >> (8 * (port & 3));
}

static uint32_t reset_in(void *ctx, uint16_t port, unsigned size)
{
    struct acpi_pm *pm = ctx;

    (void)size;
    return port == ACPI_RESET_PORT ? pm->reset_control : pm->system_port;
}

static void reset_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct acpi_pm *pm = ctx;

    (void)size;
    if (port == ACPI_RESET_PORT) {
        bool rise = (value & RESET_CPU) && !(pm->reset_control & RESET_CPU);

        pm->reset_control = (uint8_t)value;
        if (rise)
            pm->reset(pm->ctx, "port 0xcf9");
    } else {
        pm->system_port = (uint8_t)value & 0x02; /* A20, which is always open */
        if (value & 1)
            pm->reset(pm->ctx, "port 0x92");
    }
}

static uint32_t keyboard_in(void *ctx, uint16_t port, unsigned size)
{
    (void)ctx;
    (void)port;
    (void)size;
    return 0; /* status: both buffers empty, so a guest that wants to reset goes ahead */
}

static void keyboard_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct acpi_pm *pm = ctx;

    (void)port;
    (void)size;
    if ((value & 0xf1) == (KEYBOARD_RESET_PULSE & 0xf1))
        pm->reset(pm->ctx, "keyboard controller");
}

void acpi_pm_signal(struct acpi_pm *pm, uint16_t event)
{
    pm->status |= event;
    update_sci(pm);
}

void acpi_pm_init(struct acpi_pm *pm, const struct clock *clock, const struct irq_line *sci,
                  void (*power_off)(void *), void (*reset)(void *, const char *), void *ctx)
{
    memset(pm, 0, sizeof(*pm));
    pm->clock = clock;
    pm->sci = *sci;
    pm->power_off = power_off;
    pm->reset = reset;
    pm->ctx = ctx;
}

int acpi_pm_attach(struct acpi_pm *pm, struct port_bus *ports)
{
    const struct port_range ranges[] = {
        {"ACPI PM1", ACPI_PM_EVENT, ACPI_PM_CONTROL + 3, 2, pm_in, pm_out, pm},
        {"ACPI PM timer", ACPI_PM_TIMER, ACPI_PM_TIMER + 3, 4, timer_in, NULL, pm},
        {"reset control", ACPI_RESET_PORT, ACPI_RESET_PORT, 1, reset_in, reset_out, pm},
        {"system port A", ACPI_SYSTEM_PORT_A, ACPI_SYSTEM_PORT_A, 1, reset_in, reset_out, pm},
        {"keyboard reset", KEYBOARD_COMMAND, KEYBOARD_COMMAND, 1, keyboard_in, keyboard_out, pm},
    };

    return port_bus_add_all(ports, ranges, ARRAY_SIZE(ranges));
}
