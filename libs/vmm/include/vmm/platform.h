/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the monitor needs from the program it is linked into: a console, one timer, files, a way to
 * sleep. The Init component supplies these over its interfaces; tests supply their own.
 *
 * Each of these may send messages, which destroys the registers of the guest that lie in the IPC
 * buffer. The monitor knows: see vmm_keep_registers().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct vmm vmm_t;

/*
 * A file that the guest boots from. read() returns the bytes got, short only at the end, or -errno.
 */
struct vmm_file {
    int64_t size;
    int64_t (*read)(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size);
    void (*close)(struct vmm_file *file);
    intptr_t handle;
};

struct vmm_platform {
    /* Time stamp counter, the guest's and ours; ticks a second. */
    uint64_t (*tsc)(void);
    uint64_t tsc_hz;
    /* Signal at this counter value; TIMER_NEVER stops. Early or repeated signals do no harm. */
    void (*set_timer)(vmm_t *vmm, uint64_t deadline);
    /* Seconds since 1970. */
    int64_t (*unix_time)(vmm_t *vmm);
    /* The guest's serial line. read() returns how many bytes it got, at once. */
    void (*console_write)(vmm_t *vmm, const char *text, size_t size);
    size_t (*console_read)(vmm_t *vmm, char *text, size_t size);
    /* Messages of the monitor's own, one line each. */
    void (*log)(vmm_t *vmm, const char *line);
    int (*open)(vmm_t *vmm, const char *name, struct vmm_file *file);
    /* Names of the files there are, for error messages: NULL past the last. May be null. */
    const char *(*file_name)(vmm_t *vmm, unsigned index);
    /* Sleep until the notification is signalled; returns its badge. */
    uint64_t (*wait)(vmm_t *vmm);
    /*
     * The notification was signalled while the guest ran, or wait() returned. Most often for a
     * device's interrupt, which needs no message: who sends one keeps the registers first.
     */
    void (*notified)(vmm_t *vmm, uint64_t badge);
    /* From any thread: have notified() called on the guest's own, soon. May be null. */
    void (*wake)(vmm_t *vmm);
    /* The guest's life has ended, in whatever way; it may begin anew. May be null. */
    void (*stopped)(vmm_t *vmm);
    /* Host CPUID; null = the instruction. */
    void (*cpuid)(uint32_t leaf, uint32_t subleaf, uint32_t regs[4]);
};
