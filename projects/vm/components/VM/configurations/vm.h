/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every description with virtual machines shares, as C preprocessor macros. A description
 * includes <configurations/vm.h>, defines components Init0, Init1, … with VM_INIT_DEF(), and uses
 *
 *     composition   { VM_COMPOSITION_DEF()   VM_PER_VM_COMP_DEF(0)   … }
 *     configuration { VM_CONFIGURATION_DEF() VM_PER_VM_CONFIG_DEF(0) … }
 *
 * Names and meaning of macros, interfaces and attributes are those that descriptions of both the
 * 2018 and today's CAmkES VM use. docs/components.md says what each attribute does.
 */
#ifndef CAISSON_CONFIGURATIONS_VM_H
#define CAISSON_CONFIGURATIONS_VM_H

/* Including this file is enough; the components that the macros name come along. */
import <VM/vm.camkes>;

#define VAR_STRINGIZE_(...) #__VA_ARGS__
#define VAR_STRINGIZE(...) VAR_STRINGIZE_(__VA_ARGS__)
#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define VM_CAT3_(a, b, c) a##b##c
#define VM_CAT3(a, b, c) VM_CAT3_(a, b, c)

/*
 * Badges on the one notification that wakes a monitor. Bit 27 is in all of them, so that a badge is
 * never zero; bits 1 to 16 belong to the lines of the guest's interrupt controller that hardware
 * raises, the rest is handed out by the compiler from global_endpoint_base and
 * global_endpoint_mask.
 */
#define VM_BADGE_BASE (1 << 27)
#define VM_PIC_BADGE_IRQ(line) (VM_BADGE_BASE | (1 << ((line) + 1)))
#define VM_PIC_BADGE_IRQ_0 VM_PIC_BADGE_IRQ(0)
#define VM_PIC_BADGE_IRQ_1 VM_PIC_BADGE_IRQ(1)
#define VM_PIC_BADGE_IRQ_2 VM_PIC_BADGE_IRQ(2)
#define VM_PIC_BADGE_IRQ_3 VM_PIC_BADGE_IRQ(3)
#define VM_PIC_BADGE_IRQ_4 VM_PIC_BADGE_IRQ(4)
#define VM_PIC_BADGE_IRQ_5 VM_PIC_BADGE_IRQ(5)
#define VM_PIC_BADGE_IRQ_6 VM_PIC_BADGE_IRQ(6)
#define VM_PIC_BADGE_IRQ_7 VM_PIC_BADGE_IRQ(7)
#define VM_PIC_BADGE_IRQ_8 VM_PIC_BADGE_IRQ(8)
#define VM_PIC_BADGE_IRQ_9 VM_PIC_BADGE_IRQ(9)
#define VM_PIC_BADGE_IRQ_10 VM_PIC_BADGE_IRQ(10)
#define VM_PIC_BADGE_IRQ_11 VM_PIC_BADGE_IRQ(11)
#define VM_PIC_BADGE_IRQ_12 VM_PIC_BADGE_IRQ(12)
#define VM_PIC_BADGE_IRQ_13 VM_PIC_BADGE_IRQ(13)
#define VM_PIC_BADGE_IRQ_14 VM_PIC_BADGE_IRQ(14)
#define VM_PIC_BADGE_IRQ_15 VM_PIC_BADGE_IRQ(15)
/* Names of 2018; an app that sets an <interface>_badge itself uses them. */
#define VM_INIT_TIMER_BADGE (VM_BADGE_BASE | (1 << 0))
#define VM_PIC_BADGE_SERIAL_HAS_DATA (VM_BADGE_BASE | (1 << 17))
#define VM_PIC_BADGE_VCHAN_HAS_DATA (VM_BADGE_BASE | (1 << 18))
#define VM_FIRST_BADGE_BIT 18

/*
 * Low memory for guests comes out of ordinary untyped memory here, so there is no zone to reserve.
 */
#define VM_MAYBE_ZONE_DMA(n)

/* Body of a monitor's component. */
#define VM_INIT_DEF() \
    control; \
    uses PutChar putchar; \
    maybe uses Batch say; \
    uses PutChar guest_putchar; \
    uses Batch guest_batch; \
    uses PCIConfig pci_config; \
    uses RTC system_rtc; \
    uses Timer init_timer; \
    uses FileServerInterface fs; \
    uses GetChar serial_getchar; \
    consumes HaveInterrupt intready; \
    emits HaveInterrupt intready_connector; \
    attribute string kernel_cmdline = ""; \
    attribute string kernel_image; \
    attribute string kernel_relocs = ""; \
    attribute string initrd_image = ""; \
    attribute int guest_ram_mb; \
    attribute int iospace_domain = 0; \
    attribute int cnode_size_bits = 21; \
    attribute int pci_devices_iospace = 0; \
    attribute string pci_devices_without_iommu[] = []; \
    attribute struct vm_pci_device pci_devices[] = []; \
    attribute struct vm_ioport vm_ioports[] = []; \
    attribute struct vm_irq vm_irqs[] = []; \
    attribute struct vm_guest_mapping guest_mappings[] = []; \
    attribute struct vm_init_con init_cons[] = []; \
    attribute struct vm_vswitch_port vswitch_layout[] = []; \
    attribute string vswitch_mac_address = ""; \
    attribute struct vm_virtqueue_port serial_layout[] = []; \
    attribute struct vm_vsock_port socket_layout[] = []; \
    attribute int guest_cid = 0;

/* Instances and connections of virtual machine n. */
#define VM_PER_VM_COMP_DEF(n) VM_PER_VM_COMPONENTS(n) VM_PER_VM_CONNECTIONS(n)
/* The two halves, for descriptions that have something to say between them. */
#define VM_PER_VM_COMPONENTS(n) \
    component CAT(Init, n) CAT(vm, n); \
    component VMConfig VM_CAT3(vm, n, _config);
#define VM_PER_VM_CONNECTIONS(n) \
    connection seL4GlobalAsynch CAT(intready_vm, n)(from CAT(vm, n).intready_connector, \
                                                    to CAT(vm, n).intready); \
    connection seL4RPCDataport CAT(fs_vm, n)(from CAT(vm, n).fs, to fserv.fs_ctrl); \
    connection seL4RPCCall CAT(putchar_vm, n) \
        (from CAT(vm, n).putchar, to serial.processed_putchar); \
    connection seL4RPCDataport CAT(say_vm, n)(from CAT(vm, n).say, to serial.processed_batch); \
    connection seL4RPCCall CAT(guest_putchar_vm, n) \
        (from CAT(vm, n).guest_putchar, to serial.raw_putchar); \
    connection seL4RPCDataport CAT(guest_batch_vm, n) \
        (from CAT(vm, n).guest_batch, to serial.raw_batch); \
    connection seL4SerialServer CAT(serial_input_vm, n) \
        (from CAT(vm, n).serial_getchar, to serial.getchar); \
    connection seL4RPCCall CAT(rtc_vm, n)(from CAT(vm, n).system_rtc, to rtc.rtc); \
    connection seL4TimeServer CAT(timer_vm, n) \
        (from CAT(vm, n).init_timer, to time_server.the_timer); \
    connection seL4RPCCall CAT(pci_config_vm, n) \
        (from CAT(vm, n).pci_config, to pci_config.pci_config);

/* The servers that all virtual machines share. */
#define VM_COMPOSITION_DEF() \
    component FileServer fserv; \
    component SerialServer serial; \
    component PCIConfigIO pci_config; \
    component TimeServer time_server; \
    component RTC rtc; \
    connection seL4RPCCall rtc_putchar(from rtc.putchar, to serial.processed_putchar); \
    connection seL4RPCCall pci_config_putchar \
        (from pci_config.putchar, to serial.processed_putchar); \
    connection seL4RPCCall time_server_putchar \
        (from time_server.putchar, to serial.processed_putchar); \
    connection seL4TimeServer serial_timer(from serial.timeout, to time_server.the_timer);

#define VM_CONFIGURATION_DEF() \
    fserv.heap_size = 0x10000; \
    time_server.timers_per_client = 12;

/*
 * Settings of virtual machine n. Descriptions of 2017 pass a second argument, then the timer
 * client's number, which the compiler now chooses; it is accepted and ignored.
 */
#define VM_PER_VM_CONFIG_DEF(n, ...) \
    CAT(vm, n).fs_shmem_size = 0x10000; \
    CAT(vm, n).guest_batch_shmem_size = 0x1000; \
    CAT(vm, n).say_shmem_size = 0x1000; \
    CAT(vm, n).serial_getchar_attributes = (n) + 1; \
    CAT(vm, n).serial_getchar_shmem_size = 0x1000; \
    CAT(vm, n).simple = true; \
    CAT(vm, n).asid_pool = true; \
    CAT(vm, n).global_endpoint_base = 1 << 27; \
    CAT(vm, n).global_endpoint_mask = 0x1fffffff & ~0x1fffe; \
    CAT(vm, n).simple_extra_bootinfo = ["SEL4_BOOTINFO_HEADER_X86_TSC_FREQ"]; \
    /* Guest memory, and kernel objects beside it, whatever the description's own pools come to. */ \
    CAT(vm, n).untyped_mb <- CAT(vm, n).guest_ram_mb; \
    CAT(vm, n).untyped_reserve_kb = 1024; \
    /* The spelling of 2018: vmN_config.X. The monitor refuses there what it does not serve. */ \
    CAT(vm, n).config_pci_devices_iospace <- VM_CAT3(vm, n, _config).pci_devices_iospace; \
    CAT(vm, n).config_pci_devices_without_iommu \
        <- VM_CAT3(vm, n, _config).pci_devices_without_iommu; \
    CAT(vm, n).config_pci_devices <- VM_CAT3(vm, n, _config).pci_devices; \
    pci_config.CAT(functions_of_vm, n) <- CAT(vm, n).pci_devices; \
    pci_config.CAT(config_functions_of_vm, n) <- VM_CAT3(vm, n, _config).pci_devices; \
    CAT(vm, n).config_ioports <- VM_CAT3(vm, n, _config).ioports; \
    CAT(vm, n).config_irqs <- VM_CAT3(vm, n, _config).irqs; \
    CAT(vm, n).config_ram <- VM_CAT3(vm, n, _config).ram; \
    CAT(vm, n).config_exclude_paddr <- VM_CAT3(vm, n, _config).exclude_paddr; \
    CAT(vm, n).config_guest_mappings <- VM_CAT3(vm, n, _config).guest_mappings; \
    CAT(vm, n).config_init_cons <- VM_CAT3(vm, n, _config).init_cons;

#endif
