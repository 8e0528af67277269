/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Notes for provers, which a compiler does not read. */
#define DONT_TRANSLATE
#define MODIFIES(x)
#define FNSPEC(x)
