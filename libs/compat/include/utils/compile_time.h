/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <sel4/macros.h>

#define compile_time_assert(name, condition) SEL4_COMPILE_ASSERT(name, condition)
