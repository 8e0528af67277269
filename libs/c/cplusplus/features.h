/* SPDX-License-Identifier: BSD-2-Clause */
/* For the compiler's C++ headers, which ask what C library they are over. */
#pragma once

#include <sys/features.h>

#define __GLIBC_PREREQ(major, minor) 0
