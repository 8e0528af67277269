/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8259 pair: initialised, so that its state is known and a spurious interrupt of it would
 * arrive at a harmless vector, then masked; interrupts come through the I/O APICs.
 *
 * Rests on: the 8259A data sheet, initialisation command words 1 to 4.
 */
#include "pic.h"
#include "memory.h"
#include "vectors.h"
#include "x86.h"

#define PIC1_COMMAND 0x20
#define PIC1_DATA    0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA    0xa1
#define ICW1_INIT    0x11
#define ICW4_8086    0x01

BOOT_CODE void pic_silence(void)
{
    out8(PIC1_COMMAND, ICW1_INIT);
    out8(PIC2_COMMAND, ICW1_INIT);
    out8(PIC1_DATA, VECTOR_ISA_FIRST);
    out8(PIC2_DATA, VECTOR_ISA_FIRST + 8);
    out8(PIC1_DATA, 1 << 2);
    out8(PIC2_DATA, 2);
    out8(PIC1_DATA, ICW4_8086);
    out8(PIC2_DATA, ICW4_8086);
    out8(PIC1_DATA, 0xff);
    out8(PIC2_DATA, 0xff);
}
