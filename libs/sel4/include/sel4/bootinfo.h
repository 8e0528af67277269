/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the first thread finds its boot information.
 */
#pragma once

#include <sel4/bootinfo_types.h>

#ifdef __cplusplus
extern "C" {
#endif

void seL4_InitBootInfo(seL4_BootInfo *bi);
seL4_BootInfo *seL4_GetBootInfo(void);
seL4_BootInfo *platsupport_get_bootinfo(void);
/* The first extra record with this id, or NULL. */
const seL4_BootInfoHeader *seL4_FindBootInfo(const seL4_BootInfo *bi, seL4_Word id);

#ifdef __cplusplus
}
#endif
