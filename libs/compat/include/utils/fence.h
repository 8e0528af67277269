/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define THREAD_MEMORY_FENCE()     __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define THREAD_MEMORY_ACQUIRE()   __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define THREAD_MEMORY_RELEASE()   __atomic_thread_fence(__ATOMIC_RELEASE)
#define COMPILER_MEMORY_FENCE()   __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define COMPILER_MEMORY_ACQUIRE() __atomic_signal_fence(__ATOMIC_ACQUIRE)
#define COMPILER_MEMORY_RELEASE() __atomic_signal_fence(__ATOMIC_RELEASE)
