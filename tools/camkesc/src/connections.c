/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections: finds the interfaces at their ends, checks them against the connector, and merges
 * connections that share an end (several clients of one server).
 */
#include "connector.h"
#include "model.h"
#include <string.h>

/* The interface that an end names, exports followed. NULL after an error message. */
static struct interface *resolve_end(struct compiler *cc, struct instance *scope,
                                     const struct path *path)
{
    size_t last = path->names.count - 1;
    if (last == 0 && !scope->component) {
        diag_error(cc, path->location, "expected 'instance.interface'");
        return NULL;
    }
    struct instance *instance = find_instance(cc, scope, path, last, SEVERITY_ERROR);
    if (!instance)
        return NULL;
    const struct name *name = &path->names.items[last];
    struct interface *interface = find_interface(instance, name->text);
    if (!interface) {
        diag_error(cc, name->location, "component '%s' has no interface '%s'",
                   instance->component->name.text, name->text);
        struct suggestion near = {.name = name->text};
        for (size_t i = 0; i < instance->interfaces.count; i++)
            suggest(&near, instance->interfaces.items[i]->decl->name.text);
        if (near.best)
            diag_hint(cc, "did you mean '%s'?", near.best);
        else
            diag_note(cc, instance->component->name.location, "the component is declared here");
        return NULL;
    }
    while (interface->exported)
        interface = interface->exported;
    interface->mentioned = true;
    return interface;
}

static bool check_end(struct compiler *cc, const struct connector_decl *connector,
                      const struct interface *interface, bool from, struct location at)
{
    static const enum interface_kind wanted[3][2] = {
        [END_PROCEDURE] = {INTERFACE_PROVIDES, INTERFACE_USES},
        [END_EVENT] = {INTERFACE_CONSUMES, INTERFACE_EMITS},
        [END_DATAPORT] = {INTERFACE_DATAPORT, INTERFACE_DATAPORT},
    };
    const struct connector_side *side = from ? &connector->from : &connector->to;
    enum interface_kind kind = wanted[side->kind][from];
    if (interface->decl->kind != kind) {
        diag_error(cc, at, "the '%s' end of %s must be a '%s' interface, '%s' is '%s'",
                   from ? "from" : "to", connector->name.text, interface_kind_word(kind),
                   interface->decl->name.text, interface_kind_word(interface->decl->kind));
        diag_note(cc, interface->decl->name.location, "'%s' is declared here",
                  interface->decl->name.text);
        if (interface->decl->kind == wanted[side->kind][!from])
            diag_hint(cc, "are 'from' and 'to' the wrong way round?");
        return false;
    }
    if (side->hardware != interface->instance->component->hardware) {
        diag_error(cc, at,
                   side->hardware ? "the '%s' end of %s must be a hardware component"
                                  : "the '%s' end of %s cannot be a hardware component",
                   from ? "from" : "to", connector->name.text);
        diag_note(cc, interface->instance->component->name.location,
                  "component '%s' is declared here", interface->instance->component->name.text);
        return false;
    }
    return true;
}

static void add_end(struct compiler *cc, struct connection *connection, struct interface *interface,
                    const struct end_decl *decl)
{
    struct end *end = arena_alloc(&cc->arena, sizeof(*end));
    end->interface = interface;
    end->connection = connection;
    end->written = connection;
    end->from = decl->from;
    end->location = decl->path->location;
    if (decl->from)
        vec_push(&cc->arena, &connection->from, end);
    else
        vec_push(&cc->arena, &connection->to, end);
}

static void add_connection(struct compiler *cc, struct instance *scope,
                           const struct connection_decl *decl)
{
    for (size_t i = 0; i < scope->local_connections.count; i++) {
        const struct connection *other = scope->local_connections.items[i];
        if (strcmp(other->local_name.text, decl->name.text) == 0) {
            diag_error(cc, decl->name.location, "connection '%s' is declared twice",
                       decl->name.text);
            diag_note(cc, other->local_name.location, "the first declaration is here");
        }
    }
    struct connector_decl *connector = ast_connector_or_error(cc, &decl->connector);
    if (connector && connector->spec && connector->spec->refused) {
        diag_error(cc, decl->connector.location, "%s: %s", decl->connector.text,
                   connector->spec->refused);
        connector = NULL;
    } else if (connector && connector->spec && connector->spec->warned) {
        diag_warning(cc, decl->connector.location, "%s: %s", decl->connector.text,
                     connector->spec->warned);
    } else if (connector && connector->spec && !connector->spec->symbol) {
        diag_warning(cc, decl->connector.location,
                     "connector '%s' has no implementation here, so this connection does nothing",
                     connector->name.text);
        diag_hint(cc, "its attribute 'symbol' names the C side (docs/adl.md, \"Connectors\")");
    }
    for (size_t i = 0; !connector && i < decl->ends.count; i++)
        resolve_end(cc, scope, decl->ends.items[i]->path);
    if (!connector || !connector->spec)
        return;
    struct connection *connection = arena_alloc(&cc->arena, sizeof(*connection));
    connection->local_name = decl->name;
    connection->name = scope->component
                           ? arena_printf(&cc->arena, "%s.%s", scope->name, decl->name.text)
                           : decl->name.text;
    connection->connector = connector;
    connection->location = decl->name.location;
    bool ok = true;
    for (size_t i = 0; i < decl->ends.count; i++) {
        const struct end_decl *end = decl->ends.items[i];
        struct interface *interface = resolve_end(cc, scope, end->path);
        if (interface && check_end(cc, connector, interface, end->from, end->path->location))
            add_end(cc, connection, interface, end);
        else
            ok = false;
    }
    if (ok && (connection->from.count == 0 || connection->to.count == 0)) {
        diag_error(cc, decl->name.location, "connection '%s' has no '%s' end", decl->name.text,
                   connection->from.count ? "to" : "from");
        ok = false;
    }
    vec_push(&cc->arena, &scope->local_connections, connection);
    if (!ok)
        /* Its good ends count as connected, so that one mistake makes one message. */
        connection->connector = NULL;
    vec_push(&cc->arena, &cc->system->connections, connection);
}

static struct connection * final(struct connection *connection)
{
    while (connection->merged)
        connection = connection->merged;
    return connection;
}

static void different_connectors(struct compiler *cc, const struct end *end,
                                 const struct end *other)
{
    diag_error(cc, end->location, "%s is connected by %s already",
               interface_name(cc, end->interface), other->connection->connector->name.text);
    diag_note(cc, other->location, "here");
}

/*
 * Registers an end as the one of its interface, or merges its connection with the one that has it.
 */
static void link_end(struct compiler *cc, struct connection *connection, struct end *end)
{
    struct end *known = end->interface->end;
    if (!known) {
        end->interface->end = end;
        return;
    }
    if (!connection->connector || !known->connection->connector)
        return;
    if (known->connection->connector != connection->connector) {
        different_connectors(cc, end, known);
        return;
    }
    if (known->connection != connection && !known->again)
        known->again = end;
    /* The earlier one stands for both, so that the order is that of the text. */
    struct connection *a = final(known->connection), *b = final(connection);
    if (a == b)
        return;
    if (a->index > b->index) {
        struct connection *swap = a;
        a = b;
        b = swap;
    }
    b->merged = a;
}

/* Puts a connection's ends and pairs into the merged one that it belongs to. */
static void collect(struct compiler *cc, struct connection *connection, const struct end_list *from,
                    const struct end_list *to)
{
    struct connection *into = final(connection);
    for (int side = 0; side < 2; side++) {
        const struct end_list *list = side ? from : to;
        for (size_t i = 0; i < list->count; i++) {
            struct end *end = list->items[i]->interface->end;
            if (end != list->items[i])
                continue;
            struct end_list *all = side ? &into->from : &into->to;
            end->connection = into;
            end->index = (unsigned)all->count;
            vec_push(&cc->arena, all, end);
        }
    }
    for (size_t i = 0; i < from->count; i++)
        for (size_t j = 0; j < to->count; j++)
            vec_push(&cc->arena, &into->pairs,
                     (struct pair){from->items[i]->interface->end, to->items[j]->interface->end,
                                   connection->name});
}

static void merge_connections(struct compiler *cc)
{
    struct system *system = cc->system;
    for (size_t i = 0; i < system->connections.count; i++) {
        struct connection *connection = system->connections.items[i];
        connection->index = (unsigned)i;
        for (size_t j = 0; j < connection->from.count; j++)
            link_end(cc, connection, connection->from.items[j]);
        for (size_t j = 0; j < connection->to.count; j++)
            link_end(cc, connection, connection->to.items[j]);
    }
    if (cc->diags.errors)
        return;
    for (size_t i = 0; i < system->connections.count; i++) {
        struct connection *connection = system->connections.items[i];
        struct end_list from = connection->from, to = connection->to;
        connection->from = (struct end_list){0};
        connection->to = (struct end_list){0};
        collect(cc, connection, &from, &to);
    }
}

/* "Procedure" is one end, "Procedures" any number. */
static void check_counts(struct compiler *cc, const struct connection *connection)
{
    const struct connector_decl *connector = connection->connector;
    for (int side = 0; side < 2; side++) {
        const struct end_list *list = side ? &connection->from : &connection->to;
        const struct connector_side *decl = side ? &connector->from : &connector->to;
        if (decl->multiple || list->count <= 1)
            continue;
        diag_error(cc, list->items[1]->location, "%s has room for one '%s' end only",
                   connector->name.text, side ? "from" : "to");
        diag_note(cc, list->items[0]->location, "the first one is here");
        diag_hint(cc, "connections that share an end are one; declare another interface at their "
                      "common end");
    }
}

static const char *type_text(struct compiler *cc, const struct interface *interface)
{
    if (interface->dataport_size)
        return arena_printf(&cc->arena, "Buf(%lld)", (long long)interface->dataport_size);
    return interface->decl->type.text;
}

static void check_types(struct compiler *cc, const struct connection *connection)
{
    if (connection->connector->spec->any_type)
        return;
    for (size_t i = 0; i < connection->pairs.count; i++) {
        const struct end *from = connection->pairs.items[i].from,
                         *to = connection->pairs.items[i].to;
        const struct interface *a = from->interface, *b = to->interface;
        bool sizes = a->dataport_size && b->dataport_size && a->dataport_size != b->dataport_size;
        if (strcmp(a->decl->type.text, b->decl->type.text) == 0 && !sizes)
            continue;
        diag_error(cc, to->location, "%s is of type %s, but %s is of type %s",
                   interface_name(cc, a), type_text(cc, a), interface_name(cc, b),
                   type_text(cc, b));
        diag_note(cc, a->decl->name.location, "'%s' is declared here", a->decl->name.text);
        diag_note(cc, b->decl->name.location, "'%s' is declared here", b->decl->name.text);
        diag_hint(cc, sizes ? "it is the same memory at both ends: give it the same size"
                            : "declare both alike, or connect others");
    }
}

#define MAX_DATAPORT ((int64_t)GIB(1))

/* Types of interfaces: procedures must be known, sizes of Buf be sensible. */
static void resolve_interfaces(struct compiler *cc, struct instance *instance)
{
    for (size_t i = 0; i < instance->interfaces.count; i++) {
        struct interface *interface = instance->interfaces.items[i];
        struct interface_decl *decl = interface->decl;
        if ((decl->kind == INTERFACE_USES || decl->kind == INTERFACE_PROVIDES) && !decl->procedure)
            decl->procedure = ast_procedure_or_error(cc, &decl->type);
        if (!decl->buf_size)
            continue;
        struct value *size = evaluate(cc, decl->buf_size);
        if (size->kind == VALUE_NUMBER && size->number > 0 && size->number <= MAX_DATAPORT)
            interface->dataport_size = size->number;
        else
            diag_error(cc, decl->buf_size->location,
                       "the size of a Buf must be from 1 byte to 1 GiB");
    }
}

static void build_scope(struct compiler *cc, struct instance *scope)
{
    struct inside inside = inside_of(cc, scope);
    for (size_t i = 0; i < inside.compositions.count; i++) {
        struct composition *composition = inside.compositions.items[i];
        for (size_t j = 0; j < composition->connections.count; j++)
            add_connection(cc, scope, composition->connections.items[j]);
    }
}

void build_connections(struct compiler *cc)
{
    struct system *system = cc->system;
    for (size_t i = 0; i < cc->ast.connectors.count; i++)
        connector_evaluate(cc, cc->ast.connectors.items[i]);
    for (size_t i = 0; i < system->instances.count; i++)
        resolve_interfaces(cc, system->instances.items[i]);
    build_scope(cc, &system->root);
    for (size_t i = 0; i < system->instances.count; i++)
        build_scope(cc, system->instances.items[i]);
    merge_connections(cc);
    if (cc->diags.errors)
        return;
    for (size_t i = 0; i < system->connections.count; i++) {
        struct connection *connection = system->connections.items[i];
        if (connection->merged || !connection->connector)
            continue;
        check_counts(cc, connection);
        check_types(cc, connection);
    }
}
