/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended configuration space of a passed-through PCI Express function, from 0x100 on, which a
 * guest reaches through memory. It reads the serial number and a vendor's own capabilities; all
 * others are hidden (errors, access control, address translation, virtual functions, sizes of
 * registers, …), and nothing can be written.
 * Rests on: PCI Express Base Specification 3.0, 7.9, 7.12 and 7.19.
 */
#include "pass_private.h"

#define EXTENDED_SPACE 0x100u
#define EXTENDED_END   0x1000u

#define CAP_SERIAL     0x0003
#define CAP_VENDOR     0x000b
#define SERIAL_SIZE    12u
#define VENDOR_HEADER  4 /* where a vendor's own says how long it is, from bit 20 on */
#define HEADER_ID(h)   ((h)&0xffff)
#define HEADER_NEXT(h) ((h) >> 20 & 0xffc)
#define HEADER_KEPT(h) ((h)&0xfffff)

/* There is room for no more: a longer list has a loop. */
#define CAPS_MAX ((EXTENDED_END - EXTENDED_SPACE) / 8)

static unsigned size_of(const struct pass_function *function, unsigned id, unsigned offset)
{
    unsigned size = 0;

    if (id == CAP_SERIAL)
        size = SERIAL_SIZE;
    else if (id == CAP_VENDOR && offset + VENDOR_HEADER < EXTENDED_END)
        size = pass_read(function, offset + VENDOR_HEADER, 4) >> 20;
    return MIN(size, EXTENDED_END - offset);
}

static bool is_listed(const struct pass_function *function, unsigned offset)
{
    for (unsigned i = 0; i < function->extended_count; i++)
        if (function->extended[i].offset == offset)
            return true;
    return false;
}

void pass_find_extended(struct pass_function *function)
{
    unsigned offset = function->express.offset ? EXTENDED_SPACE : 0;

    for (unsigned i = 0; i < CAPS_MAX && offset >= EXTENDED_SPACE; i++) {
        uint32_t header = pass_read(function, offset, 4);
        unsigned size = size_of(function, HEADER_ID(header), offset);

        if (header == UINT32_MAX || is_listed(function, offset) ||
            function->extended_count == PASS_EXTENDED_MAX)
            return;
        if (size > 4)
            function->extended[function->extended_count++] =
                (struct pass_extended){(uint16_t)offset, (uint16_t)size, header};
        offset = HEADER_NEXT(header);
    }
}

/* What comes after the first `count` of them. */
static uint32_t next_of(const struct pass_function *function, unsigned count)
{
    return count < function->extended_count ? (uint32_t)function->extended[count].offset << 20 : 0;
}

/* The list begins with the first one's header, or with one that is none (7.9.3). */
uint32_t pass_read_extended(const struct pass_function *function, unsigned offset)
{
    for (unsigned i = 0; i < function->extended_count; i++) {
        const struct pass_extended *cap = &function->extended[i];

        if (offset == cap->offset)
            return HEADER_KEPT(cap->header) | next_of(function, i + 1);
        if (offset > cap->offset && offset < cap->offset + cap->size)
            return pass_read(function, offset, 4);
    }
    return offset == EXTENDED_SPACE ? next_of(function, 0) : 0;
}
