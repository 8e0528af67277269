/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Echo. What a server says of a datagram's length is cut to what the memory holds, and a server
 * that always has more does not keep the other's waiting.
 */
#include <base/bits.h>
#include <camkes.h>
#include <string.h>

/* Answered in one go. */
#define BURST 16

extern char *echo_recv_buf, *echo_send_buf, *echo2_recv_buf, *echo2_send_buf;

struct network {
    int (*poll)(unsigned *length, uint16_t *port, uint32_t *address);
    int (*send)(uintptr_t data, unsigned length, uint32_t address);
    const char *in;
    char *out;
    size_t size;
};

/* Whether there may be more. */
static bool answer(const struct network *network)
{
    for (unsigned i = 0; i < BURST; i++) {
        unsigned length = 0;
        uint16_t port;
        uint32_t address;
        int result = network->poll(&length, &port, &address);
        if (result < 0)
            return false;
        length = (unsigned)MIN(length, network->size);
        memcpy(network->out, network->in, length);
        network->send(0, length, address);
        if (result > 0)
            return false;
    }
    return true;
}

int run(void)
{
    const struct network networks[] = {
        {echo_recv_poll, echo_send_send, echo_recv_buf, echo_send_buf,
         MIN(echo_recv_buf_size(), echo_send_buf_size())},
        {echo2_recv_poll, echo2_send_send, echo2_recv_buf, echo2_send_buf,
         MIN(echo2_recv_buf_size(), echo2_send_buf_size())},
    };
    for (;;) {
        bool more = false;
        for (size_t i = 0; i < ARRAY_SIZE(networks); i++)
            more |= answer(&networks[i]);
        if (!more)
            seL4_Wait(echo_recv_notification(), NULL);
    }
}
