/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints a line without its end: it must appear all the same. */
#include <camkes.h>

int run(void)
{
    for (const char *c = "gamma has no more to say"; *c; c++)
        say_putchar(*c);
    return 0;
}
