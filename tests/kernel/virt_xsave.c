/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What XSAVE manages: each guest has its own XCR0, up to what the host has, and finds nothing of
 * others in the registers that it switches on, nor leaves anything in them.
 */
#include "harness.h"
#include "virt_machine.h"

#include <base/bits.h>
#include <string.h>

GUEST(xcr0);
GUEST(xsave);
GUEST(handler);

#define VECTOR_GP 13
#define HANDLER   0x100 /* RAX in the handler's hypercall */
#define XCR0_X87  BIT(0)
#define XCR0_SSE  BIT(1)
#define XCR0_AVX  BIT(2)
#define XCR0_PKRU BIT(9)

#define OFFSET_ST        32 /* of an XSAVE area: Intel SDM vol. 1, 13.4 */
#define OFFSET_XMM       160
#define OFFSET_XSTATE_BV 512
#define OFFSET_YMM_HIGH  576
#define ST_BYTES         10 /* of each 16 */
#define VECTOR_BYTES     256

struct cpuid {
    uint32_t a, b, c, d;
};

static struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r = {leaf, 0, subleaf, 0};
    __asm__ volatile("cpuid" : "+a"(r.a), "=b"(r.b), "+c"(r.c), "=d"(r.d));
    return r;
}

static uint64_t read_xcr0(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low | (uint64_t)high << 32;
}

#define NEEDS_XSAVE()                                                                              \
    do {                                                                                           \
        if (!(cpuid(1, 0).c >> 27 & 1)) {                                                          \
            test_skip("the kernel does not use XSAVE here");                                       \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* Whether XSETBV stops the guest (it does not in QEMU) or not, guest and host keep their own. */
static void virt_xcr0(void)
{
    NEEDS_XSAVE();
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    uint64_t host = read_xcr0();
    machine_load(&m, GUEST_ARGS(xcr0), MACHINE_64);
    int reason = machine_run();
    if (reason == seL4_VCPUExit_XSETBV) {
        CHECK_EQUAL(run->next_rip, run->rip + 3);
        CHECK_OK(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_XCR0, 3));
        reason = machine_next();
    }
    CHECK_EQUAL(reason, seL4_VCPUExit_Hypercall);
    CHECK_EQUAL(machine_state(&m, seL4_VCPUState_XCR0), 3);
    CHECK_EQUAL(read_xcr0(), host);
    CHECK_EQUAL(machine_next(), seL4_VCPUExit_Hypercall);
    CHECK_EQUAL(run->reg[seL4_VCPUReg_RBX], 3);
    CHECK_EQUAL(read_xcr0(), host);
}

static bool all_are(const uint8_t *bytes, unsigned count, uint8_t value)
{
    for (unsigned i = 0; i < count; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* x87, SSE, and AVX where it is in `xcr0`: every byte of these registers. */
static void fill(uint8_t *area, uint64_t xcr0, uint8_t pattern)
{
    memset(area, 0, PAGE_SIZE_4K);
    *(uint16_t *)area = 0x37f;         /* FCW */
    *(uint8_t *)(area + 4) = 0xff;     /* FTW: no register is empty */
    *(uint32_t *)(area + 24) = 0x1f80; /* MXCSR */
    for (unsigned i = 0; i < 8; i++)
        memset(area + OFFSET_ST + 16 * i, pattern, ST_BYTES);
    memset(area + OFFSET_XMM, pattern, VECTOR_BYTES);
    *(uint64_t *)(area + OFFSET_XSTATE_BV) = xcr0;
    if (xcr0 & XCR0_AVX)
        memset(area + OFFSET_YMM_HIGH, pattern, VECTOR_BYTES);
    if (xcr0 & XCR0_PKRU)
        memset(area + cpuid(0xd, 9).b, pattern, 4);
}

static bool holds(const uint8_t *area, uint64_t xcr0, uint8_t pattern)
{
    for (unsigned i = 0; i < 8; i++)
        if (!all_are(area + OFFSET_ST + 16 * i, ST_BYTES, pattern))
            return false;
    return all_are(area + OFFSET_XMM, VECTOR_BYTES, pattern) &&
           (!(xcr0 & XCR0_AVX) || all_are(area + OFFSET_YMM_HIGH, VECTOR_BYTES, pattern));
}

/* Until the guest has taken its XCR0: with its monitor's help, where XSETBV stops it. */
static int run_xsetbv(struct machine *m, uint64_t xcr0)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved;
    int reason = machine_run();
    if (reason != seL4_VCPUExit_XSETBV)
        return reason;
    saved = *run;
    seL4_Word error = seL4_X86_VCPU_WriteState(m->vcpu, seL4_VCPUState_XCR0, xcr0);
    *run = saved;
    if (error == seL4_NoError)
        return machine_next();
    run->event =
        VECTOR_GP | seL4_VCPUEvent_Exception | seL4_VCPUEvent_ErrorValid | seL4_VCPUEvent_Valid;
    return machine_run();
}

/* Runs the program that takes `xcr0`, keeps what it finds, and loads `pattern`. */
static int run_xsave(struct machine *m, uint64_t xcr0, uint8_t pattern)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(m, GUEST_ARGS(xsave), MACHINE_64);
    machine_set_handler(m, VECTOR_GP, GUEST_ARGS(handler));
    fill(m->memory + GUEST_XSAVE_GIVEN, xcr0, pattern);
    run->reg[seL4_VCPUReg_RDI] = xcr0;
    return machine_choose(m) ? run_xsetbv(m, xcr0) : -1;
}

/* A guest, its neighbour and the host's program: none finds anything of the others. */
static void virt_xsave_leaks(void)
{
    static uint8_t mine[PAGE_SIZE_4K] __attribute__((aligned(64)));
    NEEDS_XSAVE();
    MACHINE(a);
    MACHINE(b);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    uint64_t host = read_xcr0();
    fill(mine, host, 0x3c);
    __asm__ volatile("xrstor64 %0" ::"m"(mine), "a"(~0u), "d"(~0u));
    CHECK_EQUAL(run_xsave(&a, host, 0x5a), seL4_VCPUExit_Hypercall);
    __asm__ volatile("xsave64 %0" : "+m"(mine) : "a"(~0u), "d"(~0u));
    CHECK(holds(mine, host, 0));
    CHECK(holds(a.memory + GUEST_XSAVE_FOUND, host, 0));
    CHECK_EQUAL(machine_state(&a, seL4_VCPUState_XCR0), host);
    CHECK_EQUAL(read_xcr0(), host);

    CHECK_EQUAL(run_xsave(&b, host, 0xa5), seL4_VCPUExit_Hypercall);
    CHECK(holds(b.memory + GUEST_XSAVE_FOUND, host, 0));

    /* What the first one loaded is there when it runs again. */
    CHECK(machine_choose(&a));
    run->rip = GUEST_CODE;
    run->reg[seL4_VCPUReg_RDI] = host;
    CHECK_EQUAL(run_xsetbv(&a, host), seL4_VCPUExit_Hypercall);
    CHECK(holds(a.memory + GUEST_XSAVE_FOUND, host, 0x5a));
}

/*
 * The guest asks for all that there is. What is not switched for it is refused, or (where nobody
 * stops its XSETBV, as in QEMU) does not stay: not in XCR0, and not in the registers.
 */
static void virt_xsave_not_switched(void)
{
    NEEDS_XSAVE();
    uint64_t host = read_xcr0(), all = cpuid(0xd, 0).a;
    if (all == host) {
        test_skip("everything that this processor has is switched");
        return;
    }
    MACHINE(a);
    MACHINE(b);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    CHECK_EQUAL(run_xsave(&a, all, 0x5a), seL4_VCPUExit_Hypercall);
    bool refused = run->reg[seL4_VCPUReg_RAX] == HANDLER;
    CHECK_EQUAL(read_xcr0(), host);
    CHECK_EQUAL(machine_state(&a, seL4_VCPUState_XCR0), refused ? XCR0_X87 : host);
    CHECK_EQUAL(run_xsave(&b, all, 0xa5), seL4_VCPUExit_Hypercall);
    CHECK_EQUAL(run->reg[seL4_VCPUReg_RAX] == HANDLER, refused);
    if (all & XCR0_PKRU)
        CHECK(all_are(b.memory + GUEST_XSAVE_FOUND + cpuid(0xd, 9).b, 4, 0));
}

/* Intel SDM vol. 1, 13.3: x87 is always on, and AVX needs SSE. */
static void virt_xcr0_refused(void)
{
    NEEDS_XSAVE();
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    uint64_t host = read_xcr0();
    const uint64_t refused[] = {0, XCR0_SSE, XCR0_X87 | XCR0_AVX, host | BIT(8), host | BIT(31)};
    for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
        CHECK_EQUAL(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_XCR0, refused[i]),
                    seL4_InvalidArgument);
        CHECK_EQUAL(run_xsave(&m, refused[i], 0x5a), seL4_VCPUExit_Hypercall);
        CHECK_EQUAL(run->reg[seL4_VCPUReg_RAX], HANDLER);
        CHECK_EQUAL(machine_state(&m, seL4_VCPUState_XCR0), XCR0_X87);
        CHECK_EQUAL(read_xcr0(), host);
    }
    CHECK_EQUAL(seL4_X86_VCPU_WriteState(m.vcpu, seL4_VCPUState_XCR0, host | BIT(62)),
                seL4_InvalidArgument);
}

TEST_GROUP(virt_xsave_tests, TEST(virt_xcr0), TEST(virt_xsave_leaks), TEST(virt_xsave_not_switched),
           TEST(virt_xcr0_refused));
