/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shared terminal's input: characters go to the client that has the keyboard, but an `@` typed
 * at the start of a line begins a command to the console itself.
 */
#include "console_private.h"

static int client_by_number(const struct console *console, uint8_t number)
{
    for (unsigned i = 0; i < console->client_count; i++)
        if (console->clients[i].has_input && console->clients[i].number == number)
            return (int)i;
    return -1;
}

static void deliver(struct console *console, uint8_t c)
{
    for (unsigned i = 0; i < console->client_count; i++)
        if (console->input_to & 1u << i)
            console->ops->input(i, c);
    console->line_start = c == '\r' || c == '\n';
}

static void switch_to(struct console *console, uint8_t digit)
{
    int client = client_by_number(console, digit - '0');
    if (client < 0) {
        console_say(console, "console: there is no client %c; @? lists them", digit);
        return;
    }
    console->focus = client;
    console->input_to = 1u << client;
    console_say(console, "console: input to %s", console->clients[client].name);
}

static void help(struct console *console)
{
    console_say(console, "console: @ at the start of a line, then");
    console_say(console,
                "  0-9  input to that client     m   input to several: digits, then Enter");
    console_say(console,
                "  s    the scheduler's state    d   report what the console reads, on/off");
    console_say(console, "  @    the character @          ?   this text");
    for (unsigned i = 0; i < console->client_count; i++) {
        const struct console_client *c = &console->clients[i];
        if (c->has_input) {
            console_say(console, "  client %u %c%s", c->number % 10u,
                        console->input_to & 1u << i ? '*' : ' ', c->name);
        }
    }
}

static void command(struct console *console, uint8_t c)
{
    console->escape = ESCAPE_NONE;
    switch (c) {
    case '0' ... '9':
        switch_to(console, c);
        break;
    case 'm':
        console->escape = ESCAPE_MANY;
        console->many = 0;
        console_say(console, "console: input to several: digits, then Enter");
        break;
    case 's':
        if (console->ops->dump_scheduler)
            console->ops->dump_scheduler();
        else
            console_say(console, "console: this kernel is built without debugging calls");
        break;
    case 'd':
        console->debug = !console->debug;
        console_say(console, console->debug ? "console: reports on" : "console: reports off");
        break;
    case '?':
        help(console);
        break;
    case '@':
        deliver(console, c);
        break;
    default:
        /* Not a command: the client gets both. */
        deliver(console, '@');
        deliver(console, c);
        break;
    }
}

/* Digits after @m; anything else ends them. */
static void choose_many(struct console *console, uint8_t c)
{
    if (c >= '0' && c <= '9') {
        int client = client_by_number(console, c - '0');
        if (client >= 0) {
            console->many |= 1u << client;
            console_say(console, "console: and %s", console->clients[client].name);
        }
        return;
    }
    console->escape = ESCAPE_NONE;
    if (console->many) {
        console->input_to = console->many;
        console->focus = __builtin_ctz(console->many);
    }
    console_say(console, console->many ? "console: input to these" : "console: input as before");
}

void console_receive(struct console *console, uint8_t c)
{
    if (console->debug)
        console_say(console, "console: read 0x%02x", c);
    switch (console->escape) {
    case ESCAPE_AT:
        command(console, c);
        break;
    case ESCAPE_MANY:
        choose_many(console, c);
        break;
    case ESCAPE_NONE:
        if (c == '@' && console->line_start)
            console->escape = ESCAPE_AT;
        else
            deliver(console, c);
        break;
    }
}
