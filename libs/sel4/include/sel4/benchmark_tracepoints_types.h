/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing: the kernel keeps no log and counts no time (see CONFIG_NO_BENCHMARKS). */
#pragma once

#include <sel4/config.h>
