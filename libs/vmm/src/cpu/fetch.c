/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator (emulate.h) fetches: the bytes at RIP, through the guest's page tables, to a decoded
 * instruction that is remembered with all that its fetch rested on.
 */
#include "emulate_private.h"

#include <errno.h>

#define CS_LONG BIT(9)
#define CS_BIG  BIT(10)

/* Of paging in long mode. */
#define ROOT_ADDRESS 0x000ffffffffff000ull
#define ROOT_SHIFT   39

void emulator_init(struct emulator *emulator, const struct guest_memory *memory,
                   struct mmio_bus *mmio, struct port_bus *ports, const struct emulator_ops *ops,
                   void *ctx)
{
    memset(emulator, 0, sizeof(*emulator));
    emulator->memory = memory;
    emulator->mmio = mmio;
    emulator->ports = ports;
    emulator->ops = ops;
    emulator->ctx = ctx;
    paging_cache_clear(&emulator->paging);
    for (unsigned i = 0; i < EMULATE_CACHE_SIZE; i++)
        emulator->decoded[i].rip = UINT64_MAX;
}

enum insn_mode emulator_mode(const struct seL4_VCPURun *run)
{
    if ((run->efer & EFER_LMA) && (run->cs_attr & CS_LONG))
        return INSN_MODE_64;
    return (run->cr0 & CR0_PE) && (run->cs_attr & CS_BIG) ? INSN_MODE_32 : INSN_MODE_16;
}

/* Code at a guest-physical address; where there is no RAM, a bus that nobody drives: all ones. */
static void read_code(const struct emulator *emulator, uint64_t physical, void *bytes,
                      unsigned size)
{
    if (!guest_read(emulator->memory, physical, bytes, size))
        memset(bytes, 0xff, size);
}

/* Up to 15 bytes at linear address `at`; less where the next page is not there. */
static unsigned fetch_bytes(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t at,
                            uint8_t *bytes)
{
    unsigned done = 0;

    while (done < DECODE_MAX_BYTES) {
        unsigned size = MIN(guest_page_rest(at + done), DECODE_MAX_BYTES - done);
        uint64_t physical;

        if (!emulate_translate(emulator, run, at + done, PAGING_FETCH, &physical))
            break;
        read_code(emulator, physical, bytes + done, size);
        done += size;
    }
    return done;
}

/* What the next fetch of emulator->insn needs to compare, unless it is one of the rare cases. */
static const struct insn *remember(struct emulator *emulator, const struct seL4_VCPURun *run,
                                   uint64_t at, const void *code)
{
    const struct paging_walk *walk = paging_cached(&emulator->paging, at);
    struct decoded *known = &emulator->decoded[run->rip % EMULATE_CACHE_SIZE];
    unsigned levels = run->cr0 & CR0_PG ? walk->levels : 0;
    bool wide = run->efer & EFER_LMA || run->cr4 & CR4_PAE;

    if (!code || (levels > 0 && !wide))
        return &emulator->insn;
    memcpy(known->context, &run->cr3, sizeof(known->context));
    known->cr0 = run->cr0;
    known->rip = run->rip;
    for (unsigned i = 0; i < PAGING_LEVELS; i++) {
        known->value[i] = i < levels ? walk->value[i] : 0;
        known->entry[i] = i < levels ? walk->entry[i] : &known->value[i]; /* always the same */
    }
    known->code = code;
    memset(&known->mask, 0, sizeof(known->mask));
    memset(&known->mask, 0xff, emulator->insn.length);
    memcpy(&known->bytes, code, sizeof(known->bytes));
    known->insn = emulator->insn;
    return &known->insn;
}

/*
 * An address space that shares the tables below its root with the one where the instruction was
 * met, as a kernel's half of all of them does: what is remembered holds for this one, too.
 */
static const struct insn *met_elsewhere(struct emulator *emulator, const struct seL4_VCPURun *run)
{
    struct decoded *known = &emulator->decoded[run->rip % EMULATE_CACHE_SIZE];
    const uint64_t *root;

    if (known->rip != run->rip || known->cr0 != run->cr0)
        return NULL;
    root = guest_pointer(emulator->memory,
                         (run->cr3 & ROOT_ADDRESS) + (run->rip >> ROOT_SHIFT & MASK(9)) * 8,
                         sizeof(*root));
    if (!root || *(const volatile uint64_t *)root != known->value[0])
        return NULL;
    known->context[0][0] = run->cr3;
    known->entry[0] = root;
    return emulator_fetched(emulator, run);
}

int emulator_fetch(struct emulator *emulator, const struct seL4_VCPURun *run,
                   const struct insn **insn)
{
    enum insn_mode mode = emulator_mode(run);
    uint64_t at = mode == INSN_MODE_64 ? run->rip : (uint32_t)(run->cs_base + run->rip), physical;
    uint8_t bytes[16] = {0};
    const void *code = NULL;
    int error;

    *insn = mode == INSN_MODE_64 ? met_elsewhere(emulator, run) : NULL;
    if (*insn)
        return 0;
    if (guest_page_rest(at) < sizeof(bytes)) {
        error = decode(bytes, fetch_bytes(emulator, run, at, bytes), mode, &emulator->insn);
        if (error == -ENODATA)
            return EMULATE_EXCEPTION; /* the fetch of the missing bytes set up the page fault */
    } else {
        if (!emulate_translate(emulator, run, at, PAGING_FETCH, &physical))
            return EMULATE_EXCEPTION;
        code = guest_pointer(emulator->memory, physical, sizeof(bytes));
        read_code(emulator, physical, bytes, sizeof(bytes));
        error = decode(bytes, DECODE_MAX_BYTES, mode, &emulator->insn);
    }
    if (!error)
        *insn = remember(emulator, run, at, code);
    return error;
}
