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

/* A client of one interface: which client of the console it is. */
struct connection {
    seL4_Word badge;
    unsigned client;
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
static bool flush_armed;       /* the flush timer runs */
static unsigned input_retries; /* since input was last taken */
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
        if (ring && serial_ring_put(ring, serial_ring_capacity(size), c))
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
    .dump_scheduler = seL4_DebugDumpScheduler,
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
        interface->connections[interface->count++] =
            (struct connection){cap->badge, (unsigned)client};
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
    list_clients(&raw_putchar_clients);
    list_clients(&raw_batch_clients);
    list_clients(&processed_putchar_clients);
    list_clients(&processed_batch_clients);
    number_input_clients();
    uart_init();
    ready = true;
}

/* --- output: camkes_rpc_sender() names the caller, also where an interface is not connected --- */

static void print(const struct interface *interface, seL4_Word badge, enum console_kind kind,
                  const char *bytes, size_t size)
{
    bool arm = false;
    if (!ready || serial_mutex_lock())
        return;
    for (unsigned i = 0; i < interface->count; i++) {
        const struct connection *c = &interface->connections[i];
        if (c->badge == badge) {
            console_print(&console, c->client, kind, bytes, size);
            arm = !flush_armed && console_pending(&console);
            flush_armed |= arm;
        }
    }
    (void)!serial_mutex_unlock();
    if (arm)
        timeout_oneshot_relative(FLUSH_TIMER, FLUSH_AFTER_NS);
}

void processed_putchar_putchar(int c)
{
    char byte = (char)c;
    print(&processed_putchar_clients, camkes_rpc_sender(), CONSOLE_PROCESSED, &byte, 1);
}

void raw_putchar_putchar(int c)
{
    char byte = (char)c;
    print(&raw_putchar_clients, camkes_rpc_sender(), CONSOLE_RAW, &byte, 1);
}

int processed_batch_batch(size_t size, const char *text)
{
    print(&processed_batch_clients, camkes_rpc_sender(), CONSOLE_PROCESSED, text, size);
    return (int)size;
}

int raw_batch_batch(size_t size, const char *text)
{
    print(&raw_batch_clients, camkes_rpc_sender(), CONSOLE_RAW, text, size);
    return (int)size;
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
    if (ready && serial_mutex_lock() == 0) {
        held = uart_interrupt(receive, room_for_input);
        input_retries = held ? input_retries + 1 : 0;
        (void)!serial_mutex_unlock();
    }
    if (held)
        timeout_oneshot_relative(RETRY_TIMER, RETRY_AFTER_NS);
}

void serial_irq_handle(void)
{
    /* First, as the line is edge triggered: what comes in from here on is announced anew. */
    (void)!serial_irq_acknowledge();
    serve_uart();
}

static void flush(void)
{
    if (serial_mutex_lock() == 0) {
        flush_armed = false;
        console_flush(&console);
        (void)!serial_mutex_unlock();
    }
}

int run(void)
{
    for (;;) {
        seL4_Word badge;
        seL4_Wait(timeout_notification(), &badge);
        uint32_t expired = timeout_completed();
        if (expired & 1u << FLUSH_TIMER)
            flush();
        if (expired & 1u << RETRY_TIMER)
            serve_uart();
    }
}
