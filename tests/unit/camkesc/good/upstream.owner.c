/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's side of memory that each client has for itself; compiled only. */
#include <camkes.h>

void post_init(void)
{
    for (unsigned i = 0; i < d_num_badges(); i++) {
        char *of_client = d_buf(d_enumerate_badge(i));
        of_client[d_buf_size(d_enumerate_badge(i)) - 1] = (char)shapes_num_badges();
    }
}
