/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs all suites.
 */
#include "suites.h"

int main(void)
{
    return memmap_suite() + cmdline_suite() + image_suite() + acpi_suite() + tsc_suite() != 0;
}
