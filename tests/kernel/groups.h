/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of all tests; the benchmark has its own (see CMakeLists.txt).
 */
#pragma once

#include "harness.h"

extern const struct test_group *const test_groups[];
extern const unsigned test_group_count;
