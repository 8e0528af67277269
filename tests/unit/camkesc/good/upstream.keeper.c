/* SPDX-License-Identifier: BSD-2-Clause */
/* A client that says itself what it keeps in the memory of a connection; compiled only. */
#include <camkes.h>

typedef struct {
    int first, second;
} kept_t;

extern volatile kept_t *shapes_buf;

int run(void)
{
    e_emit_underlying();
    shapes_buf->first = shapes_get_buf() ? (int)shapes_get_size() : 0;
    return ((char *)d)[8191];
}
