/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SerialServer: joins the terminal (console.h), the UART (uart.h) and the clients.
 *
 * Several threads enter: one for each provided interface, one for the interrupt, and the control
 * thread, which waits for the flush timer. serial_mutex guards everything. The time server is only
 * called with the mutex released, since it may itself print here.
 */
#include "console.h"
#include "uart.h"

#include <base/bits.h>
#include <base/pace.h>
#include <camkes.h>
#include <serial_ring.h>
#include <stdio.h>
#include <string.h>

/* A line without its end appears after this long. */
#define FLUSH_AFTER_NS 100000000ull
#define FLUSH_TIMER    0

/*
 * Input that a client has no room for is tried again after this long, so many times; then it is
 * lost, since a client that has died must not keep the keyboard from the others.
 */
#define RETRY_AFTER_NS 5000000ull
#define RETRY_TIMER    1
#define MAX_RETRIES    200

/* Sending, or a client, has had its share of the time: look again after this long. */
#define PACE_AFTER_NS 2000000ull
#define PACE_TIMER    2

/*
 * Output waits in a queue for each client, for both of its streams, so that they stay in order. Who
 * has more than the quota in it is answered only when half of that is out; one call may go beyond.
 * What Linux says before it reaches /init fits, so that a guest need not wait for the line.
 */
#define OUTPUT_SIZE  16384u /* a power of two */
#define OUTPUT_QUOTA 12288u
/* Taken from the queues at a time: what one call or interrupt costs everybody. */
#define CHUNK        64u
/* A line's colours and end, in characters. */
#define COST_OF_LINE 16u
/* The UART's own queue is filled up to here, so that no client's output waits long for others'. */
#define UART_SHORT   1024u

/*
 * A line that is faster than we are must not take all the time. Sending may take one tick in so
 * many, and so much after a rest. It is charged by what was done, not by a clock: in a machine that
 * is itself virtual, time passes while nothing happens, and nobody here is to pay for that.
 */
#define SEND_SHARE     40
#define SEND_BURST     20000000
#define INTERRUPT_COST 3000 /* for up to 16 characters */
#define CHARACTER_COST 600

/* Of the time, a client's calls may take one tick in so many, and so much after a rest. */
#define CALL_SHARE 20
#define CALL_BURST 20000000
#define CALL_COST  3000 /* with each character at 1 */

#define MAX_CONNECTIONS (4 * CONSOLE_MAX_CLIENTS)

/* A client of one interface: which client of the console it is. */
struct connection {
    seL4_Word badge;
    unsigned client;
    unsigned number;          /* of all that print */
    struct serial_ring *ring; /* in the memory that it shares with us; NULL: none */
    size_t ring_bytes;
};

#define KIND(kind) ((kind) << 8)

struct output {
    uint32_t in, out; /* characters ever */
    struct pace calls;
    uint16_t text[OUTPUT_SIZE]; /* the character, and KIND(its stream) */
};

struct interface {
    const char *name;
    unsigned count;
    struct connection connections[CONSOLE_MAX_CLIENTS];
};

static struct interface processed_putchar_clients = {.name = "processed_putchar"};
static struct interface raw_putchar_clients = {.name = "raw_putchar"};
static struct interface processed_batch_clients = {.name = "processed_batch"};
static struct interface raw_batch_clients = {.name = "raw_batch"};
static struct interface input_clients = {.name = "getchar"};

static char client_names[CONSOLE_MAX_CLIENTS][64];
static struct console console;
static struct output outputs[CONSOLE_MAX_CLIENTS];
/* For what each connection's caller waits; NULL: nobody does. */
static const struct output *waiting[MAX_CONNECTIONS];
static unsigned connection_count;
static struct pace sending;
static bool announced;               /* the UART will interrupt when it takes more */
static bool flush_armed, pace_armed; /* these timers run */
static unsigned input_retries;       /* since input was last taken */
static bool ready;

/* --- what the console needs --- */

static void to_client(unsigned client, uint8_t c)
{
    for (unsigned i = 0; i < input_clients.count; i++) {
        const struct connection *to = &input_clients.connections[i];
        if (to->client != client)
            continue;
        struct serial_ring *ring = getchar_buf(to->badge);
        size_t size = getchar_buf_size(to->badge);
        /* A client that does not read loses what does not fit. */
        if (ring && serial_ring_write(ring, serial_ring_capacity(size), &c, 1))
            getchar_emit((unsigned)to->badge);
    }
}

/* Room for one character with each client that gets the keyboard. */
static bool room_for_input(void)
{
    for (unsigned i = 0; i < input_clients.count; i++) {
        const struct connection *to = &input_clients.connections[i];
        struct serial_ring *ring = getchar_buf(to->badge);
        if (console.input_to & 1u << to->client && ring &&
            !serial_ring_room(ring, serial_ring_capacity(getchar_buf_size(to->badge))))
            return input_retries >= MAX_RETRIES;
    }
    return true;
}

static const struct console_ops console_ops = {
    .write = uart_write,
    .input = to_client,
#ifdef CONFIG_PRINTING
    .dump_scheduler = seL4_DebugDumpScheduler,
#endif
};

/* --- who is connected --- */

static const struct camkes_end *find_end(const char *interface)
{
    for (unsigned i = 0; i < camkes_instance.end_count; i++)
        if (strcmp(camkes_instance.ends[i]->interface, interface) == 0)
            return camkes_instance.ends[i];
    return NULL;
}

/* The instance in "instance.interface". */
static int client_of_peer(const char *peer)
{
    char name[sizeof(client_names[0])];
    const char *dot = strrchr(peer, '.');
    size_t length = MIN(dot ? (size_t)(dot - peer) : strlen(peer), sizeof(name) - 1);
    memcpy(name, peer, length);
    name[length] = 0;
    unsigned next = console.client_count;
    int client = console_client(&console, name);
    if (client == (int)next) {
        memcpy(client_names[client], name, length + 1);
        console.clients[client].name = client_names[client];
    }
    return client;
}

static void list_clients(struct interface *interface)
{
    const struct camkes_end *end = find_end(interface->name);
    const struct camkes_cap *cap;
    for (unsigned i = 0; end && (cap = camkes_end_cap(end, "ep", i)); i++) {
        if (cap->peer[0] == 0)
            continue;
        int client = client_of_peer(cap->peer);
        if (client < 0 || interface->count == CONSOLE_MAX_CLIENTS) {
            printf("%s: more than %d clients; %s stays silent\n", get_instance_name(),
                   CONSOLE_MAX_CLIENTS, cap->peer);
            continue;
        }
        interface->connections[interface->count++] = (struct connection){
            cap->badge, (unsigned)client, connection_count++, camkes_shared_buffer(end, cap->badge),
            camkes_shared_buffer_size(end, cap->badge)};
    }
}

/* Clients with input are numbered in the order of their badges. */
static void number_input_clients(void)
{
    for (unsigned i = 0; i < input_clients.count; i++) {
        const struct connection *c = &input_clients.connections[i];
        uint8_t number = 0;
        for (unsigned j = 0; j < input_clients.count; j++)
            number += input_clients.connections[j].badge < c->badge;
        console_set_input(&console, c->client, number);
    }
}

void post_init(void)
{
    console_init(&console, &console_ops);
    list_clients(&input_clients);
    connection_count = 0; /* they never wait */
    list_clients(&raw_putchar_clients);
    list_clients(&raw_batch_clients);
    list_clients(&processed_putchar_clients);
    list_clients(&processed_batch_clients);
    number_input_clients();
    uart_init();
    ready = true;
}

/* --- output: camkes_rpc_sender() names the caller, also where an interface is not connected --- */

/*
 * The next characters of one stream of a client, to the end of a line if there is one, at a cost of
 * at most `budget`; what it did cost.
 */
static size_t print_some(unsigned client, size_t budget)
{
    struct output *o = &outputs[client];
    char text[CHUNK];
    unsigned kind = o->text[o->out % OUTPUT_SIZE] >> 8;
    size_t size = 0, line = 0, cost = 0;
    for (; cost < budget && size < o->in - o->out; size++) {
        uint16_t next = o->text[(o->out + size) % OUTPUT_SIZE];
        if (next >> 8 != kind)
            break;
        text[size] = (char)next;
        if (text[size] == '\n') {
            line = size + 1;
            cost += COST_OF_LINE;
        }
        cost++;
    }
    size = line ? line : size;
    o->out += (uint32_t)size;
    console_print(&console, client, (enum console_kind)kind, text, size);
    return MIN(cost, budget);
}

/* Some of each output in turn, if the UART's own queue is short. */
static void pump(void)
{
    static unsigned next;
    size_t budget = uart_queued() < UART_SHORT ? CHUNK : 0;
    for (unsigned i = 0; i < ARRAY_SIZE(outputs) && budget; i++) {
        budget -= print_some(next, budget);
        next = (next + 1) % ARRAY_SIZE(outputs);
    }
}

static bool anything_to_send(void)
{
    if (uart_queued())
        return true;
    for (unsigned i = 0; i < ARRAY_SIZE(outputs); i++)
        if (outputs[i].in != outputs[i].out)
            return true;
    return false;
}

/* Some of what there is to send; true if the rest has to wait for its share of the time. */
static bool send_some(void)
{
    if (announced)
        return false;
    uint64_t now = __builtin_ia32_rdtsc();
    bool paced = pace_next(&sending, SEND_BURST) > now;
    if (!paced) {
        pump();
        unsigned sent = uart_send();
        if (sent)
            pace_charge(&sending, now, (INTERRUPT_COST + sent * CHARACTER_COST) * SEND_SHARE);
    }
    bool more = anything_to_send();
    announced = more && !paced;
    uart_want_more(announced);
    return more && paced;
}

/* Whether a client has to wait before it may go on: it has printed, or called, too much. */
static bool must_wait(const struct output *o, uint32_t limit, uint64_t now)
{
    return o->in - o->out > limit || pace_next(&o->calls, CALL_BURST) > now;
}

/* Answers the callers whose outputs have become short. */
static void release_callers(void)
{
    uint64_t now = __builtin_ia32_rdtsc();
    for (unsigned i = 0; i < ARRAY_SIZE(waiting); i++) {
        if (waiting[i] && !must_wait(waiting[i], OUTPUT_QUOTA / 2, now)) {
            waiting[i] = NULL;
            camkes_rpc_answer(i);
        }
    }
}

static bool somebody_waits(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(waiting); i++)
        if (waiting[i])
            return true;
    return false;
}

/* With the lock held, after anything that may have changed the outputs. Timers to be armed. */
static uint32_t go_on(void)
{
    uint32_t timers = 0;
    bool paced = send_some();
    release_callers();
    if (!pace_armed && (paced || somebody_waits())) {
        pace_armed = true;
        timers |= 1u << PACE_TIMER;
    }
    if (!flush_armed && console_pending(&console)) {
        flush_armed = true;
        timers |= 1u << FLUSH_TIMER;
    }
    return timers;
}

/* With the lock released. */
static void arm(uint32_t timers)
{
    if (timers & 1u << PACE_TIMER)
        timeout_oneshot_relative(PACE_TIMER, PACE_AFTER_NS);
    if (timers & 1u << FLUSH_TIMER)
        timeout_oneshot_relative(FLUSH_TIMER, FLUSH_AFTER_NS);
}

static void put(struct output *o, enum console_kind kind, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        o->text[o->in++ % OUTPUT_SIZE] = (uint16_t)(KIND(kind) | (uint8_t)bytes[i]);
}

/* Into an output, what fits: `*byte`, or what is in the ring. How much that was. */
static size_t take(struct output *o, enum console_kind kind, const char *byte,
                   const struct connection *from)
{
    uint32_t before = o->in;
    size_t room = OUTPUT_SIZE - (o->in - o->out);
    if (byte) {
        put(o, kind, byte, MIN(room, 1u));
    } else if (from->ring) {
        char bytes[512];
        size_t size;
        do {
            size = serial_ring_read(from->ring, serial_ring_capacity(from->ring_bytes), bytes,
                                    MIN(room, sizeof(bytes)));
            put(o, kind, bytes, size);
            room -= size;
        } while (size);
    }
    return o->in - before;
}

/*
 * A character, or with NULL what is in the caller's buffer. The caller may be kept waiting for the
 * answer.
 */
static void print(const struct interface *interface, enum console_kind kind, const char *byte)
{
    seL4_Word badge = camkes_rpc_sender();
    if (!ready || serial_mutex_lock())
        return;
    for (unsigned i = 0; i < interface->count; i++) {
        const struct connection *c = &interface->connections[i];
        if (c->badge != badge)
            continue;
        struct output *o = &outputs[c->client];
        size_t taken = take(o, kind, byte, c);
        uint64_t now = __builtin_ia32_rdtsc();
        pace_charge(&o->calls, now, (CALL_COST + taken) * CALL_SHARE);
        if (must_wait(o, OUTPUT_QUOTA, now) && !waiting[c->number] &&
            camkes_rpc_keep_caller(c->number) == 0)
            waiting[c->number] = o;
    }
    uint32_t timers = go_on();
    (void)!serial_mutex_unlock();
    arm(timers);
}

void processed_putchar_putchar(int c)
{
    char byte = (char)c;
    print(&processed_putchar_clients, CONSOLE_PROCESSED, &byte);
}

void raw_putchar_putchar(int c)
{
    char byte = (char)c;
    print(&raw_putchar_clients, CONSOLE_RAW, &byte);
}

void processed_batch_batch(void)
{
    print(&processed_batch_clients, CONSOLE_PROCESSED, NULL);
}

void raw_batch_batch(void)
{
    print(&raw_batch_clients, CONSOLE_RAW, NULL);
}

/* Part of the interface; characters do not travel this way. */
void getchar_foo(void)
{
}

/* --- events --- */

static void receive(uint8_t c)
{
    console_receive(&console, c);
}

/* The UART has something to say, or it is time to ask it again. */
static void serve_uart(void)
{
    bool held = false;
    uint32_t timers = 0;
    if (ready && serial_mutex_lock() == 0) {
        held = uart_receive(receive, room_for_input);
        input_retries = held ? input_retries + 1 : 0;
        announced = false;
        timers = go_on();
        uart_end_interrupt();
        (void)!serial_mutex_unlock();
    }
    arm(timers);
    if (held)
        timeout_oneshot_relative(RETRY_TIMER, RETRY_AFTER_NS);
    seL4_Yield(); /* to others as urgent, who may have waited since the last interrupt */
}

void serial_irq_handle(void)
{
    /* First, as the line is edge triggered: what comes in from here on is announced anew. */
    (void)!serial_irq_acknowledge();
    serve_uart();
}

static void flush(void)
{
    uint32_t timers = 0;
    if (serial_mutex_lock() == 0) {
        flush_armed = false;
        if (uart_queued() < UART_SHORT)
            console_flush(&console);
        timers = go_on();
        (void)!serial_mutex_unlock();
    }
    arm(timers);
}

int run(void)
{
    for (;;) {
        seL4_Word badge;
        seL4_Wait(timeout_notification(), &badge);
        uint32_t expired = timeout_completed();
        if (expired & 1u << FLUSH_TIMER)
            flush();
        if (expired & 1u << PACE_TIMER)
            pace_armed = false;
        if (expired & (1u << RETRY_TIMER | 1u << PACE_TIMER))
            serve_uart();
    }
}
