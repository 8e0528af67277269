/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest that measures: while its neighbours sleep, and while they leave and enter guest mode.
 */
#include "operations.h"
#include "schedule.h"

#include <guest.h>

void bench_main(void)
{
    report_operations("idle-");
    report_halt("idle-");
    put_string(rdtsc() < WORK_BEGINS ? "" : "bench: too late\r\n");
    while (rdtsc() < WORK_BEGINS + WORK_BEGINS / 10) {
    }
    report_operations("busy-");
    put_string("bench: end\r\n");
}
