/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Marshalling for generated RPC stubs. A stub packs its arguments into a byte buffer that the connector
 * provides (message registers or a shared dataport) and unpacks the results from it; both sides are hostile
 * to each other, so every read is bounds-checked: a short or over-long message sets `error` and yields zeros.
 *
 * A client stub, as camkesc writes it:
 *
 *     int fs_ctrl_read(int fd, size_t size)
 *     {
 *         struct camkes_rpc rpc;
 *         int ret = 0;
 *         camkes_rpc_begin(&end_fs_ctrl, &rpc, 1);          // method number
 *         camkes_rpc_put(&rpc, &fd, sizeof fd);
 *         camkes_rpc_put(&rpc, &size, sizeof size);
 *         camkes_rpc_call(&rpc);
 *         camkes_rpc_get(&rpc, &ret, sizeof ret);
 *         camkes_rpc_end(&rpc);
 *         return ret;
 *     }
 *
 * and a server stub (camkes_method_fn) does the reverse with _get, the call, camkes_rpc_reply_begin() and _put.
 * Strings and arrays are a 64-bit length and the bytes; _get_string/_get_array return malloc'ed copies.
 */
#pragma once

#include <camkes/tables.h>

struct camkes_rpc {
    const struct camkes_end *end;
    uint8_t *buffer;
    size_t capacity; /* bytes in buffer */
    size_t length;   /* bytes that hold data */
    size_t cursor;   /* next byte to read */
    seL4_Word method;
    seL4_Word badge; /* server: the client's badge */
    int error;       /* 0 or negative errno; sticky */
};

void camkes_rpc_begin(const struct camkes_end *end, struct camkes_rpc *rpc, unsigned method);
int camkes_rpc_call(struct camkes_rpc *rpc);
void camkes_rpc_end(struct camkes_rpc *rpc); /* reports `error` through the component's error handler, releases locks */
void camkes_rpc_reply_begin(struct camkes_rpc *rpc); /* server: checks that all arguments were read; starts the results */

void camkes_rpc_put(struct camkes_rpc *rpc, const void *value, size_t size);
void camkes_rpc_get(struct camkes_rpc *rpc, void *value, size_t size);
void camkes_rpc_put_string(struct camkes_rpc *rpc, const char *string);
char *camkes_rpc_get_string(struct camkes_rpc *rpc); /* NULL on error; free() it */
void camkes_rpc_put_array(struct camkes_rpc *rpc, const void *items, size_t count, size_t item_size);
void *camkes_rpc_get_array(struct camkes_rpc *rpc, size_t *count, size_t item_size);

/* The badge of the client that the calling thread serves now (for <if>_get_sender_id()). */
seL4_Word camkes_rpc_sender(void);
