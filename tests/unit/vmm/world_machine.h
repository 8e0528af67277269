/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine of crossvm_world.h and pci_world.h: a guest whose clock stands still, and whose
 * console nobody reads.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fake_backend.h"

#include <vmm/vmm.h>

extern vmm_t *vmm;
extern uint8_t *ram; /* the lower part, then the one from 4 GiB on */
extern char logged[8192];
extern unsigned emitted;

void machine_set_up(uint64_t low_bytes, uint64_t high_bytes);
void machine_tear_down(void);

/* How often that is in the log. */
unsigned count_lines(const char *part);
/* An emitter, which counts. */
void emit(void);
