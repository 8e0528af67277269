/* SPDX-License-Identifier: BSD-2-Clause */
/* The IPC buffer's functions are the same everywhere: <sel4/functions.h>. */
#pragma once

#include <sel4/functions.h>
