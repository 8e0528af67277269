/* SPDX-License-Identifier: BSD-2-Clause */
#include <camkes.h>

int run(void)
{
    for (;;) {
        rung_wait();
        ring_emit();
    }
}
