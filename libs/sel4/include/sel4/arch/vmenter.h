/* SPDX-License-Identifier: BSD-2-Clause */
/* What seL4_VMEnter() returns, and its message: <sel4/vcpu.h>. */
#pragma once

#include <sel4/vcpu.h>
