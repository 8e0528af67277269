/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator's world: RAM from guest-physical 0, one device whose registers are memory, one port.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bytes.h"

#include <vmm/emulate.h>

#define RAM_BYTES     0x200000u
#define DEVICE        0x10000000ull
#define EFER_LONG     0x500ull
#define CS_LONG_MODE  0xa9bull
#define CR0_PROTECTED 0x1ull

/* The tables of emulate_map_pages(), in RAM. */
#define PML4      0x10000u
#define PDPT      0x11000u
#define DIRECTORY 0x12000u
#define TABLE     0x13000u

extern uint8_t *emulate_ram, emulate_device[0x2000];
extern struct guest_memory emulate_memory;
extern struct emulator emulate_emulator;
extern uint64_t emulate_segments[6], emulate_vectors[16][4];
extern char emulate_port_log[64];
extern unsigned emulate_ports_logged;

int emulate_set_up(void **state);
int emulate_tear_down(void **state);
uint64_t emulate_random(void);
/* A guest in 64-bit mode, at 0x1000, without paging. */
void emulate_start(struct seL4_VCPURun *run);
/* Switches paging on: the first 16 pages are where they are, writable, for the kernel only. */
void emulate_map_pages(struct seL4_VCPURun *run);
/* The instruction is put to run->rip, its operand on the device's first register. */
void emulate_run(struct seL4_VCPURun *run, const char *bytes, unsigned size, int expected);
void emulate_run_at(struct seL4_VCPURun *run, const char *bytes, unsigned size, uint64_t address,
                    int expected);

extern const struct CMUnitTest operand_tests[], paging_tests[];
extern const unsigned operand_test_count, paging_test_count;
