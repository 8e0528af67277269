/* SPDX-License-Identifier: BSD-2-Clause */
/* The plain integer types, for programs that include this header by its own name. */
#pragma once

#include <sel4/types.h>
