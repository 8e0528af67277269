/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second client of partner; and when tester asks, a second user of tester's threads.
 */
#include <camkes.h>
#include <stdio.h>
#include "talk.h"

int run(void)
{
    /* Its badge is not tester's, its calls do not disturb tester's. */
    for (int i = 0; i < 900; i++)
        if (talk_add(i, 1) != i + 1)
            printf("FAIL helper's call %d\n", i);
    if (talk_who() == 77)
        printf("FAIL helper has tester's badge\n");
    help_wait();
    (void)work2_locked_increment(LOCKED_ROUNDS);
    help_wait();
    if (work2_heap_work(HEAP_ROUNDS) != 0)
        printf("FAIL helper saw a damaged heap\n");
    return 0;
}
