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

void *camkes_rpc_get_array(struct camkes_rpc *rpc, size_t *count, size_t item_size)
{
    uint64_t wire_count;
    *count = 0;
    camkes_rpc_get(rpc, &wire_count, sizeof(wire_count));
    if (rpc->error != 0)
        return NULL;
    if (item_size == 0 || wire_count > (rpc->length - rpc->cursor) / item_size) {
        fail(rpc, -EBADMSG);
        return NULL;
    }
    size_t bytes = (size_t)wire_count * item_size;
    void *items = malloc(bytes != 0 ? bytes : 1);
    if (!items) {
        fail(rpc, -ENOMEM);
        return NULL;
    }
    camkes_rpc_get(rpc, items, bytes);
    *count = (size_t)wire_count;
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
    uint64_t length;
    camkes_rpc_get(rpc, &length, sizeof(length));
    if (rpc->error == 0 && length > rpc->length - rpc->cursor)
        fail(rpc, -EBADMSG);
    if (rpc->error != 0)
        return NULL;
    char *string = malloc((size_t)length + 1);
    if (!string) {
        fail(rpc, -ENOMEM);
        return NULL;
    }
    camkes_rpc_get(rpc, string, (size_t)length);
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
    uint64_t wire_count;
    *count = 0;
    camkes_rpc_get(rpc, &wire_count, sizeof(wire_count));
    /* Each string takes at least its length's eight bytes. */
    if (rpc->error == 0 && wire_count > (rpc->length - rpc->cursor) / sizeof(uint64_t))
        fail(rpc, -EBADMSG);
    if (rpc->error != 0)
        return NULL;
    char **strings = calloc((size_t)wire_count + 1, sizeof(*strings));
    if (!strings) {
        fail(rpc, -ENOMEM);
        return NULL;
    }
    for (size_t i = 0; i < wire_count; i++)
        strings[i] = camkes_rpc_get_string(rpc);
    if (rpc->error != 0) {
        camkes_rpc_free_strings(strings, (size_t)wire_count);
        return NULL;
    }
    *count = (size_t)wire_count;
    return strings;
}

void camkes_rpc_report(struct camkes_rpc *rpc)
{
    switch (rpc->error) {
    case -EMSGSIZE:
        camkes_error(CE_BUFFER_LENGTH_EXCEEDED, rpc->end->interface,
                     "arguments or results exceed a message (960 bytes)", rpc->error);
        break;
    case -ENOSYS:
        camkes_error(CE_INVALID_METHOD_INDEX, rpc->end->interface,
                     "the procedure has no such method", rpc->error);
        break;
    case -ENOMEM:
        camkes_error(CE_ALLOCATION_FAILURE, rpc->end->interface, "no heap left for an RPC",
                     rpc->error);
        break;
    default:
        camkes_error(CE_MALFORMED_RPC_PAYLOAD, rpc->end->interface,
                     "an RPC's message does not hold what the method takes or returns", rpc->error);
        break;
    }
}
