/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs all suites. */
#include "suites.h"

int main(void)
{
    int failures = access_control_suite();
    failures += alarm_suite();
    failures += console_suite();
    failures += files_suite();
    failures += owners_suite();
    failures += ring_suite();
    failures += rtc_suite();
    failures += timers_suite();
    return failures != 0;
}
