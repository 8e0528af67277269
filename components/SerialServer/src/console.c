/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shared terminal's output: streams, colours, whose turn it is. Input is in escape.c.
 */
#include "console.h"

#include "console_private.h"

#include <base/format.h>
#include <string.h>

/* SGR codes (ECMA-48, 8.3.117): processed streams in normal, raw ones in bright colours. */
static const char *const colours[2][CONSOLE_MAX_CLIENTS] = {
    [CONSOLE_PROCESSED] = {"32", "33", "36", "35", "34", "31", "32;4", "33;4", "36;4", "35;4",
                           "34;4", "31;4"},
    [CONSOLE_RAW] = {"92", "93", "96", "95", "94", "91", "92;4", "93;4", "96;4", "95;4", "94;4",
                     "91;4"},
};

static void write_text(struct console *console, const char *text)
{
    console->ops->write(text, strlen(text));
}

void console_init(struct console *console, const struct console_ops *ops)
{
    *console = (struct console){.ops = ops, .focus = -1, .line_start = true};
}

int console_client(struct console *console, const char *name)
{
    for (unsigned i = 0; i < console->client_count; i++)
        if (strcmp(console->clients[i].name, name) == 0)
            return (int)i;
    if (console->client_count == CONSOLE_MAX_CLIENTS)
        return -1;
    console->clients[console->client_count].name = name;
    return (int)console->client_count++;
}

void console_set_input(struct console *console, unsigned client, uint8_t number)
{
    struct console_client *c = &console->clients[client];
    c->has_input = true;
    c->number = number;
    if (console->focus < 0 || console->clients[console->focus].number > number) {
        console->focus = (int)client;
        console->input_to = 1u << client;
    }
}

/* Ends the line that another stream has left open. */
static void finish_open_line(struct console *console, const struct console_stream *next)
{
    if (console->open && console->open != next) {
        write_text(console, "\r\n");
        console->open = NULL;
    }
}

/* Puts what a stream has collected on the terminal; `ended`: it is a whole line. */
static void emit_line(struct console *console, unsigned client, enum console_kind kind, bool ended)
{
    struct console_stream *s = &console->clients[client].streams[kind];
    finish_open_line(console, s);
    if (s->length) {
        write_text(console, "\033[");
        write_text(console, colours[kind][client]);
        write_text(console, "m");
        console->ops->write(s->line, s->length);
        write_text(console, "\033[0m");
    }
    if (ended)
        write_text(console, "\r\n");
    console->open = ended ? NULL : s;
    s->length = 0;
}

static void print_lines(struct console *console, unsigned client, enum console_kind kind,
                        const char *bytes, size_t size)
{
    struct console_stream *s = &console->clients[client].streams[kind];
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            emit_line(console, client, kind, true);
        } else if (bytes[i] != '\r') {
            s->line[s->length++] = bytes[i];
            if (s->length == CONSOLE_LINE)
                emit_line(console, client, kind, false);
        }
    }
}

/* Byte for byte. */
static void print_through(struct console *console, struct console_stream *s, const char *bytes,
                          size_t size)
{
    finish_open_line(console, s);
    console->ops->write(bytes, size);
    console->open = bytes[size - 1] == '\n' ? NULL : s;
}

static bool only_raw_stream(const struct console *console, const struct console_stream *stream)
{
    for (unsigned i = 0; i < console->client_count; i++) {
        const struct console_stream *s = &console->clients[i].streams[CONSOLE_RAW];
        if (s->used && s != stream)
            return false;
    }
    return true;
}

void console_print(struct console *console, unsigned client, enum console_kind kind,
                   const char *bytes, size_t size)
{
    struct console_stream *s = &console->clients[client].streams[kind];
    if (size == 0)
        return;
    s->used = true;
    if (kind == CONSOLE_RAW && (console->focus == (int)client || only_raw_stream(console, s))) {
        if (s->length)
            emit_line(console, client, kind, false); /* from before it had the terminal */
        print_through(console, s, bytes, size);
    } else {
        print_lines(console, client, kind, bytes, size);
    }
}

bool console_pending(const struct console *console)
{
    for (unsigned i = 0; i < console->client_count; i++) {
        const struct console_client *c = &console->clients[i];
        if (c->streams[CONSOLE_PROCESSED].length || c->streams[CONSOLE_RAW].length)
            return true;
    }
    return false;
}

void console_flush(struct console *console)
{
    for (unsigned i = 0; i < console->client_count; i++) {
        for (unsigned kind = 0; kind < 2; kind++)
            if (console->clients[i].streams[kind].length)
                emit_line(console, i, kind, false);
    }
}

void console_say(struct console *console, const char *format, ...)
{
    char text[96];
    va_list args;
    va_start(args, format);
    format_list(text, sizeof(text), format, &args);
    va_end(args);
    finish_open_line(console, NULL);
    write_text(console, text);
    write_text(console, "\r\n");
}
