/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define ASSUME(condition) ((condition) ? (void)0 : __builtin_unreachable())
