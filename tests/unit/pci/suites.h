/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <pcilist/pcilist.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int test_read(void);
int test_stanzas(void);
int test_tables(void);

/* A file of machines/, ended by a zero; to be freed. */
char *machine_text(const char *name);
/* The machine that lspci described in a file of machines/. */
struct pci_machine *machine_read(const char *name);
