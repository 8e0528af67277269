/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define UD() __asm__ volatile("ud2")
