/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors of the runtime, and what becomes of them.
 */
#include "camkes_private.h"

#include <stdlib.h>
#include <string.h>

/* A hostile client must not be able to fill the console through its server. */
#define REPORTS_MAX 20

static camkes_error_handler_t handler;
static unsigned reports;

/* Of single interfaces, in the order of camkes_instance.ends; NULL: nobody has registered one. */
static camkes_error_handler_t *end_handlers;

camkes_error_handler_t camkes_end_register_error_handler(const struct camkes_end *end,
                                                         camkes_error_handler_t new_handler)
{
    if (!end_handlers)
        end_handlers = calloc(camkes_instance.end_count, sizeof(*end_handlers));
    for (unsigned i = 0; end_handlers && i < camkes_instance.end_count; i++) {
        if (camkes_instance.ends[i] != end)
            continue;
        camkes_error_handler_t old = end_handlers[i];
        end_handlers[i] = new_handler;
        return old;
    }
    return NULL;
}

static camkes_error_handler_t handler_for(const char *interface)
{
    for (unsigned i = 0; end_handlers && i < camkes_instance.end_count; i++)
        if (end_handlers[i] && strcmp(camkes_instance.ends[i]->interface, interface) == 0)
            return end_handlers[i];
    return handler;
}

camkes_error_handler_t camkes_register_error_handler(camkes_error_handler_t new_handler)
{
    camkes_error_handler_t old = handler;
    handler = new_handler;
    return old;
}

static camkes_error_action_t default_handler(camkes_error_t *error)
{
    unsigned number = __atomic_fetch_add(&reports, 1, __ATOMIC_RELAXED);
    if (number < REPORTS_MAX) {
        camkes_print("%s%s%s: error: %s: %s%s\n", error->instance,
                     error->interface[0] != '\0' ? "." : "", error->interface, error->description,
                     error->code < 0 ? strerror(-error->code) : "refused by the kernel",
                     number == REPORTS_MAX - 1 ? " (further errors are not printed)" : "");
    }
    return CEA_DISCARD;
}

void camkes_error(camkes_error_type_t type, const char *interface, const char *description,
                  int code)
{
    camkes_error_t report = {
        .type = type,
        .instance = camkes_instance.name,
        .interface = interface,
        .description = description,
        .code = code,
        .filename = "",
        .error = code,
    };
    camkes_error_handler_t decide = handler_for(interface);
    switch (decide ? decide(&report) : default_handler(&report)) {
    case CEA_ABORT:
    case CEA_HALT:
        camkes_stop(description);
    case CEA_DISCARD:
    case CEA_IGNORE:
    case CEA_INVALID:
        break;
    }
}
