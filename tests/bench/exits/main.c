/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest without an operating system that measures what an exit costs. The same image runs on the
 * bare emulated machine, which shows the cost without a hypervisor.
 */
#include "operations.h"

#include <guest.h>

void bench_main(void)
{
    put_string("bench: start\r\n");
    report_operations("");
    report_halt("");
    put_string("bench: end\r\n");
}
