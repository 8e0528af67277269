/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole API: what programs include.
 */
#pragma once

#include <interfaces/sel4_client.h>
#include <sel4/arch/mapping.h>
#include <sel4/bootinfo.h>
#include <sel4/deprecated.h>
#include <sel4/faults.h>
#include <sel4/invocation.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>
#include <sel4/vcpu.h>
