/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual machine monitor as a library. One vmm_t is one guest with one virtual CPU, run by the
 * thread that calls vmm_run(). docs/monitor.md shows how the parts fit.
 */
#pragma once

#include <vmm/acpi_pm.h>
#include <vmm/cpuid.h>
#include <vmm/device.h>
#include <vmm/emulate.h>
#include <vmm/guest_memory.h>
#include <vmm/ioapic.h>
#include <vmm/lapic.h>
#include <vmm/msr.h>
#include <vmm/pci.h>
#include <vmm/pic.h>
#include <vmm/pit.h>
#include <vmm/platform.h>
#include <vmm/pvclock.h>
#include <vmm/rtc.h>
#include <vmm/uart.h>
#include <sel4/vcpu.h>

#define VMM_HYPERCALLS_MAX 32
#define VMM_CONSOLE_BYTES  2048

typedef struct vmm_vcpu vmm_vcpu_t;
typedef int (*vmcall_handler)(vmm_vcpu_t *vcpu);

/* Why a guest is not running. */
enum vmm_stop {
    VMM_RUNNING = 0,
    VMM_RESET,     /* it asked for a reset, or shut its CPU down by a triple fault */
    VMM_POWER_OFF, /* it switched itself off */
    VMM_HALTED,    /* it halted with interrupts off: nothing can wake it */
    VMM_FAILED,    /* an exit that nobody handles, or a hypercall handler said so */
};

/* What each virtual CPU has of its own. */
struct vmm_vcpu {
    vmm_t *vmm;
    /*
     * The registers: normally the message in the IPC buffer itself. While messages of other kinds
     * may be sent, they are in `kept` (vmm_keep_registers()), so never hold this pointer across a
     * call that may reach the platform.
     */
    struct seL4_VCPURun *run;
    struct seL4_VCPURun kept;
    uint64_t vcpu; /* seL4 capability */
    bool nmi_pending;
    bool answered;      /* this hypercall's handler has set its result */
    bool write_refused; /* and reported */
    uint64_t armed;     /* deadline that the platform was asked for */
    struct pace calls;  /* that ask for it */
    struct lapic lapic;
    struct pvclock pvclock;
    struct msr_store msrs;
    struct emulator emulator;
};

/* What the description says about the guest. */
struct vmm_config {
    const char *name; /* instance, for messages */
    const char *kernel_cmdline, *kernel_image, *kernel_relocs, *initrd_image;
};

struct vmm_hypercall {
    int token;
    vmcall_handler handler;
};

/*
 * Whoever holds a level up until the guest has seen to it hears when the guest ends an interrupt of
 * that line, at either of its interrupt controllers.
 */
struct irq_listener {
    unsigned gsi;
    void (*ended)(void *ctx);
    void *ctx;
    bool high; /* it holds the level up itself: vmm_hold_irq() */
    struct irq_listener *next;
};

struct pass_function;

/* The machine around its CPU. */
struct vmm {
    struct vmm_vcpu vcpu;
    enum vmm_stop stop;
    const char *reset_by; /* with VMM_RESET: the way it took */
    struct pic pic;
    struct timers timers;
    struct clock clock;
    struct guest_memory memory;
    struct cpuid_table cpuid;
    struct ioapic ioapic;
    struct pit pit;
    struct rtc rtc;
    struct uart uart;
    struct pci pci;
    struct acpi_pm acpi;
    struct mmio_bus mmio;
    struct vmm_config config;
    struct vmm_platform platform;
    struct vmm_hypercall hypercall[VMM_HYPERCALLS_MAX];
    unsigned hypercalls;
    struct crossvm *crossvm;      /* vmm/crossvm.h; null: no hypercalls for it */
    struct connector *connectors; /* vmm/connector.h */
    struct pass_function *passed; /* vmm/passthrough.h */
    struct irq_listener *listeners;
    uint32_t reported_tokens[64]; /* unknown hypercalls already logged */
    unsigned reported;
    char console[VMM_CONSOLE_BYTES]; /* guest output not yet passed on */
    unsigned console_used;
    struct timer console_timer;
    struct port_bus ports;
    struct sel4_host *host; /* that its memory is from; null in tests */
};

/*
 * Set up a machine whose memory is in `memory`. Devices may be added to vmm->ports, vmm->mmio and
 * vmm->pci before vmm_run(). Returns 0 or a negative errno.
 */
int vmm_init(vmm_t *vmm, const struct vmm_config *config, const struct vmm_platform *platform,
             const struct guest_memory *memory);

/*
 * Boot the guest and run it until it switches itself off (0), restarting it when it asks for that.
 * Negative errno: it could not be booted, or it failed; the reason has been logged.
 */
int vmm_run(vmm_t *vmm);

/*
 * Call `func` for hypercalls with `token` in EAX; -1 if the token is taken. A handler returns 0
 * (the guest goes on after the instruction) or anything else (the guest stops). It finds the token
 * in RAX; if it does not set RAX, the guest gets 0.
 */
int reg_new_handler(vmm_t *vmm, vmcall_handler func, int token);

/*
 * Registers of a stopped guest by number (enum seL4_VCPURegister), for hypercall handlers. Those of
 * a guest in a mode of 32 or 16 bits have 32 bits.
 */
uint64_t vmm_get_register(vmm_vcpu_t *vcpu, unsigned reg);
void vmm_set_register(vmm_vcpu_t *vcpu, unsigned reg, uint64_t value);
/* Guest-physical memory: 0, or -EFAULT if any byte is not RAM. */
int vmm_guest_read(vmm_t *vmm, uint64_t address, void *buffer, uint64_t size);
int vmm_guest_write(vmm_t *vmm, uint64_t address, const void *buffer, uint64_t size);

/* A level on a global interrupt: the 8259 pair and the I/O APIC see the same wires. */
void vmm_set_irq(vmm_t *vmm, unsigned gsi, bool high);
void vmm_listen(vmm_t *vmm, struct irq_listener *listener);
/* The listener's own level, beside those of PCI functions and of other listeners. */
void vmm_hold_irq(vmm_t *vmm, struct irq_listener *listener, bool high);
/* A message of a device's: what is written where (Intel SDM 3A, 10.11). */
void vmm_msi(vmm_t *vmm, uint64_t address, uint32_t data);

/* From platform.notified(): the timer signalled; the serial line may have input. */
void vmm_timer_expired(vmm_t *vmm);
void vmm_console_ready(vmm_t *vmm);

/* Call before sending any message while the guest's registers matter. */
void vmm_keep_registers(vmm_vcpu_t *vcpu);
/* A line of the monitor's own, prefixed with the instance's name. */
void vmm_log(vmm_t *vmm, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vmm_flush_console(vmm_t *vmm);
