/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices reach no memory from here on, where the machine has units that can hold them back.
 */
#pragma once

#include "acpi.h"

/* After the local APIC is there. `rsdp` may be NULL. */
void block_devices(const struct acpi_rsdp *rsdp);
