/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strings and arrays in RPC messages: a 64-bit count and the bytes. The count comes from the peer:
 * it is checked against what the message holds before memory is asked for.
 */
#include <stdlib.h>
#include <string.h>
#include <camkes/error.h>
#include <camkes/rpc.h>

static void fail(struct camkes_rpc *rpc, int error)
{
    if (rpc->error == 0)
        rpc->error = error;
}

void camkes_rpc_put_array(struct camkes_rpc *rpc, const void *items, size_t count, size_t item_size)
{
    uint64_t wire_count = count;
    size_t bytes;
    if (__builtin_mul_overflow(count, item_size, &bytes)) {
        fail(rpc, -EMSGSIZE);
        return;
    }
    camkes_rpc_put(rpc, &wire_count, sizeof(wire_count));
    if (bytes != 0) /* an empty array may have no address */
        camkes_rpc_put(rpc, items, bytes);
}

/* The count of things that take at least `size` bytes each: the message holds as many, or 0. */
static size_t get_count(struct camkes_rpc *rpc, size_t size)
{
    uint64_t count;
    camkes_rpc_get(rpc, &count, sizeof(count));
    if (size == 0 || count > (rpc->length - rpc->cursor) / size)
        fail(rpc, -EBADMSG);
    return rpc->error == 0 ? (size_t)count : 0;
}

void *camkes_rpc_get_array(struct camkes_rpc *rpc, size_t *count, size_t item_size)
{
    *count = get_count(rpc, item_size);
    if (rpc->error != 0)
        return NULL;
    size_t bytes = *count * item_size;
    /* One more: an empty array has an address, too, and a string ends with a zero. */
    void *items = malloc(bytes + 1);
    if (!items) {
        fail(rpc, -ENOMEM);
        *count = 0;
        return NULL;
    }
    camkes_rpc_get(rpc, items, bytes);
    return items;
}

void camkes_rpc_put_string(struct camkes_rpc *rpc, const char *string)
{
    if (!string) /* a component that had nothing to say */
        string = "";
    camkes_rpc_put_array(rpc, string, strlen(string), 1);
}

char *camkes_rpc_get_string(struct camkes_rpc *rpc)
{
    size_t length;
    char *string = camkes_rpc_get_array(rpc, &length, 1);
    if (!string)
        return NULL;
    string[length] = '\0';
    /* A string ends at its first zero on both sides. */
    if (strlen(string) != length) {
        fail(rpc, -EBADMSG);
        free(string);
        return NULL;
    }
    return string;
}

void camkes_rpc_put_strings(struct camkes_rpc *rpc, char *const *strings, size_t count)
{
    uint64_t wire_count = count;
    camkes_rpc_put(rpc, &wire_count, sizeof(wire_count));
    for (size_t i = 0; i < count; i++)
        camkes_rpc_put_string(rpc, strings[i]);
}

void camkes_rpc_free_strings(char **strings, size_t count)
{
    for (size_t i = 0; strings && i < count; i++)
        free(strings[i]);
    free(strings);
}

char **camkes_rpc_get_strings(struct camkes_rpc *rpc, size_t *count)
{
    *count = 0;
    /* Each string takes at least its length's eight bytes. */
    size_t most = get_count(rpc, sizeof(uint64_t));
    if (rpc->error != 0)
        return NULL;
    char **strings = calloc(most + 1, sizeof(*strings));
    if (!strings) {
        fail(rpc, -ENOMEM);
        return NULL;
    }
    for (size_t i = 0; i < most; i++)
        strings[i] = camkes_rpc_get_string(rpc);
    if (rpc->error != 0) {
        camkes_rpc_free_strings(strings, most);
        return NULL;
    }
    *count = most;
    return strings;
}

void camkes_rpc_report(struct camkes_rpc *rpc)
{
    static const struct {
        int error; /* 0: any other */
        camkes_error_type_t type;
        const char *description;
    } reports[] = {
        {-EMSGSIZE, CE_BUFFER_LENGTH_EXCEEDED, "arguments or results exceed a message (960 bytes)"},
        {-ENOSYS, CE_INVALID_METHOD_INDEX, "the procedure has no such method"},
        {-ENOMEM, CE_ALLOCATION_FAILURE, "no heap left for an RPC"},
        {0, CE_MALFORMED_RPC_PAYLOAD,
         "an RPC's message does not hold what the method takes or returns"},
    };
    unsigned i = 0;
    while (reports[i].error && reports[i].error != rpc->error)
        i++;
    camkes_error(reports[i].type, rpc->end->interface, reports[i].description, rpc->error);
}
