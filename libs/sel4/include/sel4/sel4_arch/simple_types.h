/* SPDX-License-Identifier: BSD-2-Clause */
/* The integer types are the same everywhere: <sel4/simple_types.h>. */
#pragma once

#include <sel4/simple_types.h>
