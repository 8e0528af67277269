/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers each ping by a pong, after copying the first page of `data` to the second one, and the
 * first byte of `large` to its last. While `data` begins with "flood" it goes on and on.
 */
#include <camkes.h>
#include <string.h>

#define PAGE 4096

int run(void)
{
    volatile char *bytes = large;

    for (;;) {
        ping_wait();
        do {
            memcpy((char *)data + PAGE, (const char *)data, PAGE);
            bytes[large_get_size() - 1] = bytes[0];
            pong_emit();
        } while (memcmp((const char *)data, "flood", 5) == 0);
    }
}
