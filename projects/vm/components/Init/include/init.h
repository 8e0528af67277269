/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor component: main.c (what it runs), platform.c (the monitor's view of the component's
 * interfaces), devices.c and mappings.c (devices of the real machine, places in memory),
 * attributes.c (the description's settings that this version does not serve), init_cons.c
 * (functions that the description names). <camkes.h> has the description's names, which may be any:
 * who does without has no name that is taken.
 */
#pragma once

#include <vmm/vmm.h>

/* Fill in the platform from the component's interfaces. 0 or a negative errno, after a message. */
int platform_init(struct vmm_platform *platform);
/* One line on this component's own stream of the console. */
void platform_say(const char *text);
/* The same without an end of line: where stdout goes. */
void platform_write(const char *bytes, size_t size);
/* Configuration space of the real machine's; `function` is bus << 8 | device << 3 | function. */
uint32_t platform_config_read(uint16_t function, unsigned offset, unsigned size);
void platform_config_write(uint16_t function, unsigned offset, unsigned size, uint32_t value);
/* What a badge of this instance's says: some bits are in all of them. */
uint64_t platform_badge_bits(uint64_t badge);

/* Names each setting that is not served yet. */
void attributes_check(void);

/* Whether the guest has devices that reach memory. */
bool devices_reach_memory(void);
/* RAM at addresses of the machine (ram), for devices without an IOMMU: where it is. False: none. */
bool mappings_fixed_ram(uint64_t *start, uint64_t *end);
/* Put all into the machine; what cannot be had is named. 0 or a negative errno. */
int devices_init(vmm_t *vmm);
void devices_notify(uint64_t badges);
/* The guest's life has ended; and no other one comes. */
void devices_reset(void);
void devices_close(void);

/* Settings of places in the guest's memory; what cannot be had is named. */
void mappings_init(vmm_t *vmm);

/*
 * For an app to define in one of its EXTRA_SOURCES, if it wants to: called once, when the machine
 * is there and before its guest starts. The place for hypercall handlers (reg_new_handler()) and
 * devices (vmm->ports, vmm->mmio, vmm->pci). Anything but 0 keeps the guest from starting.
 */
int vmm_app_init(vmm_t *vmm);

/*
 * The same for apps that connect their guest with components (crossvm.h): called before that.
 */
int camkes_cross_vm_connections_init(vmm_t *vmm, struct pci *pci, seL4_CPtr irq_notification,
                                     uintptr_t base);

/*
 * Descriptions may add `emits <Event> guest_stopped` to a monitor: it happens when the guest
 * restarts, switches itself off or crashes, before it can begin anew.
 */
void guest_stopped_emit(void) __attribute__((weak));

/*
 * And for apps whose guest has the modules of 2018 (cross_vm_dataport.h and its neighbours). Each
 * that is there is called, events only if library crossvm is linked.
 */
struct vspace;
int cross_vm_dataports_init(vmm_t *vmm) __attribute__((weak));
int cross_vm_emits_events_init(vmm_t *vmm) __attribute__((weak));
int cross_vm_consumes_events_init(vmm_t *vmm, struct vspace *vspace, seL4_Word irq_badge)
    __attribute__((weak));
int cross_vm_consumes_event_irq_num(void) __attribute__((weak));
