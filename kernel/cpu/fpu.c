/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floating-point and vector state of threads.
 *
 * XSAVE is used only on processors that have one of its extensions (XSAVEOPT, XSAVEC, …): all with
 * AVX2 do, and QEMU 7.2's TCG goes astray in SVM guests when CR4.OSXSAVE is set without any.
 * Native threads get x87, SSE and AVX. Wider state (AVX-512, AMX) stays off for them, so that every
 * thread's area fits its TCB; VCPUs have areas of their own.
 *
 * Rests on: AMD64 APM volume 2, sections 11.4 and 11.5; volume 5, XSAVE.
 */
#include "fpu.h"
#include "memory.h"
#include "print.h"
#include "x86.h"
#include <base/string.h>

#define FPU_INITIAL_FCW   0x037f
#define FPU_INITIAL_MXCSR 0x1f80
#define OFFSET_FCW        0
#define OFFSET_MXCSR      24
#define OFFSET_XMM        160
#define OFFSET_XSTATE_BV  512
#define OFFSET_YMM_HIGH   576
#define VECTOR_BYTES      (16 * 16)

uint64_t fpu_xcr0;

void fpu_init_core(void)
{
    uint64_t cr0 = read_cr0() & ~(CR0_EM | CR0_TS);
    write_cr0(cr0 | CR0_MP | CR0_NE);
    uint64_t cr4 = read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT;
    if (cpu_features.xsave)
        cr4 |= CR4_OSXSAVE;
    write_cr4(cr4);
    if (!cpu_features.xsave)
        return;

    struct cpuid_regs r = cpuid(0xd, 0);
    uint64_t offered = (uint64_t)r.edx << 32 | r.eax;
    fpu_xcr0 = offered & (XCR0_X87 | XCR0_SSE | XCR0_AVX);
    xsetbv(0, fpu_xcr0);
    uint32_t size = cpuid(0xd, 0).ebx;
    if (size > FPU_AREA_SIZE)
        panic("the XSAVE area takes %u bytes, more than a thread has room for", size);
}

void fpu_init_area(void *area)
{
    uint16_t fcw = FPU_INITIAL_FCW;
    uint32_t mxcsr = FPU_INITIAL_MXCSR;
    memset(area, 0, FPU_AREA_SIZE);
    /* A zero XSTATE_BV makes XRSTOR load initial values; FXRSTOR takes these. */
    memcpy((char *)area + OFFSET_FCW, &fcw, sizeof(fcw));
    memcpy((char *)area + OFFSET_MXCSR, &mxcsr, sizeof(mxcsr));
}

uint64_t *fpu_vector_word(void *area, unsigned reg, unsigned word)
{
    bool upper = word >= 2;
    uint64_t component = upper ? XCR0_AVX : XCR0_SSE;
    char *registers = (char *)area + (upper ? OFFSET_YMM_HIGH : OFFSET_XMM);
    uint64_t *valid = (uint64_t *)((char *)area + OFFSET_XSTATE_BV);
    if (upper && !(fpu_xcr0 & XCR0_AVX))
        return NULL;
    if (fpu_xcr0 != 0 && !(*valid & component)) {
        memset(registers, 0, VECTOR_BYTES);
        *valid |= component;
    }
    return (uint64_t *)(registers + 16 * reg) + word % 2;
}
