/* SPDX-License-Identifier: BSD-2-Clause */
#include <camkes.h>

int direct_add(int a, int b)
{
    return a + b;
}
