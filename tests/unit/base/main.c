/* SPDX-License-Identifier: BSD-2-Clause */
#include "suites.h"

int main(void)
{
    return arena_tests() + calendar_tests() + cpio_tests() + format_tests() + list_tests() +
           memory_tests() + number_tests();
}
