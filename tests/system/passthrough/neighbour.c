/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest beside it: computes for a while again and again, and says how much of the time it had
 * for that, and whether its memory is as it left it.
 */
#include <guest.h>
#include <stdbool.h>

enum {
    MIB = 1024 * 1024,
    PLACE = 24 * MIB, /* of its RAM, which ends at 64 MiB */
    PLACE_END = 64 * MIB,
    STRIDE = 512,
    WINDOW = 20 * 1000 * 1000,
    REST = 60 * 1000 * 1000,
    GAP = 200, /* more instructions than a round of the loop has: others' */
};

volatile uint32_t bench_interrupts;
static struct gate idt[256];

static volatile uint64_t *at(uint64_t address)
{
    return (volatile uint64_t *)(uintptr_t)address;
}

static bool memory_is_right(void)
{
    for (uint64_t i = PLACE; i < PLACE_END; i += STRIDE)
        if (*at(i) != i * 0x9e3779b97f4a7c15u)
            return false;
    return true;
}

static uint64_t lost(uint64_t start)
{
    uint64_t sum = 0;

    for (uint64_t now, before = start; before - start < WINDOW; before = now) {
        now = rdtsc();
        if (now - before > GAP)
            sum += now - before;
    }
    return sum;
}

void bench_main(void)
{
    start_interrupts(idt, VECTOR, VECTOR);
    for (uint64_t i = PLACE; i < PLACE_END; i += STRIDE)
        *at(i) = i * 0x9e3779b97f4a7c15u;
    for (;;) {
        uint64_t start = rdtsc(), others = lost(start), all = rdtsc() - start;
        uint32_t before = bench_interrupts;

        put_string("neighbour: has ");
        put_number((all - others) * 100 / all);
        put_string(memory_is_right() ? " %, memory right\r\n" : " %, memory WRONG\r\n");
        lapic_write(LAPIC_TIMER_COUNT, REST);
        await_interrupt(before);
    }
}
