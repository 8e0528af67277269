/* SPDX-License-Identifier: BSD-2-Clause */
/* When the others begin to work, in ticks since power-on: long after vm0 has measured all once. */
#pragma once

#define WORK_BEGINS 1000000000ull
