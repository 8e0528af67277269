/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the loader. A function that fails formats one message with loader_error() and returns
 * its -1 upwards; main() prints it. That keeps everything but the system calls testable on the
 * host.
 */
#pragma once

#define LOADER_MESSAGE_MAX 640

extern char loader_message[LOADER_MESSAGE_MAX];

/* The conversions are those of <base/format.h>. */
void loader_set_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sets loader_message; is always -1. */
#define loader_error(...) (loader_set_message(__VA_ARGS__), -1)
