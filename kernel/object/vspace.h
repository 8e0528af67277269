/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor's side of programs' address spaces; how things get into them: object/mapping.h. */
#pragma once

/* Boot, on each core: page attribute table and protection bits. */
void vspace_init_core(void);
