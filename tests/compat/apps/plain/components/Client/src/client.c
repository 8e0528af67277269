/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <camkes.h>
int twice(int n);
int run(void)
{
    int n = greeting_greet("client");
    printf("client: twice 21 is %d, %d\n", twice(21), n);
    return 0;
}
