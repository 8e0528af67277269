/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual PC: which devices there are and how they are wired.
 */
#include "machine_private.h"

#include <vmm/boot.h>
#include <vmm/vcpu_backend.h>

#define PIT_IRQ     0
#define PIT_GSI     2 /* by the override in the MADT */
#define RTC_IRQ     8
#define LEGACY_IRQS 16

#define MSI_ADDRESS 0xfee00000ull
#define MSI_LOGICAL BIT(2)
#define MSI_LEVEL   BIT(15)

/* --- Wires --- */

void vmm_set_irq(vmm_t *vmm, unsigned gsi, bool high)
{
    if (gsi < LEGACY_IRQS)
        pic_set_line(&vmm->pic, gsi, high);
    ioapic_set_line(&vmm->ioapic, gsi == PIT_IRQ ? PIT_GSI : gsi, high);
}

void vmm_listen(vmm_t *vmm, struct irq_listener *listener)
{
    listener->next = vmm->listeners;
    vmm->listeners = listener;
}

static bool is_held(const vmm_t *vmm, unsigned gsi)
{
    for (const struct irq_listener *at = vmm->listeners; at; at = at->next)
        if (at->gsi == gsi && at->high)
            return true;
    return false;
}

void vmm_hold_irq(vmm_t *vmm, struct irq_listener *listener, bool high)
{
    listener->high = high;
    vmm_set_irq(vmm, listener->gsi,
                pci_drives(&vmm->pci, listener->gsi) || is_held(vmm, listener->gsi));
}

static void pci_wire(void *ctx, unsigned gsi, bool high)
{
    vmm_set_irq(ctx, gsi, high || is_held(ctx, gsi));
}

static void line_ended(void *ctx, unsigned gsi)
{
    vmm_t *vmm = ctx;

    for (struct irq_listener *at = vmm->listeners; at; at = at->next)
        if (at->gsi == gsi)
            at->ended(at->ctx);
}

void vmm_msi(vmm_t *vmm, uint64_t address, uint32_t data)
{
    struct lapic *lapic = &vmm->vcpu.lapic;

    if (address >> 20 == MSI_ADDRESS >> 20 &&
        lapic_addressed(lapic, address >> 12 & 0xff, address & MSI_LOGICAL))
        (void)lapic_deliver(lapic, data >> 8 & 7, (uint8_t)data, data & MSI_LEVEL);
}

static void wire(void *ctx, unsigned line, bool high)
{
    vmm_set_irq(ctx, line, high);
}

/* The clock's interrupt is an event of ACPI, too: an alarm ends a guest's sleep. */
static void rtc_wire(void *ctx, unsigned line, bool high)
{
    vmm_t *vmm = ctx;

    vmm_set_irq(vmm, line, high);
    if (high)
        acpi_pm_signal(&vmm->acpi, ACPI_EVENT_RTC);
}

static void pic_intr(void *ctx, bool high)
{
    vmm_t *vmm = ctx;

    lapic_set_extint(&vmm->vcpu.lapic, high);
}

static bool ioapic_message(void *ctx, uint32_t destination, bool logical, unsigned mode,
                           uint8_t vector, bool level)
{
    vmm_t *vmm = ctx;
    struct lapic *lapic = &vmm->vcpu.lapic;

    return lapic_addressed(lapic, destination, logical) &&
           lapic_deliver(lapic, mode, vector, level);
}

static void lapic_eoi(void *ctx, uint8_t vector)
{
    vmm_vcpu_t *vcpu = ctx;

    ioapic_eoi(&vcpu->vmm->ioapic, vector);
}

static void lapic_changed(void *ctx)
{
    vmm_vcpu_t *vcpu = ctx;

    mmio_bus_move(&vcpu->vmm->mmio, &vcpu->lapic, lapic_page(&vcpu->lapic));
    ioapic_retry(&vcpu->vmm->ioapic);
}

static void lapic_nmi(void *ctx)
{
    vmm_vcpu_t *vcpu = ctx;

    vcpu->nmi_pending = true;
}

static void reset(void *ctx, const char *way)
{
    vmm_t *vmm = ctx;

    vmm->stop = VMM_RESET;
    vmm->reset_by = way;
}

static void pci_complain(void *ctx, const struct pci_function *function, unsigned bar,
                         uint64_t address, const char *why)
{
    vmm_log(ctx, "%s in PCI slot %u: the guest wants %s %u at 0x%llx, but %s", function->name,
            function->slot, function->bar[bar].ports ? "ports" : "memory", bar,
            (unsigned long long)address, why);
}

static void lapic_init_signal(void *ctx)
{
    vmm_vcpu_t *vcpu = ctx;

    reset(vcpu->vmm, "INIT");
}

static void power_off(void *ctx)
{
    vmm_t *vmm = ctx;

    vmm->stop = VMM_POWER_OFF;
}

/* --- Ports of devices that this PC lacks --- */

/* Probed by every PC kernel; reported nowhere, read as all ones. */
static const struct port_range absent[] = {
    {"DMA controller", 0x00, 0x0f, .width = 4},   {"keyboard data", 0x60, 0x60, .width = 4},
    {"POST code", 0x80, 0x80, .width = 4},        {"DMA pages", 0x81, 0x8f, .width = 4},
    {"DMA controller 2", 0xc0, 0xdf, .width = 4}, {"I/O delay", 0xed, 0xed, .width = 4},
    {"FPU error", 0xf0, 0xf1, .width = 4},        {"IDE 2", 0x170, 0x177, .width = 4},
    {"IDE 1", 0x1f0, 0x1f7, .width = 4},          {"ISA adapters", 0x200, 0x2e7, .width = 4},
    {"ISA adapters", 0x380, 0x3af, .width = 4},   {"COM4", 0x2e8, 0x2ef, .width = 4},
    {"COM2", 0x2f8, 0x2ff, .width = 4},           {"IDE 2 control", 0x376, 0x376, .width = 4},
    {"parallel", 0x378, 0x37f, .width = 4},       {"VGA", 0x3b0, 0x3df, .width = 4},
    {"COM3", 0x3e8, 0x3ef, .width = 4},           {"floppy", 0x3f0, 0x3f7, .width = 4},
    {"super I/O", 0x2e, 0x2f, .width = 4},        {"super I/O 2", 0x4e, 0x4f, .width = 4},
    {"ISA PnP data", 0xa79, 0xa79, .width = 4},   {"PCI mechanism 2", 0xcfa, 0xcfb, .width = 4},
};

static void report_port(void *ctx, uint16_t port, unsigned size, bool write, uint32_t value,
                        bool last)
{
    const char *more = last ? "; further ports are not reported" : "";

    if (write) {
        vmm_log(ctx, "guest wrote %#x (%u bytes) to port %#x, where nothing is%s", value, size,
                port, more);
    } else {
        vmm_log(ctx, "guest read %u bytes from port %#x, where nothing is%s", size, port, more);
    }
}

/* --- The machine --- */

static uint64_t segment_base(void *ctx, unsigned segment)
{
    return vcpu_backend_read(ctx, seL4_VCPUState_ES + 4 * segment + seL4_VCPUSeg_Base);
}

static uint64_t vector_read(void *ctx, unsigned reg, unsigned word)
{
    return vcpu_backend_read(ctx, seL4_VCPUState_Vector + 4 * reg + word);
}

static void vector_write(void *ctx, unsigned reg, unsigned word, uint64_t value)
{
    vcpu_backend_write(ctx, seL4_VCPUState_Vector + 4 * reg + word, value);
}

static const struct emulator_ops emulator_ops = {segment_base, vector_read, vector_write};

static uint64_t clock_ticks(void *ctx)
{
    vmm_t *vmm = ctx;

    return vmm->platform.tsc();
}

static void native_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]), "=d"(regs[3])
                     : "a"(leaf), "c"(subleaf));
}

static void reset_cpu(vmm_vcpu_t *vcpu, int64_t now)
{
    vmm_t *vmm = vcpu->vmm;
    const struct lapic_ops ops = {lapic_eoi, lapic_nmi, lapic_init_signal, lapic_changed, vcpu};

    vcpu->nmi_pending = false;
    lapic_init(&vcpu->lapic, &vmm->clock, &vmm->timers, &ops);
    mmio_bus_move(&vmm->mmio, &vcpu->lapic, LAPIC_BASE);
    pvclock_init(&vcpu->pvclock, &vmm->clock, &vmm->memory, now);
    msr_init(&vcpu->msrs);
    paging_cache_clear(&vcpu->emulator.paging);
}

void machine_reset(vmm_t *vmm)
{
    const struct irq_line pit_irq = {wire, vmm, PIT_IRQ}, rtc_irq = {rtc_wire, vmm, RTC_IRQ};
    const struct irq_line uart_irq = {wire, vmm, UART_COM1_IRQ}, sci = {wire, vmm, ACPI_SCI_IRQ};
    int64_t now = vmm->platform.unix_time(vmm);

    reset_cpu(&vmm->vcpu, now);
    ioapic_init(&vmm->ioapic, ioapic_message, vmm);
    vmm->ioapic.pin_ended = line_ended;
    pic_init(&vmm->pic, pic_intr, vmm);
    vmm->pic.line_ended = line_ended;
    for (unsigned line = 0; line < LEGACY_IRQS; line++)
        if (pci_uses_gsi(&vmm->pci, line))
            pic_set_level_triggered(&vmm->pic, line);
    for (struct irq_listener *at = vmm->listeners; at; at = at->next)
        at->high = false;
    pit_init(&vmm->pit, &vmm->clock, &vmm->timers, &pit_irq);
    rtc_init(&vmm->rtc, &vmm->clock, &vmm->timers, &rtc_irq, now);
    rtc_set_memory(&vmm->rtc, vmm->memory.low, vmm->memory.high);
    console_reset(vmm, &uart_irq);
    acpi_pm_init(&vmm->acpi, &vmm->clock, &sci, power_off, reset, vmm);
    pci_reset(&vmm->pci);
}

/* Ports and memory ranges: once. */
static int machine_attach(vmm_t *vmm)
{
    struct port_bus *ports = &vmm->ports;

    /* What is absent first: real devices win. */
    return port_bus_add_all(ports, absent, ARRAY_SIZE(absent))
               ?: pic_attach(&vmm->pic, ports)
               ?: pit_attach(&vmm->pit, ports)
               ?: rtc_attach(&vmm->rtc, ports)
               ?: uart_attach(&vmm->uart, ports)
               ?: timers_add(&vmm->console_timer)
               ?: pci_attach(&vmm->pci, ports)
               ?: acpi_pm_attach(&vmm->acpi, ports)
               ?: lapic_attach(&vmm->vcpu.lapic, &vmm->mmio)
               ?: ioapic_attach(&vmm->ioapic, &vmm->mmio);
}

/* RAM of the guest's ends below the one window and before the other. */
static void make_pci(vmm_t *vmm)
{
    const struct pci_host host = {
        .mmio = &vmm->mmio,
        .ports = &vmm->ports,
        .window = {{BOOT_LOW_RAM_MAX, BOOT_PCI_WINDOW_END},
                   {GUEST_HIGH_BASE + vmm->memory.high, BIT(cpuid_physical_bits(&vmm->cpuid))}},
        .set_irq = pci_wire,
        .complain = pci_complain,
        .ctx = vmm,
    };

    pci_init(&vmm->pci, &host);
}

int vmm_init(vmm_t *vmm, const struct vmm_config *config, const struct vmm_platform *platform,
             const struct guest_memory *memory)
{
    memset(vmm, 0, sizeof(*vmm));
    vmm->vcpu.vmm = vmm;
    vmm->vcpu.run = &vmm->vcpu.kept;
    vmm->config = *config;
    vmm->platform = *platform;
    vmm->memory = *memory;
    clock_init(&vmm->clock, clock_ticks, vmm, platform->tsc_hz);
    timers_init(&vmm->timers, &vmm->clock);
    port_bus_init(&vmm->ports);
    vmm->ports.unclaimed = report_port;
    vmm->ports.ctx = vmm;
    mmio_bus_init(&vmm->mmio);
    cpuid_build(&vmm->cpuid, platform->cpuid ? platform->cpuid : native_cpuid, platform->tsc_hz);
    make_pci(vmm);
    emulator_init(&vmm->vcpu.emulator, &vmm->memory, &vmm->mmio, &vmm->ports, &emulator_ops,
                  &vmm->vcpu);
    paging_init(&vmm->vcpu.emulator.paging, cpuid_physical_bits(&vmm->cpuid));
    vmm->uart.port = UART_COM1_PORT;
    machine_reset(vmm);
    return machine_attach(vmm);
}
