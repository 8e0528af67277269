/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration of the kernel as programs may ask for it: x86-64, no scheduling contexts.
 */
#pragma once

#define CONFIG_ARCH_X86                      1
#define CONFIG_ARCH_X86_64                   1
#define CONFIG_WORD_SIZE                     64
#define CONFIG_VTX                           1
#define CONFIG_DEBUG_BUILD                   1
#define CONFIG_PRINTING                      1
#define CONFIG_FSGSBASE_MSR                  1
#define CONFIG_HUGE_PAGE                     1
#define CONFIG_NUM_PRIORITIES                256
#define CONFIG_NUM_DOMAINS                   1
#define CONFIG_MAX_NUM_NODES                 1
#define CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS 230
#define CONFIG_RETYPE_FAN_OUT_LIMIT          256
#define CONFIG_ROOT_CNODE_SIZE_BITS          0 /* as large as needed */
#define CONFIG_TIMER_TICK_MS                 5
#define CONFIG_TIME_SLICE                    1
#define CONFIG_KERNEL_STACK_BITS             14
