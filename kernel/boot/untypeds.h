/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last step of boot's memory bookkeeping: all that is left becomes untyped capabilities.
 */
#pragma once

#include <sel4/bootinfo_types.h>

/*
 * Makes the list of untyped memory for the boot information: free RAM first, then all other
 * physical address space (devices, firmware tables) but the registers that the kernel drives.
 * Returns how many.
 */
unsigned untypeds_make(seL4_UntypedDesc *list, unsigned max);
