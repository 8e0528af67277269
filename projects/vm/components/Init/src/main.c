/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor of one guest: takes what the description says, builds the machine from it and runs
 * it.
 */
#include <init.h>
#include <init_con.h>

#include <vmm/boot.h>
#include <vmm/sel4_host.h>

#include <camkes.h>
#include <errno.h>
#include <stdio.h>

static vmm_t vmm;
static struct sel4_host host;

static void complain(const char *text)
{
    char line[200];

    snprintf(line, sizeof(line), "%s: %s", get_instance_name(), text);
    platform_say(line);
}

static int add_fixed_ram(struct guest_memory *memory, uint64_t start, uint64_t end)
{
    uint64_t got;
    int error = sel4_host_add_fixed_ram(&host, start, end, memory, &got);

    if (error)
        complain("ram: the machine has not all of it free, as the loader says, or the instance "
                 "has too little untyped memory for the guest's first MiB and for tables");
    return error;
}

static int add_guest_ram(struct guest_memory *memory)
{
    uint64_t got, start, end;
    char line[200];
    int error;

    if (mappings_fixed_ram(&start, &end))
        return add_fixed_ram(memory, start, end);
    if (guest_ram_mb < 1) {
        snprintf(line, sizeof(line), "guest_ram_mb is not set; Linux needs %d or more",
                 BOOT_RAM_ADVISED_MB);
        complain(line);
        return -EINVAL;
    }
    error = sel4_host_add_ram(&host, MIB((uint64_t)guest_ram_mb), memory, &got);
    if (error) {
        snprintf(line, sizeof(line),
                 "guest_ram_mb = %d: only %llu MiB could be had from the instance's untyped memory "
                 "(error %d); give it more, or the guest less",
                 (int)guest_ram_mb, (unsigned long long)(got / MIB(1)), error);
        complain(line);
    }
    return error;
}

static int build_machine(void)
{
    const struct vmm_config config = {get_instance_name(), kernel_cmdline, kernel_image,
                                      kernel_relocs, initrd_image};
    struct guest_memory memory;
    struct vmm_platform platform;
    struct alloc *alloc = camkes_alloc();
    int error;

    host.shares = cross_vm_dataports_init;
    host.devices = devices_reach_memory();
    attributes_check();
    error = platform_init(&platform);

    if (!error && !alloc) {
        complain("has no untyped memory of its own: set simple = true");
        error = -ENOMEM;
    }
    error = error
                ?: sel4_host_create(&host, alloc, camkes_self()->tcb, camkes_instance.asid_pool,
                                    complain)
                ?: add_guest_ram(&memory)
                ?: vmm_init(&vmm, &config, &platform, &memory);
    vmm.vcpu.vcpu = host.vcpu;
    vmm.host = &host;
    if (error)
        return error;
    mappings_init(&vmm);
    return devices_init(&vmm);
}

/* Apps without a hook of their own (init.h) get this one. */
__attribute__((weak)) int vmm_app_init(vmm_t *machine)
{
    (void)machine;
    return 0;
}

/* Nor do most connect their guest with components. */
__attribute__((weak)) int camkes_cross_vm_connections_init(vmm_t *machine, struct pci *pci,
                                                           seL4_CPtr irq_notification,
                                                           uintptr_t base)
{
    (void)machine;
    (void)pci;
    (void)irq_notification;
    (void)base;
    return 0;
}

static int connect_components(void)
{
    int error = 0;

    if (cross_vm_dataports_init)
        error = cross_vm_dataports_init(&vmm);
    if (!error && cross_vm_emits_events_init)
        error = cross_vm_emits_events_init(&vmm);
    if (!error && cross_vm_consumes_events_init && cross_vm_consumes_event_irq_num)
        error = cross_vm_consumes_events_init(&vmm, NULL, intready_notification_badge());
    return error
               ?: camkes_cross_vm_connections_init(&vmm, &vmm.pci, intready_notification(),
                                                   BOOT_LOW_RAM_MAX);
}

/*
 * The machine is there, the guest has not started: the place for handlers and devices of one's own.
 */
static int main_continued(void)
{
    int error = connect_components() ?: vmm_app_init(&vmm);

    if (!error)
        init_cons_start(&vmm);
    if (error) {
        complain("the app's own initialisation failed; the guest is not started");
        return error;
    }
    /* Now go run the event loop */
    return vmm_run(&vmm);
}

int run(void)
{
    int error;

    set_console_write(platform_write);
    error = build_machine() ?: main_continued();
    devices_close();
    if (error)
        complain("no guest runs here any more");
    return error;
}
