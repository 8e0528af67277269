/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An assertion that is there if NDEBUG is not defined.
 */
#pragma once

#include <sel4/assert.h>

#ifdef NDEBUG
#define seL4_DebugAssert(expression) ((void)0)
#else
#define seL4_DebugAssert(expression) seL4_Assert(expression)
#endif
