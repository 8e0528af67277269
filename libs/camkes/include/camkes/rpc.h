/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Marshalling for generated RPC stubs. A stub packs its arguments into a byte buffer that the
 * connector provides (message registers) and unpacks the results from it; both sides are hostile to
 * each other, so every read is bounds-checked: a short or over-long message sets `error` and yields
 * zeros.
 *
 * A client stub, as camkesc writes it:
 *
 *     int fs_ctrl_read(int fd, size_t size)
 *     {
 *         struct camkes_rpc rpc;
 *         int result = 0;
 *         camkes_rpc_begin(&end_fs_ctrl, &rpc, 1);          // method number
 *         camkes_rpc_put(&rpc, &fd, sizeof(fd));
 *         camkes_rpc_put(&rpc, &size, sizeof(size));
 *         camkes_rpc_call(&rpc);
 *         camkes_rpc_get(&rpc, &result, sizeof(result));
 *         camkes_rpc_end(&rpc);
 *         return result;
 *     }
 *
 * and a server stub (camkes_method_fn) does the reverse with _get, the call,
 * camkes_rpc_reply_begin() and _put. Strings and arrays are a 64-bit length and the bytes;
 * _get_string/_get_array return malloc'ed copies.
 *
 * The buffer is the thread's message buffer, so between begin and call, and between the call's
 * return (or a method's entry) and the last _get, a stub makes no other system call. A server stub
 * reads all its arguments before it calls the component, calls camkes_rpc_reply_begin() after it,
 * and then writes the results.
 */
#pragma once

#include <errno.h>
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

/* Out of line, because failure is the rare case. */
void camkes_rpc_report(struct camkes_rpc *rpc);
/* Goes on in the connection's shared buffer, if it has one that can take `size` more bytes. */
bool camkes_rpc_spill(struct camkes_rpc *rpc, size_t size);

static inline void camkes_rpc_use_registers(struct camkes_rpc *rpc)
{
    rpc->buffer = (uint8_t *)seL4_GetIPCBuffer()->msg;
    rpc->capacity = sizeof(seL4_GetIPCBuffer()->msg);
}

static inline void camkes_rpc_begin(const struct camkes_end *end, struct camkes_rpc *rpc,
                                    unsigned method)
{
    rpc->end = end;
    rpc->length = 0;
    rpc->cursor = 0;
    rpc->method = method;
    rpc->badge = 0;
    rpc->error = 0;
    camkes_rpc_use_registers(rpc);
    if (end->connector->rpc_begin)
        end->connector->rpc_begin(end, rpc);
}

static inline int camkes_rpc_call(struct camkes_rpc *rpc)
{
    if (rpc->error == 0)
        rpc->error = rpc->end->connector->rpc_call(rpc->end, rpc);
    if (rpc->error != 0)
        rpc->length = rpc->cursor = 0;
    return rpc->error;
}

/* Have all bytes been read? The transport rounds up to words, so less than a word may be left. */
static inline void camkes_rpc_check_end(struct camkes_rpc *rpc)
{
    if (rpc->error == 0 && rpc->length - rpc->cursor >= sizeof(seL4_Word))
        rpc->error = -EBADMSG;
}

/* Reports `error` through the component's error handler. */
static inline void camkes_rpc_end(struct camkes_rpc *rpc)
{
    camkes_rpc_check_end(rpc);
    if (rpc->error != 0)
        camkes_rpc_report(rpc);
}

/* Server: starts the results. */
static inline void camkes_rpc_reply_begin(struct camkes_rpc *rpc)
{
    rpc->length = 0;
    rpc->cursor = 0;
}

/*
 * Server, after the last argument: false if the message was malformed. The stub then does not call
 * the component, and the client gets an error.
 */
static inline bool camkes_rpc_ok(struct camkes_rpc *rpc)
{
    camkes_rpc_check_end(rpc);
    return rpc->error == 0;
}

static inline void camkes_rpc_put(struct camkes_rpc *rpc, const void *value, size_t size)
{
    if (rpc->error != 0)
        return;
    if (size > rpc->capacity - rpc->length && !camkes_rpc_spill(rpc, size)) {
        rpc->error = -EMSGSIZE;
        return;
    }
    __builtin_memcpy(rpc->buffer + rpc->length, value, size);
    rpc->length += size;
}

static inline void camkes_rpc_get(struct camkes_rpc *rpc, void *value, size_t size)
{
    if (rpc->error != 0 || size > rpc->length - rpc->cursor) {
        rpc->error = rpc->error != 0 ? rpc->error : -EBADMSG;
        __builtin_memset(value, 0, size);
        return;
    }
    __builtin_memcpy(value, rpc->buffer + rpc->cursor, size);
    rpc->cursor += size;
}

void camkes_rpc_put_string(struct camkes_rpc *rpc, const char *string);
char *camkes_rpc_get_string(struct camkes_rpc *rpc); /* NULL on error; free() it */
void camkes_rpc_put_array(struct camkes_rpc *rpc, const void *items, size_t count,
                          size_t item_size);
void *camkes_rpc_get_array(struct camkes_rpc *rpc, size_t *count, size_t item_size);
void camkes_rpc_put_strings(struct camkes_rpc *rpc, char *const *strings, size_t count);
/* NULL on error; otherwise camkes_rpc_free_strings() it. */
char **camkes_rpc_get_strings(struct camkes_rpc *rpc, size_t *count);
void camkes_rpc_free_strings(char **strings, size_t count);

/* The badge of the client that the calling thread serves now (for <if>_get_sender_id()). */
seL4_Word camkes_rpc_sender(void);

/*
 * A server need not answer at once: while it serves a call it may keep the caller waiting and serve
 * others. `number` is the server's own choice, from 0, one for each caller that waits at the same
 * time, below the instance's attribute `kept_callers`. 0 or a negative errno; then the caller is
 * answered as ever.
 */
int camkes_rpc_keep_caller(unsigned number);
/* Lets a caller that waits go on, from a method without results. */
void camkes_rpc_answer(unsigned number);
