/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration of the kernel as programs may ask for it: x86-64, one core, no scheduling
 * contexts. The names are seL4's; what is not defined here is not there (CONFIG_KERNEL_MCS,
 * CONFIG_ENABLE_SMP_SUPPORT, CONFIG_IOMMU, CONFIG_HARDWARE_DEBUG_API, CONFIG_ENABLE_BENCHMARKS …).
 */
#pragma once

#define CONFIG_ARCH             "x86"
#define CONFIG_ARCH_X86         1
#define CONFIG_ARCH_X86_64      1
#define CONFIG_SEL4_ARCH        "x86_64"
#define CONFIG_SEL4_ARCH_X86_64 1
#define CONFIG_PLAT             "pc99"
#define CONFIG_PLAT_PC99        1
#define CONFIG_WORD_SIZE        64

#define CONFIG_FASTPATH          1
#define CONFIG_HAVE_FPU          1
#define CONFIG_XSAVE             1 /* where the processor has it */
#define CONFIG_HUGE_PAGE         1
#define CONFIG_SUPPORT_PCID      1 /* where the processor has it */
#define CONFIG_SYSCALL           1 /* system calls are made with SYSCALL */
#define CONFIG_FSGSBASE_MSR      1
#define CONFIG_SET_TLS_BASE_SELF 1 /* seL4_SetTLSBase() */
#define CONFIG_IRQ_IOAPIC        1
#define CONFIG_MULTIBOOT1_HEADER 1
#define CONFIG_CACHE_LN_SZ       64
/*
 * The kernel has VCPUs and second-level tables. Mapping is as seL4 has it; the state of a VCPU is
 * not: see vcpu.h.
 */
#define CONFIG_VTX               1

/*
 * System calls for debugging and for output on the kernel's console. The build leaves them out
 * (CMake: KernelDebugBuild, KernelPrinting) by the macros that are asked for here.
 */
#ifndef CAISSON_NO_DEBUG_BUILD
#define CONFIG_DEBUG_BUILD 1
#endif
#ifndef CAISSON_NO_PRINTING
#define CONFIG_PRINTING 1
#endif
#define CONFIG_NO_BENCHMARKS 1

/* The stubs are inline functions. */
#define CONFIG_LIB_SEL4_INLINE_INVOCATIONS 1

#define CONFIG_NUM_PRIORITIES                256
#define CONFIG_NUM_DOMAINS                   1
#define CONFIG_MAX_NUM_NODES                 1
#define CONFIG_MAX_NUM_IOAPIC                8
#define CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS 230
#define CONFIG_MAX_NUM_TRACE_POINTS          0
#define CONFIG_RETYPE_FAN_OUT_LIMIT          256
#define CONFIG_TIMER_TICK_MS                 5
#define CONFIG_TIME_SLICE                    1 /* of these */
#define CONFIG_KERNEL_STACK_BITS             14
