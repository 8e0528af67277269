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

#define EMULATE_CACHE_SIZE 64 /* by RIP */
/* Elements of one REP instruction done before the guest gets a chance to be interrupted. */
#define EMULATE_REP_CHUNK  4096

/* Two words that are compared as one. */
typedef uint64_t vector_words __attribute__((vector_size(16)));
typedef uint64_t vector_words_anywhere __attribute__((vector_size(16), aligned(1), may_alias));

/*
 * An instruction as it was fetched, and all that its fetch rested on: a later fetch at the same RIP
 * compares that again, so a hit is as exact as a walk of the tables, and far cheaper.
 */
struct decoded {
    vector_words context[3]; /* CR3 and CR4, EFER and CS base, CS and SS attributes */
    vector_words bytes, mask;
    uint64_t cr0, rip;                /* RIP all ones: unused */
    const void *entry[PAGING_LEVELS]; /* of the page tables, 8 bytes wide */
    uint64_t value[PAGING_LEVELS];
    const void *code;
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
    struct decoded decoded[EMULATE_CACHE_SIZE];
    const struct guest_memory *memory;
    struct mmio_bus *mmio;
    struct port_bus *ports;
    const struct emulator_ops *ops;
    void *ctx;
    struct paging_cache paging;
    struct insn insn;   /* the last one that `decoded` does not hold */
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
 * Fetch and decode at run->rip, where emulator_fetched() has nothing. 0 and *insn (valid until the
 * next call); EMULATE_EXCEPTION; -EINVAL for an instruction that is not decoded.
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

/* The instruction at RIP if it is known and nothing has changed, or NULL: emulator_fetch() it. */
static inline const struct insn *emulator_fetched(const struct emulator *emulator,
                                                  const struct seL4_VCPURun *run)
{
    const struct decoded *known = &emulator->decoded[run->rip % EMULATE_CACHE_SIZE];
    const vector_words_anywhere *now = (const vector_words_anywhere *)&run->cr3;
    vector_words changed;
    uint64_t moved = 0;

    if (known->rip != run->rip || known->cr0 != run->cr0)
        return NULL;
    changed =
        (now[0] ^ known->context[0]) | (now[1] ^ known->context[1]) | (now[2] ^ known->context[2]);
    changed |= (*(const vector_words_anywhere *)known->code ^ known->bytes) & known->mask;
#pragma GCC unroll 4
    for (unsigned i = 0; i < PAGING_LEVELS; i++)
        moved |= *(const volatile uint64_t *)known->entry[i] ^ known->value[i];
    return (changed[0] | changed[1] | moved) == 0 ? &known->insn : NULL;
}

_Static_assert(__builtin_offsetof(struct seL4_VCPURun, ss_attr) ==
                   __builtin_offsetof(struct seL4_VCPURun, cr3) + 5 * sizeof(uint64_t),
               "six words in this order: CR3, CR4, EFER, CS base, CS attributes, SS attributes");
