/* SPDX-License-Identifier: BSD-2-Clause */
/* The invocations: one function for each method of each object. */
#pragma once

#include <sel4/interfaces.h>
#include <sel4/interfaces_x86.h>
#include <sel4/vcpu_invocations.h>
