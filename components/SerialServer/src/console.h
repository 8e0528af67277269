/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One terminal shared by several clients. Nothing here touches hardware; the tests run it on the
 * host.
 *
 * A client has up to two output streams: processed (text of a component, by lines, in a colour) and
 * raw (what a guest sends to its serial port). Raw output of the client that has the keyboard, or
 * of the only client with raw output, goes to the terminal at once and byte for byte, so
 * full-screen programs work. All other output is collected and appears in whole lines, coloured, on
 * lines of their own; what stays without its end of line appears when the flush timer has run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_MAX_CLIENTS 12
#define CONSOLE_LINE        240

/* What the console needs from its surroundings. */
struct console_ops {
    void (*write)(const char *bytes, size_t size); /* to the terminal */
    void (*input)(unsigned client, uint8_t c);     /* to a client's keyboard */
    void (*dump_scheduler)(void);                  /* NULL: there is no such call */
};

struct console_stream {
    bool used; /* has ever printed */
    uint16_t length;
    char line[CONSOLE_LINE];
};

struct console_client {
    const char *name;
    bool has_input;
    uint8_t number; /* the digit that selects it, if has_input */
    struct console_stream streams[2];
};

enum console_kind { CONSOLE_PROCESSED, CONSOLE_RAW };
enum console_escape { ESCAPE_NONE, ESCAPE_AT, ESCAPE_MANY };

struct console {
    const struct console_ops *ops;
    struct console_client clients[CONSOLE_MAX_CLIENTS];
    unsigned client_count;
    uint32_t input_to; /* bit set of clients that get the keyboard */
    int focus;         /* client whose raw output is passed through, or -1 */
    /* Output */
    const struct console_stream *open; /* stream whose unfinished line the cursor is on */
    /* Input */
    enum console_escape escape;
    bool line_start;
    uint32_t many;
    bool debug; /* @d: say what is read and dropped */
};

void console_init(struct console *console, const struct console_ops *ops);

/* Adds a client or finds it by name; its index, or -1 when there are too many. */
int console_client(struct console *console, const char *name);
/* Gives a client the keyboard under a number; the lowest number has it first. */
void console_set_input(struct console *console, unsigned client, uint8_t number);

void console_print(struct console *console, unsigned client, enum console_kind kind,
                   const char *bytes, size_t size);
/* True while there are lines that wait for their end. */
bool console_pending(const struct console *console);
void console_flush(struct console *console);

/* A character from the terminal. */
void console_receive(struct console *console, uint8_t c);
