/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things are in the test guests' physical memory. The assembler reads it, too.
 */
#pragma once

#define GUEST_CODE        0x1000
#define GUEST_HANDLER     0x3000
#define GUEST_DATA        0x4000
#define GUEST_STACK       0x8000 /* grows down from here */
#define GUEST_IDT         0x9000
#define GUEST_GDT         0xa000
#define GUEST_TSS         0xb000
#define GUEST_LEAKS       0xc000
#define GUEST_XSAVE_FOUND 0xd000
#define GUEST_XSAVE_GIVEN 0xe000
#define GUEST_PML4        0x10000
#define GUEST_PDPT        0x11000
#define GUEST_PD          0x12000 /* identity map of the first GiB */
#define GUEST_RAM_SIZE    0x200000
#define GUEST_READ_ONLY   0x00200000 /* one 4 KiB page */
#define GUEST_FAR         0x00201000 /* one that the tests map and unmap */
#define GUEST_HOLE        0x3f000000 /* nothing here */

#define GUEST_SELECTOR_CODE64 0x08
#define GUEST_SELECTOR_DATA   0x10
#define GUEST_SELECTOR_CODE32 0x18
