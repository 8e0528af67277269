/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPC from stub to stub over imitated messages: what arrives is what was sent, whatever its size,
 * and neither side is hurt by the other's nonsense. The stubs are written the way camkesc writes
 * them.
 */
#include <base/bits.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fake_ipc.h"
#include "camkes_private.h"
#include "runtime_stubs.h"

const struct camkes_instance camkes_instance = {.name = "test"};

enum { EP = 30, CLIENT_A = 31, CLIENT_B = 32, SIGNAL_A = 33, NOBODY = 34, OBJECT_SIGNAL = 40 };
enum { ADD, REVERSE, SUM, WHO, BURST, NAMES, METHODS };

static uint64_t buffer_a[512], buffer_b[512];
static unsigned calls;

/* --- the server --- */

static void serve_add(struct camkes_rpc *rpc)
{
    int8_t a = 0;
    uint64_t b = 0;
    camkes_rpc_get(rpc, &a, sizeof(a));
    camkes_rpc_get(rpc, &b, sizeof(b));
    if (camkes_rpc_ok(rpc)) {
        calls++;
        uint64_t sum = (uint64_t)a + b;
        camkes_rpc_reply_begin(rpc);
        camkes_rpc_put(rpc, &sum, sizeof(sum));
    }
}

static void serve_reverse(struct camkes_rpc *rpc)
{
    char *text = camkes_rpc_get_string(rpc);
    if (camkes_rpc_ok(rpc)) {
        calls++;
        size_t length = strlen(text);
        for (size_t i = 0; i < length / 2; i++) {
            char c = text[i];
            text[i] = text[length - 1 - i];
            text[length - 1 - i] = c;
        }
        camkes_rpc_reply_begin(rpc);
        camkes_rpc_put_string(rpc, text);
    }
    free(text);
}

static void serve_sum(struct camkes_rpc *rpc)
{
    size_t count;
    uint16_t *items = camkes_rpc_get_array(rpc, &count, sizeof(*items));
    if (camkes_rpc_ok(rpc)) {
        uint64_t sum = 0;
        calls++;
        for (size_t i = 0; i < count; i++)
            sum += items[i];
        camkes_rpc_reply_begin(rpc);
        camkes_rpc_put(rpc, &sum, sizeof(sum));
    }
    free(items);
}

static void serve_who(struct camkes_rpc *rpc)
{
    if (camkes_rpc_ok(rpc)) {
        seL4_Word who = camkes_rpc_sender();
        camkes_rpc_reply_begin(rpc);
        camkes_rpc_put(rpc, &who, sizeof(who));
    }
}

/* Answers with as many bytes as asked for. */
static void serve_burst(struct camkes_rpc *rpc)
{
    uint32_t size = 0;
    camkes_rpc_get(rpc, &size, sizeof(size));
    if (camkes_rpc_ok(rpc)) {
        uint8_t *bytes = malloc(size);
        memset(bytes, 0x5a, size);
        camkes_rpc_reply_begin(rpc);
        camkes_rpc_put_array(rpc, bytes, size, 1);
        free(bytes);
    }
}

static void serve_names(struct camkes_rpc *rpc)
{
    size_t count;
    char **names = camkes_rpc_get_strings(rpc, &count);
    if (camkes_rpc_ok(rpc)) {
        calls++;
        camkes_rpc_reply_begin(rpc);
        camkes_rpc_put_strings(rpc, names, count);
    }
    camkes_rpc_free_strings(names, count);
}

static const camkes_method_fn methods[METHODS] = {serve_add, serve_reverse, serve_sum,
                                                  serve_who, serve_burst,   serve_names};
static const struct camkes_procedure procedure = {"Test", methods, METHODS};

/* --- two clients of one server; B has no buffer --- */

static const struct camkes_connector connector = {
    .name = "test",
    .spills = true,
    .init = camkes_rpc_init,
    .thread = camkes_rpc_serve,
    .rpc_call = camkes_rpc_from_call,
};

static void *state_server, *state_a, *state_b, *state_nobody;

static const struct camkes_cap server_caps[] = {
    {"ep", EP, 7, "a.if"}, {"ep", EP, 9, "b.if"}, {"notification", SIGNAL_A, 0, "a.if"}};
static const struct camkes_region server_regions[] = {{.role = "buffer",
                                                       .vaddr = buffer_a,
                                                       .size = sizeof(buffer_a),
                                                       .peer = "a.if",
                                                       .peer_badge = 7}};
static const struct camkes_end end_server = {.interface = "server",
                                             .connection = "c",
                                             .connector = &connector,
                                             .side = CAMKES_TO,
                                             .kind = CAMKES_PROCEDURE,
                                             .caps = server_caps,
                                             .cap_count = 3,
                                             .regions = server_regions,
                                             .region_count = 1,
                                             .procedure = &procedure,
                                             .state = &state_server};

static const struct camkes_cap caps_a[] = {{"ep", CLIENT_A, 7, "s.server"}};
static const struct camkes_region regions_a[] = {
    {.role = "buffer", .vaddr = buffer_a, .size = sizeof(buffer_a), .peer = "s.server"}};
static const struct camkes_end end_a = {.interface = "a",
                                        .connection = "c",
                                        .connector = &connector,
                                        .side = CAMKES_FROM,
                                        .kind = CAMKES_PROCEDURE,
                                        .caps = caps_a,
                                        .cap_count = 1,
                                        .regions = regions_a,
                                        .region_count = 1,
                                        .state = &state_a};

static const struct camkes_cap caps_b[] = {{"ep", CLIENT_B, 9, "s.server"}};
static const struct camkes_end end_b = {.interface = "b",
                                        .connection = "c",
                                        .connector = &connector,
                                        .side = CAMKES_FROM,
                                        .kind = CAMKES_PROCEDURE,
                                        .caps = caps_b,
                                        .cap_count = 1,
                                        .state = &state_b};

/* A capability to the server's endpoint that nobody numbered. */
static const struct camkes_cap caps_nobody[] = {{"ep", NOBODY, 0, "s.server"}};
static const struct camkes_end end_nobody = {.interface = "nobody",
                                             .connection = "c",
                                             .connector = &connector,
                                             .side = CAMKES_FROM,
                                             .kind = CAMKES_PROCEDURE,
                                             .caps = caps_nobody,
                                             .cap_count = 1,
                                             .state = &state_nobody};

static pthread_t server;

static void server_body(void *arg)
{
    (void)arg;
    connector.thread(&end_server);
}

static int set_up(void **state)
{
    (void)state;
    fake_ipc_reset();
    fake_ipc_cap(EP, EP, 0);
    fake_ipc_cap(CLIENT_A, EP, 7);
    fake_ipc_cap(CLIENT_B, EP, 9);
    fake_ipc_cap(NOBODY, EP, 0);
    fake_ipc_cap(SIGNAL_A, OBJECT_SIGNAL, 0x10);
    stub_enter(0);
    assert_int_equal(connector.init(&end_server), 0);
    assert_int_equal(connector.init(&end_a), 0);
    assert_int_equal(connector.init(&end_b), 0);
    assert_int_equal(connector.init(&end_nobody), 0);
    calls = 0;
    (void)stub_take_errors();
    memset(buffer_b, 0, sizeof(buffer_b));
    server = stub_start(1, server_body, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_ipc_stop();
    pthread_join(server, NULL);
    free(state_server);
    free(state_a);
    free(state_b);
    free(state_nobody);
    return 0;
}

/* --- client stubs --- */

static uint64_t add(const struct camkes_end *end, int8_t a, uint64_t b)
{
    struct camkes_rpc rpc;
    uint64_t result = 0;
    camkes_rpc_begin(end, &rpc, ADD);
    camkes_rpc_put(&rpc, &a, sizeof(a));
    camkes_rpc_put(&rpc, &b, sizeof(b));
    camkes_rpc_call(&rpc);
    camkes_rpc_get(&rpc, &result, sizeof(result));
    camkes_rpc_end(&rpc);
    return result;
}

static char *reverse(const struct camkes_end *end, const char *text)
{
    struct camkes_rpc rpc;
    camkes_rpc_begin(end, &rpc, REVERSE);
    camkes_rpc_put_string(&rpc, text);
    camkes_rpc_call(&rpc);
    char *result = camkes_rpc_get_string(&rpc);
    camkes_rpc_end(&rpc);
    return result;
}

static uint64_t sum(const struct camkes_end *end, const uint16_t *items, size_t count)
{
    struct camkes_rpc rpc;
    uint64_t result = 0;
    camkes_rpc_begin(end, &rpc, SUM);
    camkes_rpc_put_array(&rpc, items, count, sizeof(*items));
    camkes_rpc_call(&rpc);
    camkes_rpc_get(&rpc, &result, sizeof(result));
    camkes_rpc_end(&rpc);
    return result;
}

static size_t burst(const struct camkes_end *end, uint32_t size)
{
    struct camkes_rpc rpc;
    size_t count;
    camkes_rpc_begin(end, &rpc, BURST);
    camkes_rpc_put(&rpc, &size, sizeof(size));
    camkes_rpc_call(&rpc);
    uint8_t *bytes = camkes_rpc_get_array(&rpc, &count, 1);
    camkes_rpc_end(&rpc);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(bytes[i], 0x5a);
    free(bytes);
    return count;
}

/* --- tests --- */

static void numbers_travel(void **state)
{
    (void)state;
    assert_int_equal(add(&end_a, -1, 43), 42);
    assert_int_equal(add(&end_b, 5, 1ull << 40), (1ull << 40) + 5);
    assert_int_equal(stub_take_errors(), 0);
}

static void strings_travel(void **state)
{
    (void)state;
    const char *texts[] = {"", "x", "drawer", "a longer one, of more than four words"};
    for (unsigned i = 0; i < 4; i++) {
        char *once = reverse(&end_b, texts[i]);
        char *twice = reverse(&end_b, once);
        assert_string_equal(twice, texts[i]);
        free(once);
        free(twice);
    }
    assert_int_equal(calls, 8);
    assert_int_equal(stub_take_errors(), 0);
}

static void long_messages_use_the_buffer(void **state)
{
    (void)state;
    uint16_t items[2000];
    uint64_t wanted = 0;
    for (unsigned i = 0; i < 2000; i++) {
        items[i] = (uint16_t)(i * 31);
        wanted += items[i];
    }
    assert_int_equal(sum(&end_a, items, 2000), wanted);
    assert_int_equal(sum(&end_a, items, 3), 31 + 62);
    assert_int_equal(burst(&end_a, 4000), 4000);
    assert_int_equal(burst(&end_a, 100), 100);
    assert_int_equal(stub_take_errors(), 0);
}

static void too_long_messages_are_refused(void **state)
{
    (void)state;
    static uint16_t items[3000];
    assert_int_equal(sum(&end_b, items, 600), 0); /* B has no buffer */
    assert_int_equal(stub_take_errors(), 1);
    assert_int_equal(stub_last_error, CE_BUFFER_LENGTH_EXCEEDED);
    assert_int_equal(sum(&end_a, items, 3000), 0); /* A's is too small */
    assert_int_equal(stub_last_error, CE_BUFFER_LENGTH_EXCEEDED);
    assert_int_equal(calls, 0);
    (void)stub_take_errors();
    assert_int_equal(burst(&end_b, 2000), 0); /* the server's answer does not fit */
    assert_int_equal(stub_take_errors(), 2);  /* said on both sides */
    assert_int_equal(add(&end_b, 1, 1), 2);   /* and the server serves on */
}

static void who_has_no_badge_is_refused(void **state)
{
    (void)state;
    assert_int_equal(add(&end_nobody, 1, 1), 0);
    assert_int_equal(calls, 0);
    assert_int_equal(stub_take_errors(), 2); /* said on both sides */
    assert_int_equal(add(&end_b, 1, 1), 2);
}

static void the_server_knows_who_calls(void **state)
{
    (void)state;
    const struct camkes_end *ends[] = {&end_a, &end_b};
    const seL4_Word badges[] = {7, 9};
    for (unsigned i = 0; i < 2; i++) {
        struct camkes_rpc rpc;
        seL4_Word who = 0;
        camkes_rpc_begin(ends[i], &rpc, WHO);
        camkes_rpc_call(&rpc);
        camkes_rpc_get(&rpc, &who, sizeof(who));
        camkes_rpc_end(&rpc);
        assert_int_equal(who, badges[i]);
    }
    assert_int_equal(camkes_client_count(&end_server), 2);
    assert_int_equal(camkes_client_largest_badge(&end_server), 9);
    assert_ptr_equal(camkes_shared_buffer(&end_server, 7), buffer_a);
    assert_null(camkes_shared_buffer(&end_server, 9));
    assert_null(camkes_shared_buffer(&end_server, 8));
    assert_ptr_equal(camkes_shared_buffer(&end_a, 0), buffer_a);
    assert_int_equal(camkes_shared_buffer_size(&end_a, 0), sizeof(buffer_a));
    seL4_Word badge;
    camkes_event_emit_to(&end_server, 9); /* has none: nothing happens */
    camkes_event_emit_to(&end_server, 7);
    seL4_Poll(SIGNAL_A, &badge);
    assert_int_equal(badge, 0x10);
}

static void lists_of_strings_travel(void **state)
{
    (void)state;
    char one[] = "one", empty[] = "", three[] = "three";
    char *names[] = {one, empty, three};
    struct camkes_rpc rpc;
    size_t count;
    camkes_rpc_begin(&end_b, &rpc, NAMES);
    camkes_rpc_put_strings(&rpc, names, 3);
    camkes_rpc_call(&rpc);
    char **back = camkes_rpc_get_strings(&rpc, &count);
    camkes_rpc_end(&rpc);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(back[i], names[i]);
    camkes_rpc_free_strings(back, count);
    assert_int_equal(stub_take_errors(), 0);
}

/*
 * Raw messages that no stub would send; each must come back as an error and leave the server alive.
 */
static void hostile_messages_are_refused(void **state)
{
    (void)state;
    const struct {
        seL4_Word label, words, mr0, mr1;
        int error;
    } messages[] = {
        {METHODS, 0, 0, 0, ENOSYS},             /* no such method */
        {0xfffffeffff, 0, 0, 0, ENOSYS},        /* nor this */
        {ADD, 0, 0, 0, EBADMSG},                /* arguments missing */
        {ADD, 1, 5, 0, EBADMSG},                /* one missing */
        {ADD, 4, 0, 0, EBADMSG},                /* more than the method takes */
        {REVERSE, 2, 9, 0x6161, EBADMSG},       /* string longer than the message */
        {REVERSE, 2, UINT64_MAX, 0, EBADMSG},   /* length that would wrap around */
        {REVERSE, 2, 5, 0x6100616161, EBADMSG}, /* zero inside the string */
        {SUM, 2, 1ull << 63, 0, EBADMSG},       /* count that would overflow */
        {NAMES, 2, 1ull << 60, 0, EBADMSG},     /* number of strings */
        {NAMES, 2, 1, 77, EBADMSG},             /* and the length of one */
        {SUM | 0x10000, 1, 4097, 0, EBADMSG},   /* spilled, longer than the buffer */
        {SUM | 0x10000, 1, UINT64_MAX, 0, EBADMSG},
        {SUM | 0x10000, 2, 8, 0, EBADMSG}, /* spilled, but two words */
    };
    for (unsigned i = 0; i < ARRAY_SIZE(messages); i++) {
        for (unsigned client = 0; client < 2; client++) {
            seL4_SetMR(0, messages[i].mr0);
            seL4_SetMR(1, messages[i].mr1);
            seL4_MessageInfo_t info =
                seL4_Call(client == 0 ? CLIENT_A : CLIENT_B,
                          seL4_MessageInfo_new(messages[i].label, 0, 0, messages[i].words));
            assert_int_equal(seL4_MessageInfo_get_label(info), messages[i].error);
            assert_int_equal(seL4_MessageInfo_get_length(info), 0);
        }
    }
    assert_int_equal(calls, 0);
    assert_int_equal(add(&end_a, 2, 3), 5);
}

static void random_messages_are_survived(void **state)
{
    (void)state;
    srand(7);
    for (unsigned i = 0; i < 20000; i++) {
        for (int j = 0; j < 16; j++) {
            seL4_SetMR(j, rand() % 3 == 0 ? (seL4_Word)(rand() % 40)
                                          : (seL4_Word)rand() << (rand() % 60));
        }
        seL4_Word label = (seL4_Word)(rand() % (METHODS + 1)) | (rand() % 4 == 0 ? 0x10000 : 0);
        if ((label & 0xffff) == BURST)
            seL4_SetMR(0, (seL4_Word)(rand() % 5000));
        (void)seL4_Call(rand() % 2 ? CLIENT_A : CLIENT_B,
                        seL4_MessageInfo_new(label, 0, 0, (seL4_Word)(rand() % 17)));
    }
    assert_int_equal(add(&end_a, 2, 3), 5);
}

static void client_b(void *arg)
{
    for (unsigned i = 0; i < 5000; i++)
        *(unsigned *)arg += add(&end_b, 1, i) == i + 1;
}

static void clients_do_not_mix(void **state)
{
    (void)state;
    unsigned right = 0;
    pthread_t other = stub_start(2, client_b, &right);
    for (unsigned i = 0; i < 5000; i++)
        assert_int_equal(add(&end_a, 2, i), i + 2);
    pthread_join(other, NULL);
    assert_int_equal(right, 5000);
}

/* A server that answers nonsense: the client gets zeros and an error, not more. */
static void hostile_server(void *arg)
{
    seL4_Word badge;
    seL4_MessageInfo_t *answers = arg;
    (void)seL4_Recv(EP, &badge);
    for (unsigned i = 0;; i++) {
        seL4_SetMR(0, UINT64_MAX);
        (void)seL4_ReplyRecv(EP, answers[i], &badge);
    }
}

static void hostile_servers_are_survived(void **state)
{
    (void)state;
    fake_ipc_reset();
    fake_ipc_cap(EP, EP, 0);
    fake_ipc_cap(CLIENT_A, EP, 7);
    stub_enter(0);
    assert_int_equal(connector.init(&end_a), 0);
    (void)stub_take_errors();
    seL4_MessageInfo_t answers[] = {
        seL4_MessageInfo_new(0, 0, 0, 0),             /* nothing */
        seL4_MessageInfo_new(0, 0, 0, 9),             /* too much */
        seL4_MessageInfo_new(0xfffffffffff, 0, 0, 1), /* an error that is none */
        seL4_MessageInfo_new(0x10000, 0, 0, 1),       /* spilled, endless */
        seL4_MessageInfo_new(0, 0, 0, 1),             /* a string without end, below */
        seL4_MessageInfo_new(0, 0, 0, 0),
    };
    pthread_t thread = stub_start(1, hostile_server, answers);
    for (unsigned i = 0; i < 4; i++) {
        (void)add(&end_a, 1, 1);
        assert_int_equal(stub_take_errors(), 1);
    }
    assert_null(reverse(&end_a, "abc"));
    assert_int_equal(stub_take_errors(), 1);
    fake_ipc_stop();
    pthread_join(thread, NULL);
    free(state_a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_travel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strings_travel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_messages_use_the_buffer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_long_messages_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_no_badge_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_server_knows_who_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_of_strings_travel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_messages_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_messages_are_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clients_do_not_mix, set_up, tear_down),
        cmocka_unit_test(hostile_servers_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
