/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator (emulate.h) fetches: the bytes at RIP, through the guest's page tables, to a decoded
 * instruction that is remembered with its bytes.
 */
#include "emulate_private.h"

#include <errno.h>

#define CS_LONG BIT(9)
#define CS_BIG  BIT(10)

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

static int fetch_slow(struct emulator *emulator, const struct seL4_VCPURun *run, uint64_t at,
                      enum insn_mode mode, struct decoded *slot)
{
    uint8_t bytes[16] = {0};
    unsigned available = fetch_bytes(emulator, run, at, bytes);
    int error = decode(bytes, available, mode, &slot->insn);

    slot->mode = 0;
    if (error == -ENODATA)
        return EMULATE_EXCEPTION; /* the fetch of the missing bytes set up the page fault */
    return error;
}

int emulator_fetch(struct emulator *emulator, const struct seL4_VCPURun *run,
                   const struct insn **insn)
{
    enum insn_mode mode = emulator_mode(run);
    uint64_t at = mode == INSN_MODE_64 ? run->rip : (uint32_t)(run->cs_base + run->rip);
    struct decoded *slot = &emulator->decoded[at % EMULATE_CACHE_SIZE];
    uint64_t physical, bytes[2];
    int error;

    if (guest_page_rest(at) < sizeof(bytes)) {
        *insn = &slot->insn;
        return fetch_slow(emulator, run, at, mode, slot);
    }
    if (!emulate_translate(emulator, run, at, PAGING_FETCH, &physical))
        return EMULATE_EXCEPTION;
    read_code(emulator, physical, bytes, sizeof(bytes));
    *insn = &slot->insn;
    if (slot->mode == mode + 1u && slot->bytes[0] == bytes[0] && slot->bytes[1] == bytes[1])
        return 0;
    error = decode((const uint8_t *)bytes, DECODE_MAX_BYTES, mode, &slot->insn);
    slot->bytes[0] = bytes[0];
    slot->bytes[1] = bytes[1];
    slot->mode = error ? 0 : mode + 1u;
    return error;
}
