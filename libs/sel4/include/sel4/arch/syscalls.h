/* SPDX-License-Identifier: BSD-2-Clause */
/* The system calls stand in one place: <sel4/syscalls.h>. */
#pragma once

#include <sel4/syscalls.h>
