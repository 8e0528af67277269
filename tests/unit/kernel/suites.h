/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One function for each file of tests; each returns how many failed.
 */
#pragma once

int memmap_suite(void);
int cmdline_suite(void);
int image_suite(void);
int acpi_suite(void);
int tsc_suite(void);
