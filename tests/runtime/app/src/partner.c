/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other end of tester's connections.
 */
#include <camkes.h>
#include <stdlib.h>
#include <string.h>

static volatile int wish, wish_argument, bad_results;

int talk_add(int a, int b)
{
    if (a == 1000 || a == 2000) { /* a wish to be called back: run() does it, and passes it on */
        wish_argument = b;
        wish = a;
        return wishes_post();
    }
    return a == 3000 ? bad_results : a + b;
}

char *talk_reverse(const char *text)
{
    size_t length = strlen(text);
    char *result = malloc(length + 1);
    if (result) {
        for (size_t i = 0; i < length; i++)
            result[i] = text[length - 1 - i];
        result[length] = '\0';
    }
    return result;
}

void talk_swap(uint64_t *a, uint64_t *b)
{
    uint64_t old = *a;
    *a = *b;
    *b = old;
}

uint64_t talk_sum(size_t items_sz, const uint16_t *items)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < items_sz; i++)
        sum += items[i];
    return sum;
}

void talk_pattern(uint32_t size, size_t *bytes_sz, char **bytes)
{
    *bytes = malloc(size);
    *bytes_sz = *bytes ? size : 0;
    for (size_t i = 0; i < *bytes_sz; i++)
        (*bytes)[i] = (char)(i * 3);
}

struct point talk_mirror(struct point p)
{
    struct point q = p;
    q.x = p.y;
    q.y = p.x;
    return q;
}

uint64_t talk_who(void)
{
    return talk_get_sender_id();
}

int talk_read_wrapped(dataport_ptr_t where)
{
    const char *text = dataport_unwrap_ptr(where);
    return text ? (int)strlen(text) : -1;
}

/* --- the same over a connection with a buffer --- */

int bulk_add(int a, int b)
{
    (void)a;
    (void)b;
    return (int)strnlen(bulk_buf(bulk_get_sender_id()), bulk_buf_size(bulk_get_sender_id()));
}

char *bulk_reverse(const char *text)
{
    return talk_reverse(text);
}

void bulk_swap(uint64_t *a, uint64_t *b)
{
    talk_swap(a, b);
}

uint64_t bulk_sum(size_t items_sz, const uint16_t *items)
{
    return talk_sum(items_sz, items);
}

void bulk_pattern(uint32_t size, size_t *bytes_sz, char **bytes)
{
    talk_pattern(size, bytes_sz, bytes);
}

struct point bulk_mirror(struct point p)
{
    return talk_mirror(p);
}

uint64_t bulk_who(void)
{
    return bulk_get_sender_id();
}

int bulk_read_wrapped(dataport_ptr_t where)
{
    return talk_read_wrapped(where);
}

/* --- events --- */

static void on_ping(void *arg)
{
    if (ping_reg_callback(on_ping, arg) == 0)
        pong_emit();
}

static void on_stir(void *arg)
{
    if (stir_reg_callback(on_stir, arg) == 0)
        chain_emit();
}

void post_init(void)
{
    typed->count = 7;
    strcpy((char *)typed->text, "set by partner");
    typed_release();
    if (ping_reg_callback(on_ping, NULL) != 0 || stir_reg_callback(on_stir, NULL) != 0)
        camkes_stop("no callback");
}

int run(void)
{
    for (;;) {
        if (wishes_wait() != 0)
            return -1;
        /* The next wish may come while this call is on its way back. */
        int what = wish, argument = wish_argument;
        bad_results += what == 1000 ? work_locked_increment(argument) != argument
                                    : work_heap_work(argument) != 0;
    }
}
