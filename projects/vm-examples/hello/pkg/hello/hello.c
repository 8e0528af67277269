/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for the guest. */
#include <stdio.h>

int main(void)
{
    printf("Hello, World!\n");
    return 0;
}
