/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * StringReverse. Its partner may be a guest, which may write into the source while it is read: the
 * length is what was found once, and the result always ends within its dataport.
 */
#include <camkes.h>
#include <string_reverse.h>

static void reverse(const volatile char *source, volatile char *result)
{
    size_t length = 0;
    while (length < STRING_REVERSE_BUFSIZE - 1 && source[length])
        length++;
    for (size_t i = 0; i < length; i++)
        result[i] = source[length - 1 - i];
    result[length] = 0;
}

int run(void)
{
    set_putchar(putchar_putchar); /* null where it is not connected: the kernel's console */
    for (;;) {
        ready_wait();
        src_dp_acquire();
        reverse(src_dp, dest_dp);
        dest_dp_release();
        done_emit();
    }
}
