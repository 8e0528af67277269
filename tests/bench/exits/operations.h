/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single operations cost that leave the guest: for each, the least difference of the
 * time-stamp counter around it. Under QEMU's -icount that counter advances by one per executed
 * instruction, so the figures are exact.
 */
#pragma once

/* A line for each: "bench: <part><name> <figure>". */
void report_operations(const char *part);
/* And for HLT with a timer. After the others, which turn interrupts on. */
void report_halt(const char *part);
