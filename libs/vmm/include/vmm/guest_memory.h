/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's RAM as the monitor sees it: guest-physical [0, low) and [4 GiB, 4 GiB + high), but
 * for a hole between its first MiB and RAM that is where the machine has it (sel4_host.h). This
 * is the border where guest addresses are checked; nobody else turns one into a pointer.
 */
#pragma once

#include <base/bits.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define GUEST_HIGH_BASE GIB(4)

struct guest_memory {
    uint8_t *low_base, *high_base;
    uint64_t low, high; /* bytes */
    uint64_t hole, hole_end;
};

/* Bytes from `address`, physical or linear, to the end of its page. */
static inline unsigned guest_page_rest(uint64_t address)
{
    return (unsigned)(PAGE_SIZE_4K - (address & MASK(PAGE_BITS_4K)));
}

/* Pointer to `size` bytes at guest-physical `address`, or NULL if any of them is not RAM. */
static inline void *guest_pointer(const struct guest_memory *memory, uint64_t address,
                                  uint64_t size)
{
    if (address < memory->low) {
        if (size > memory->low - address ||
            (address < memory->hole_end && address + size > memory->hole))
            return NULL;
        return memory->low_base + address;
    }
    address -= GUEST_HIGH_BASE; /* wraps far out of range if it was below */
    if (address < memory->high)
        return size <= memory->high - address ? memory->high_base + address : NULL;
    return NULL;
}

static inline bool guest_read(const struct guest_memory *memory, uint64_t address, void *buffer,
                              uint64_t size)
{
    const void *source = guest_pointer(memory, address, size);

    if (!source)
        return false;
    memcpy(buffer, source, size);
    return true;
}

static inline bool guest_write(const struct guest_memory *memory, uint64_t address,
                               const void *buffer, uint64_t size)
{
    void *target = guest_pointer(memory, address, size);

    if (!target)
        return false;
    memcpy(target, buffer, size);
    return true;
}
