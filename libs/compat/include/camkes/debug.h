/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define camkes_software_breakpoint() __asm__ volatile("int3")
