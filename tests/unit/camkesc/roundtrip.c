/* SPDX-License-Identifier: BSD-2-Clause */
/* Client stubs call server stubs through a connector that hands over a buffer, whole or damaged. */
#include <camkes/error.h>
#include <camkes/rpc.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "roundtrip.h"

/* Messages travel in this buffer; the thread's own is there, but not used. */
static uint8_t message[4096];
static seL4_IPCBuffer ipc_buffer;
__thread seL4_IPCBuffer *__sel4_ipc_buffer = NULL;
static unsigned reports, calls;
static size_t cut_request = SIZE_MAX, cut_reply = SIZE_MAX;

static void begin(const struct camkes_end *end, struct camkes_rpc *rpc)
{
    (void)end;
    rpc->buffer = message;
    rpc->capacity = sizeof(message);
}

static int call(const struct camkes_end *end, struct camkes_rpc *rpc)
{
    (void)end;
    const struct camkes_procedure *procedure = server_procedure();
    struct camkes_rpc server = *rpc;
    calls++;
    assert_true(rpc->method < procedure->method_count);
    if (server.length > cut_request)
        server.length = cut_request;
    procedure->methods[rpc->method](&server);
    rpc->length = server.error ? 0 : server.length;
    if (rpc->length > cut_reply)
        rpc->length = cut_reply;
    rpc->cursor = 0;
    return server.error;
}

const struct camkes_connector camkes_connector_rpc = {
    .name = "test", .rpc_begin = begin, .rpc_call = call};

/* What camkes_rpc_end() ends up in when a message is bad. */
void camkes_error(camkes_error_type_t type, const char *interface, const char *description,
                  int code)
{
    (void)type;
    (void)description;
    assert_string_equal(interface, "far");
    assert_true(code < 0);
    reports++;
}

camkes_error_handler_t camkes_end_register_error_handler(const struct camkes_end *end,
                                                         camkes_error_handler_t handler)
{
    (void)end;
    return handler;
}

bool camkes_rpc_spill(struct camkes_rpc *rpc, size_t size)
{
    (void)rpc;
    (void)size;
    return false;
}

seL4_Word camkes_rpc_sender(void)
{
    return 1;
}

unsigned camkes_client_count(const struct camkes_end *end)
{
    return end->cap_count;
}

seL4_Word camkes_client_badge(const struct camkes_end *end, unsigned index)
{
    return end->caps[index].badge;
}

seL4_Word camkes_client_largest_badge(const struct camkes_end *end)
{
    return end->caps[0].badge;
}

static void test_calls(void **state)
{
    (void)state;
    reports = calls = 0;
    __sel4_ipc_buffer = &ipc_buffer;
    client_calls();
    assert_int_equal(reports, 0);
    assert_int_equal(calls, 16);
}

static void test_damaged(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < 4; cut++) {
        reports = 0;
        cut_request = cut;
        client_calls_damaged();
        assert_int_equal(reports, 3);
        cut_request = SIZE_MAX;
        reports = 0;
        cut_reply = cut;
        client_calls_damaged();
        assert_int_equal(reports, 3);
        cut_reply = SIZE_MAX;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls),
                                       cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests_name("camkesc stubs", tests, NULL, NULL);
}
