/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executes one decoded instruction against device registers and guest memory: what the processor
 * would have done had the address been a real device.
 */
#pragma once

#include <vmm/decode.h>
#include <vmm/device.h>
#include <vmm/guest_memory.h>
#include <vmm/paging.h>

#define EMULATE_DONE      0
#define EMULATE_EXCEPTION 1 /* the guest gets `vector` */

#define EMULATE_CACHE_SIZE 64
/* Elements of one REP instruction done before the guest gets a chance to be interrupted. */
#define EMULATE_REP_CHUNK  4096

struct decoded {
    uint64_t bytes[2];
    uint32_t mode; /* enum insn_mode + 1; 0 = unused */
    struct insn insn;
};

/* What the emulator asks of the CPU around it; only where it can matter. */
struct emulator_ops {
    uint64_t (*segment_base)(void *ctx, unsigned segment);
    /* 8 bytes of a vector register, of which SSE has two and AVX four. */
    uint64_t (*vector_read)(void *ctx, unsigned reg, unsigned word);
    void (*vector_write)(void *ctx, unsigned reg, unsigned word, uint64_t value);
};

struct emulator {
    const struct guest_memory *memory;
    struct mmio_bus *mmio;
    struct port_bus *ports;
    const struct emulator_ops *ops;
    void *ctx;
    struct paging_cache paging;
    struct decoded decoded[EMULATE_CACHE_SIZE];
    unsigned undecoded; /* instructions reported as such */
    /* Out, with EMULATE_EXCEPTION. */
    uint8_t vector;
    bool has_error;
    uint32_t error;
    uint64_t cr2; /* for vector 14 */
};

void emulator_init(struct emulator *emulator, const struct guest_memory *memory,
                   struct mmio_bus *mmio, struct port_bus *ports, const struct emulator_ops *ops,
                   void *ctx);

/*
 * Fetch and decode at run->rip. 0 and *insn (valid until the next call); EMULATE_EXCEPTION;
 * -EINVAL for an instruction that is not decoded.
 */
int emulator_fetch(struct emulator *emulator, const struct seL4_VCPURun *run,
                   const struct insn **insn);

/*
 * True if the operand reaches from one page into another; `address` is what the processor reported
 * of it.
 */
bool emulator_crosses(const struct emulator *emulator, const struct seL4_VCPURun *run,
                      const struct insn *insn, uint64_t address);

/*
 * Execute an instruction whose memory operand is the device register at guest-physical
 * `address`, or string port I/O. Updates registers, flags and RIP in *run.
 */
int emulator_execute(struct emulator *emulator, struct seL4_VCPURun *run, const struct insn *insn,
                     uint64_t address);

/* The mode in which the guest runs now. */
enum insn_mode emulator_mode(const struct seL4_VCPURun *run);
