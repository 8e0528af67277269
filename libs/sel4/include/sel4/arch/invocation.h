/* SPDX-License-Identifier: BSD-2-Clause */
/* All labels stand in one enumeration: <sel4/invocation.h>. */
#pragma once

#include <sel4/invocation.h>
