/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exit costs: TSC ticks from the guest through a monitor that does nothing and back, the
 * least of 64 rounds. Under `-icount shift=0` ticks are instructions.
 */
#include "virt_machine.h"
#include "harness.h"

GUEST(bench_nothing);
GUEST(bench_cpuid);
GUEST(bench_port);
GUEST(bench_rdmsr);
GUEST(bench_hypercall);
GUEST(bench_memory);

#define LIMIT 1500 /* what the project promises at most */

static const struct {
    const char *name;
    const uint8_t *start, *end;
    unsigned length; /* of the instruction that exits */
} rows[] = {
    {"nothing", GUEST_ARGS(bench_nothing), 0},
    {"CPUID", GUEST_ARGS(bench_cpuid), 2},
    {"port read", GUEST_ARGS(bench_port), 2},
    {"RDMSR", GUEST_ARGS(bench_rdmsr), 2},
    {"hypercall", GUEST_ARGS(bench_hypercall), 3},
    {"memory that is not there", GUEST_ARGS(bench_memory), 7},
};

/* The guest's RBX when it is done. */
static uint64_t measure(struct machine *m, unsigned row)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    machine_load(m, rows[row].start, rows[row].end, MACHINE_64);
    for (;;) {
        if (seL4_VMEnter(NULL) != SEL4_VMENTER_RESULT_FAULT)
            return 0;
        if (run->reason == seL4_VCPUExit_Hypercall && run->reg[seL4_VCPUReg_RAX] == 1)
            return run->reg[seL4_VCPUReg_RBX];
        run->rip += rows[row].length;
    }
}

/* Does the TSC count instructions? Then the same loop always takes equally long. */
static bool counts_instructions(void)
{
    uint64_t first = 0;
    for (int round = 0; round < 8; round++) {
        uint64_t start = read_tsc();
        for (volatile int i = 0; i < 500; i++)
            ;
        uint64_t ticks = read_tsc() - start;
        if (round > 0 && ticks != first)
            return false;
        first = ticks;
    }
    return true;
}

static void virt_exit_cost(void)
{
    MACHINE(m);
    bool exact = counts_instructions();
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        uint64_t ticks = measure(&m, i);
        test_note("bench: guest exit, %s: %lu %s", rows[i].name, ticks,
                  exact ? "instructions" : "TSC ticks");
        CHECK(ticks > 0);
        CHECK(!exact || ticks <= LIMIT);
    }
}

TEST_GROUP(virt_bench_tests, TEST(virt_exit_cost));
