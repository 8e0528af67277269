/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's command line. Options, separated by spaces:
 *
 *   console_port=PORT  debug console's UART, 0 for none (default 0x3f8)
 *   debug=0|1          1: print the memory map and what boot decides (default 0)
 *   max_ram=SIZE       use no RAM above this physical address; suffixes K, M, G (default: all)
 */
#pragma once

#include <stdint.h>

struct boot_options {
    uint64_t console_port, debug, max_ram;
};

extern struct boot_options boot_options;

/* Reads `text` (NULL: none); unknown or malformed options are reported once the console is up. */
void cmdline_parse(const char *text);
void cmdline_report(void);
