/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls without scheduling contexts: those of <sel4/syscalls.h>. */
#pragma once

#include <sel4/syscalls.h>
