/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extra records after the boot information page.
 */
#pragma once

#include <stddef.h>

struct acpi_rsdp;

/* Bytes that bootinfo_write_extra() will write. */
size_t bootinfo_extra_size(const struct acpi_rsdp *rsdp);
void bootinfo_write_extra(char *at, const struct acpi_rsdp *rsdp);
