/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floating-point and vector state of threads. It is switched eagerly, never by #NM, so no
 * thread can see another's registers through speculation.
 */
#pragma once

#include "features.h"

#include <base/bits.h>
#include <stdint.h>

/* Room that a thread's state needs at most: legacy area, XSAVE header, AVX. 64-byte aligned. */
#define FPU_AREA_SIZE  832
#define FPU_AREA_ALIGN 64

#define XCR0_X87 BIT(0)
#define XCR0_SSE BIT(1)
#define XCR0_AVX BIT(2)

/* What of XCR0 native threads get. Zero where XSAVE is not used. */
extern uint64_t fpu_xcr0;

/* Sets up this core's FPU; call on each core after cpu_features_init(). */
void fpu_init_core(void);

/* Makes `area` hold the processor's initial state. */
void fpu_init_area(void *area);

/*
 * 8 bytes of vector register `reg` in an area: words 0 and 1 are XMM's, 2 and 3 the upper half of
 * YMM. NULL where the processor has none. What is in its initial state is written out first.
 */
uint64_t *fpu_vector_word(void *area, unsigned reg, unsigned word);

static inline void fpu_save(void *area)
{
    uint32_t all = ~0u;
    if (__builtin_expect(cpu_features.xsaveopt, 1))
        __asm__ volatile("xsaveopt64 (%0)" ::"r"(area), "a"(all), "d"(all) : "memory");
    else if (cpu_features.xsave)
        __asm__ volatile("xsave64 (%0)" ::"r"(area), "a"(all), "d"(all) : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
}

/* Brings components of XCR0 to their initial state; `area` is one that fpu_init_area() made. */
static inline void fpu_init_components(const void *area, uint64_t components)
{
    __asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"((uint32_t)components),
                     "d"((uint32_t)(components >> 32))
                     : "memory");
}

static inline void fpu_restore(const void *area)
{
    uint32_t all = ~0u;
    if (__builtin_expect(cpu_features.xsave, 1))
        __asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"(all), "d"(all) : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
}

/* fpu_save(out), then fpu_restore(in), with one look at what there is. */
static inline void fpu_exchange(void *out, const void *in)
{
    uint32_t all = ~0u;
    if (__builtin_expect(cpu_features.xsaveopt, 1)) {
        __asm__ volatile("xsaveopt64 (%0); xrstor64 (%1)" ::"r"(out), "r"(in), "a"(all), "d"(all)
                         : "memory");
    } else {
        fpu_save(out);
        fpu_restore(in);
    }
}
