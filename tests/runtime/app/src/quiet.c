/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serves in its control thread: what its functions share needs no lock.
 */
#include <camkes.h>
#include <camkes/dma.h>

static int nudges;

static void on_nudge(seL4_Word badge, void *cookie)
{
    (void)badge;
    ++*(int *)cookie;
}

void post_init(void)
{
    if (single_threaded_component_register_handler(nudge_notification_badge(), "nudge", on_nudge,
                                                   &nudges) != 0)
        camkes_stop("no handler");
}

int plain_add(int a, int b)
{
    switch (a) {
    case -1:
        return nudges;
    case -2:
        return of_clients_num_badges() == 1 && of_clients_enumerate_badge(0) == 9
                   ? ((char *)of_clients_buf(9))[of_clients_buf_size(9) - 1]
                   : -1;
    case -3:
        return (int)(camkes_dma_get_paddr(for_device) >> 12);
    default:
        return a + b;
    }
}

int bulky_add(int a, int b)
{
    return a + b + *(char *)bulky_buf(bulky_get_sender_id());
}
