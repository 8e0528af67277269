/* SPDX-License-Identifier: BSD-2-Clause */
/* All object types stand in one enumeration's order: <sel4/objecttype.h>. */
#pragma once

#include <sel4/objecttype.h>
