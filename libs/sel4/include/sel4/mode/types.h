/* SPDX-License-Identifier: BSD-2-Clause */
/* What depends on the size of a word: nothing more than <sel4/types.h> has. */
#pragma once

#include <sel4/types.h>
