/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may write to which function's configuration space. An instance owns the functions that an
 * attribute `functions_of_<instance>` lists (or `config_functions_of_<instance>`, the spelling of
 * 2018): dictionaries with bus, dev and fun. Bridges have no owner, since others are behind them,
 * nor have IOMMUs and what else serves the whole machine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t (*owners_read_fn)(uint16_t function, unsigned offset, unsigned size);

/* Reads the attributes, and by `read` where the functions are now. */
void owners_init(owners_read_fn read);

/*
 * May the owner of `function` (bus << 8 | dev << 3 | fun) write that, and is `name` it? It may do
 * with its function as it likes but move it: its base address registers (PCI Local Bus
 * Specification 3.0, 6.2.5) take what they held at first, and, while it decodes no addresses, the
 * ones by which their size is found; and it decodes only where it was at first. Above the first 256
 * bytes it writes nothing: there are registers that let it past the IOMMU, resize or add memory.
 */
bool owner_may_write(const char *name, size_t name_length, uint16_t function, unsigned offset,
                     unsigned size, uint32_t value);
