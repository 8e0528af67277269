/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names that an instance's C program gets at its outermost level, and from what: two that are
 * the same are reported, as C would not compile. It knows what emit_header.c, emit_tables.c and
 * emit_stubs.c write.
 */
#include "emit.h"
#include <string.h>

struct claim {
    const char *text;
    const struct name *from;
};

struct claims {
    struct compiler *cc;
    struct VEC(struct claim) list;
};

/* Of the runtime, and of <stdlib.h>, which every program includes. */
static const char *const taken[] = {
    "run",         "pre_init",
    "post_init",   "get_instance_name",
    "set_putchar", "set_console_write",
    "main",        "abort",
    "abs",         "atexit",
    "atoi",        "atol",
    "calloc",      "div",
    "exit",        "free",
    "getenv",      "labs",
    "malloc",      "qsort",
    "rand",        "random",
    "realloc",     "srand",
    "srandom",     "strtol",
    "strtoul",     "system",
    "bsearch",     "environ",
};

static void claim(struct claims *c, const struct name *from, const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
        if (strcmp(taken[i], text) == 0)
            diag_error(c->cc, from->location, "'%s' is a name of the runtime's", text);
    for (size_t i = 0; i < c->list.count; i++) {
        const struct claim *other = &c->list.items[i];
        if (strcmp(other->text, text) != 0 || strcmp(other->from->text, from->text) == 0)
            continue;
        diag_error(c->cc, from->location, "'%s' gives the C name '%s', as '%s' does", from->text,
                   text, other->from->text);
        diag_note(c->cc, other->from->location, "'%s' is declared here", other->from->text);
        return;
    }
    vec_push(&c->cc->arena, &c->list, (struct claim){text, from});
}

/* `<before><name><after>` */
static void claim_around(struct claims *c, const char *before, const struct name *name,
                         const char *after)
{
    claim(c, name, arena_printf(&c->cc->arena, "%s%s%s", before, name->text, after));
}

static void claim_functions(struct claims *c, const struct name *name, const char *group)
{
    size_t next = 0;
    for (const char *suffix; (suffix = functions_suffix(c->cc, group, &next));)
        claim_around(c, "", name, suffix);
}

static void claim_procedure(struct claims *c, const struct interface *interface)
{
    const struct name *name = &interface->decl->name;
    const struct procedure_decl *procedure = interface->decl->procedure;
    bool server = interface->decl->kind == INTERFACE_PROVIDES && has_rpc(interface);
    if (is_live(interface) && !has_rpc(interface) && interface->decl->kind == INTERFACE_USES)
        return;
    for (size_t i = 0; procedure && i < procedure->methods.count; i++) {
        const char *method =
            arena_printf(&c->cc->arena, "_%s", procedure->methods.items[i]->name.text);
        claim_around(c, "", name, method);
        if (server)
            claim_around(c, "serve_", name, method);
    }
    if (server) {
        claim_around(c, "", name, "_get_sender_id");
        claim_around(c, "methods_", name, "");
        claim_around(c, "procedure_", name, "");
    }
}

static void claim_interface(struct claims *c, const struct interface *interface)
{
    static const char *const tables[] = {"end_", "caps_", "regions_", "params_", "state_"};
    const struct name *name = &interface->decl->name;
    claim_procedure(c, interface);
    if (interface->decl->kind == INTERFACE_DATAPORT)
        claim(c, name, name->text);
    claim_functions(c, name, interface_kind_word(interface->decl->kind));
    if (!is_live(interface))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        claim_around(c, tables[i], name, "");
    claim_around(c, "", name, "__init");
    claim_around(c, "", name, "__run");
    const struct api *api = interface_api(interface);
    for (size_t i = 0; i < api->count; i++)
        claim_functions(c, name, api->items[i]);
}

static void check_names(const struct layout_instance *in)
{
    struct claims c = {.cc = in->cc};
    const struct instance *instance = in->instance;
    for (size_t i = 0; i < instance->interfaces.count; i++)
        if (!instance->interfaces.items[i]->exported)
            claim_interface(&c, instance->interfaces.items[i]);
    for (size_t i = 0; i < in->locks.count; i++)
        claim_functions(&c, &in->locks.items[i].decl->name,
                        lock_kind_word(in->locks.items[i].decl->kind));
    for (size_t i = 0; i < instance->component->attributes.count; i++) {
        const struct attribute_decl *decl = instance->component->attributes.items[i];
        if (attribute_has_global(decl))
            claim(&c, &decl->name, decl->name.text);
    }
}

void check_generated_names(struct compiler *cc)
{
    for (size_t i = 0; i < cc->layout->instances.count; i++)
        check_names(cc->layout->instances.items[i]);
}
