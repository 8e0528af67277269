/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one-line functions that a component gets, in groups: what all interfaces of a kind have, what
 * a connector adds (`from_api`, `to_api`), and those of locks. They call the runtime
 * (libs/camkes/include/camkes/stubs.h) with the table of the interface or lock.
 */
#include "emit.h"
#include <string.h>

/* '@' is the interface's or the lock's name, '$' its table, '#' the memory that it sees. */
struct function {
    const char *group, *prototype;
    const char *body; /* one statement; after '=': the value of a variable */
    bool checked;     /* its result must be used */
};

#define IOPORT(bits, type)                                                                         \
    {"ioport", type " @_in" #bits "(uint16_t port)",                                               \
     "return (" type ")camkes_ioport_in($, port, sizeof(" type "))", false},                       \
        {"ioport", "void @_out" #bits "(uint16_t port, " type " value)",                           \
         "camkes_ioport_out($, port, sizeof(value), value)", false},                               \
        {"ioport", type " @_in" #bits "_offset(uint16_t offset)",                                  \
         "return @_in" #bits "((uint16_t)(camkes_ioport_base($) + offset))", false},               \
        {"ioport", "void @_out" #bits "_offset(uint16_t offset, " type " value)",                  \
         "@_out" #bits "((uint16_t)(camkes_ioport_base($) + offset), value)", false},

#define ERROR_HANDLER(kind)                                                                        \
    {                                                                                              \
        kind, "camkes_error_handler_t @_register_error_handler(camkes_error_handler_t handler)",   \
            "return camkes_end_register_error_handler($, handler)", false                          \
    }

static const struct function functions[] = {
    ERROR_HANDLER("uses"),
    ERROR_HANDLER("provides"),
    ERROR_HANDLER("emits"),
    ERROR_HANDLER("consumes"),
    ERROR_HANDLER("dataport"),
    {"emits", "void @_emit(void)", "camkes_event_emit($)", false},
    {"emits", "void @_emit_underlying(void)", "camkes_event_emit($)", false},
    {"consumes", "void @_wait(void)", "camkes_event_wait($)", false},
    {"consumes", "int @_poll(void)", "return camkes_event_poll($)", true},
    {"consumes", "int @_reg_callback(void (*callback)(void *), void *arg)",
     "return camkes_event_reg_callback($, callback, arg)", true},
    {"dataport", "size_t @_get_size(void)", "return camkes_dataport_size($)", false},
    {"dataport", "void @_acquire(void)", "camkes_dataport_acquire()", false},
    {"dataport", "void @_release(void)", "camkes_dataport_release()", false},
    {"dataport", "dataport_ptr_t @_wrap_ptr(void *ptr)", "return camkes_dataport_wrap_ptr($, ptr)",
     false},
    {"dataport", "void *@_unwrap_ptr(dataport_ptr_t ptr)",
     "return camkes_dataport_unwrap_ptr($, ptr)", false},

    {"mutex", "int @_lock(void)", "return camkes_mutex_lock($)", true},
    {"mutex", "int @_unlock(void)", "return camkes_mutex_unlock($)", false},
    {"semaphore", "int @_wait(void)", "return camkes_semaphore_wait($)", true},
    {"semaphore", "int @_post(void)", "return camkes_semaphore_post($)", false},
    {"semaphore", "int @_trywait(void)", "return camkes_semaphore_trywait($)", true},
    {"binary_semaphore", "int @_wait(void)", "return camkes_binary_semaphore_wait($)", true},
    {"binary_semaphore", "int @_post(void)", "return camkes_binary_semaphore_post($)", false},

    /* Interrupts: events that have to be acknowledged. */
    {"interrupt", "int @_acknowledge(void)", "return camkes_event_acknowledge($)", false},
    /* What arrives at the instance's global notification. */
    {"notification", "seL4_CPtr @_notification(void)", "return camkes_notification($)", false},
    {"notification", "seL4_Word @_notification_badge(void)", "return camkes_notification_badge($)",
     false},
    /* A server's clients, and what it has for each of them. */
    {"clients", "unsigned @_num_badges(void)", "return camkes_client_count($)", false},
    {"clients", "seL4_Word @_enumerate_badge(unsigned index)",
     "return camkes_client_badge($, index)", false},
    {"clients", "seL4_Word @_largest_badge(void)", "return camkes_client_largest_badge($)", false},
    {"no_threads", "unsigned @_num_clients(void)", "return camkes_client_count($)", false},
    {"no_threads", "int @_handle_message(seL4_MessageInfo_t *info, seL4_Word badge)",
     "return camkes_handle_message($, info, badge)", false},
    {"client_events", "void @_emit(seL4_Word client)", "camkes_event_emit_to($, client)", false},
    {"client_buffers", "void *@_buf(seL4_Word client)", "return camkes_shared_buffer($, client)",
     false},
    {"client_buffers", "size_t @_buf_size(seL4_Word client)",
     "return camkes_shared_buffer_size($, client)", false},
    /* A client's own buffer. The component declares the variable, as of its own type. */
    {"buffer", "void *@_buf", "=#", false},
    {"buffer", "volatile void *@_get_buf(void)", "return #", false},
    {"buffer", "size_t @_get_size(void)", "return camkes_end_buffer_size($)", false},
    {"buffer", "size_t @_buf_size(void)", "return camkes_end_buffer_size($)", false},
    /* The frames of a dataport. */
    {"frames", "dataport_caps_handle_t @_handle", "={$}", false},
    IOPORT(8, "uint8_t") IOPORT(16, "uint16_t") IOPORT(32, "uint32_t")};

static void add_line(struct text *out, const char *line, const struct subject *subject)
{
    for (; *line; line++)
        if (*line == '@')
            text_add(out, subject->name);
        else if (*line == '$')
            text_add(out, subject->table);
        else if (*line == '#')
            text_add(out, subject->memory);
        else
            text_add_bytes(out, line, 1);
}

bool functions_known(const char *group)
{
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
        if (strcmp(functions[i].group, group) == 0)
            return true;
    return false;
}

const char *functions_suffix(struct compiler *cc, const char *group, size_t *next)
{
    while (*next < ARRAY_SIZE(functions)) {
        const struct function *f = &functions[(*next)++];
        if (strcmp(f->group, group) != 0)
            continue;
        const char *suffix = strchr(f->prototype, '@') + 1;
        return arena_strndup(&cc->arena, suffix, strcspn(suffix, "("));
    }
    return NULL;
}

void functions_declare(const char *group, const char *name, const char *weak, struct text *out)
{
    const struct subject subject = {.name = name};
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        const struct function *f = &functions[i];
        bool own = strcmp(f->group, "buffer") == 0 && f->body[0] == '=';
        if (strcmp(f->group, group) != 0 || own)
            continue;
        text_add(out, f->body[0] == '=' ? "extern " : "");
        add_line(out, f->prototype, &subject);
        text_printf(out, "%s%s;\n", f->checked ? " __attribute__((warn_unused_result))" : "", weak);
    }
}

void functions_define(const char *group, const struct subject *subject, struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        const struct function *f = &functions[i];
        bool variable = f->body[0] == '=';
        if (strcmp(f->group, group) != 0)
            continue;
        text_add(out, "\n");
        add_line(out, f->prototype, subject);
        text_add(out, variable ? " = " : "\n{\n    ");
        add_line(out, f->body + variable, subject);
        text_add(out, variable ? ";\n" : ";\n}\n");
    }
}
