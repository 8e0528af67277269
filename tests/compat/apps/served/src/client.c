/* SPDX-License-Identifier: BSD-2-Clause */
/* Uses the servers as clients elsewhere do, with code of its own for the rings. */
#include <autoconf.h>
#include <camkes.h>
#include <stdio.h>
#include <string.h>

struct ring {
    uint32_t head;
    uint32_t tail;
    char buf[4096 - 8];
};
extern volatile struct ring *keys_buf;
extern volatile struct ring *page_buf;

seL4_CPtr timeout_notification(void);

void pre_init(void)
{
    set_putchar(letter_putchar);
}

static void print(const char *text)
{
    while (*text) {
        page_buf->buf[page_buf->tail] = *text++;
        page_buf->tail = (page_buf->tail + 1) % sizeof(page_buf->buf);
    }
    page_batch();
}

int run(void)
{
    seL4_Word badge;
    uint64_t then = timeout_time();
    timeout_periodic(0, 10 * NS_IN_MS);
    for (int i = 0; i < 3; i++)
        seL4_Wait(timeout_notification(), &badge);
    timeout_stop(0);
    if (timeout_time() - then < 30 * NS_IN_MS)
        printf("client: early\n");
    print("client: all is ");
    print("served\n");
    for (;;) {
        seL4_Wait(keys_notification(), &badge);
        while (keys_buf->head != keys_buf->tail) {
            printf("client: a key %d\n", keys_buf->buf[keys_buf->head]);
            keys_buf->head = (keys_buf->head + 1) % sizeof(keys_buf->buf);
        }
    }
}
