/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <sel4/sel4.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the kernel's error. */
const char *sel4_strerror(int error);

#ifdef __cplusplus
}
#endif
