/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cutting what memory is left into untypeds: naturally aligned powers of two, as few as possible.
 */
#include "untypeds.h"
#include "cmdline.h"
#include "memmap.h"
#include "cpu/devmap.h"
#include "cpu/features.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include <base/bits.h>
#include <base/string.h>

#include <sel4/constants.h>

/* Capabilities hold addresses of the physical window in 48 bits. */
#define ADDRESS_BITS_MAX 47
/* Where local APICs take messages: AMD64 APM volume 2, 16.11; Intel SDM volume 3A, 10.11. */
#define MESSAGES_START   0xfee00000
#define MESSAGES_END     0xfef00000

struct list {
    seL4_UntypedDesc *at;
    unsigned count, max;
    uint64_t lost;
};

/* When the list is full, the smallest piece goes: bootinfo has a fixed number of entries. */
static BOOT_CODE void add_piece(struct list *l, uint64_t paddr, unsigned bits, bool device)
{
    seL4_UntypedDesc piece = {.paddr = paddr, .sizeBits = (seL4_Uint8)bits, .isDevice = device};
    if (l->count < l->max) {
        l->at[l->count++] = piece;
        return;
    }
    unsigned smallest = 0;
    for (unsigned i = 1; i < l->count; i++)
        if (l->at[i].sizeBits < l->at[smallest].sizeBits)
            smallest = i;
    if (l->at[smallest].sizeBits < bits) {
        seL4_UntypedDesc dropped = l->at[smallest];
        memmove(&l->at[smallest], &l->at[smallest + 1],
                (l->count - 1 - smallest) * sizeof(l->at[0]));
        l->at[l->count - 1] = piece;
        piece = dropped;
    }
    l->lost += BIT(piece.sizeBits);
}

static BOOT_CODE void cut_range(struct list *l, struct range r, bool device)
{
    while (r.start < r.end) {
        unsigned bits = 63 - (unsigned)__builtin_clzl(r.end - r.start);
        unsigned aligned = r.start == 0 ? 63 : (unsigned)__builtin_ctzl(r.start);
        bits = MIN(MIN(bits, aligned), (unsigned)seL4_MaxUntypedBits);
        add_piece(l, r.start, bits, device);
        r.start += BIT(bits);
    }
}

static BOOT_DATA struct ranges devices = {0};

BOOT_CODE unsigned untypeds_make(seL4_UntypedDesc *list, unsigned max)
{
    struct list l = {list, 0, max, 0};
    for (unsigned i = 0; i < memmap_free.count; i++)
        cut_range(&l, memmap_free.at[i], false);

    unsigned bits = MIN(cpu_features.phys_bits, ADDRESS_BITS_MAX);
    ranges_add(&devices, 0, BIT(bits));
    for (unsigned i = 0; i < memmap_ram.count; i++)
        ranges_remove(&devices, memmap_ram.at[i].start, memmap_ram.at[i].end);
    uint64_t paddr;
    for (unsigned i = 0; devmap_page(i, &paddr); i++)
        ranges_remove(&devices, paddr, paddr + PAGE_SIZE_4K);
    /* A write there is an interrupt. */
    ranges_remove(&devices, MESSAGES_START, MESSAGES_END);
    for (unsigned i = 0; i < devices.count; i++)
        cut_range(&l, devices.at[i], true);

    if (l.lost != 0)
        kprintf("Caisson: memory too fragmented, 0x%lx bytes are not given out\n", l.lost);
    return l.count;
}
