/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole API: what programs include.
 */
#pragma once

#include <sel4/bootinfo.h>
#include <sel4/bootinfo_types.h>
#include <sel4/config.h>
#include <sel4/constants.h>
#include <sel4/errors.h>
#include <sel4/fault_messages.h>
#include <sel4/faults.h>
#include <sel4/functions.h>
#include <sel4/interfaces.h>
#include <sel4/interfaces_x86.h>
#include <sel4/invocation.h>
#include <sel4/macros.h>
#include <sel4/messages.h>
#include <sel4/objecttype.h>
#include <sel4/syscall.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>
#include <sel4/vcpu.h>
#if __has_include(<sel4/vcpu_invocations.h>)
#include <sel4/vcpu_invocations.h>
#endif
