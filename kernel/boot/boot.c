/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which the machine comes up: console, memory, address space, this core, interrupt
 * controllers, clock, the first user program.
 */
#include "acpi.h"
#include "blockdevices.h"
#include "cmdline.h"
#include "handover.h"
#include "memmap.h"
#include "paging.h"
#include "roottask.h"
#include "cpu/console.h"
#include "cpu/features.h"
#include "cpu/fpu.h"
#include "cpu/ioapic.h"
#include "cpu/lapic.h"
#include "cpu/memory.h"
#include "cpu/pic.h"
#include "cpu/print.h"
#include "cpu/tsc.h"
#include "cpu/x86.h"
#include "entry/segments.h"
#include "entry/trap.h"
#include "iommu/iommu.h"
#include "object/vspace.h"
#include "sched/sched.h"
#include "virt/vcpu.h"

static struct core boot_core;

_Noreturn void boot_main(uint32_t multiboot_info);

static BOOT_CODE void report(const char *no_guests)
{
    if (!boot_options.debug)
        return;
    for (unsigned i = 0; i < memmap_ram.count; i++)
        kprintf("RAM 0x%lx .. 0x%lx\n", memmap_ram.at[i].start, memmap_ram.at[i].end);
    kprintf("TSC %lu kHz, local APIC timer %lu kHz, %u I/O APICs\n", tsc_hz / 1000,
            lapic_timer_hz / 1000, ioapic_count());
    kprintf("physical address bits %u, XCR0 0x%lx, PCID %d, SMEP %d, SMAP %d\n",
            cpu_features.phys_bits, fpu_xcr0, cpu_features.pcid, cpu_features.smep,
            cpu_features.smap);
    kprintf("I/O memory management: %u levels, interrupts remapped: %d\n", iommu.levels,
            iommu.remaps);
    kprintf("guests: %s\n", no_guests ? no_guests : "yes");
}

/* What every core does for itself; today there is one. */
static void start_core(struct core *core)
{
    segments_init_core(core);
    vspace_init_core();
    core->cr3 = read_cr3();
    fpu_init_core();
}

/* The boot code's own memory, its stack included, goes with this, so it is not boot code. */
static void boot_done(void)
{
    paging_drop_boot();
    sched_choose();
    cpu_resume();
}

BOOT_CODE void boot_main(uint32_t multiboot_info)
{
    handover_read_cmdline(multiboot_info);
    console_init((uint16_t)boot_options.console_port);
    kprintf("Caisson microkernel\n");
    cmdline_report();
    cpu_features_init();
    handover_read(multiboot_info);
    paging_init();
    start_core(&boot_core);

    const struct acpi_rsdp *rsdp = acpi_find_rsdp();
    pic_silence();
    acpi_init_interrupts(rsdp);
    lapic_init_core();
    block_devices(rsdp);
    boot_core.apic_id = lapic_id();
    tsc_calibrate();
    const char *no_guests = NULL;
    if (!virt_init_core(&no_guests))
        kprintf("Caisson: no guests on this processor: %s\n", no_guests);
    sched_init(&boot_core);
    report(no_guests);

    roottask_create(rsdp);
    run_on_core_stack(boot_done);
}
