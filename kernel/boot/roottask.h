/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first user program, made from the boot module.
 */
#pragma once

struct acpi_rsdp;

/* Creates the root task, gives it all authority, and makes it ready to run. */
void roottask_create(const struct acpi_rsdp *rsdp);
