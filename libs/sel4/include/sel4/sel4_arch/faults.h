/* SPDX-License-Identifier: BSD-2-Clause */
/* All faults stand in one place: <sel4/faults.h>. */
#pragma once

#include <sel4/faults.h>
