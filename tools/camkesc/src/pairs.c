/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connectors whose `from` ends are connected with each other, two by two (attribute `pairs`): who
 * with whom says `<if>_topology` of the end that they meet in. In a pair, the first takes the place
 * of the `from` end, the second that of the `to` end.
 */
#include "connector.h"
#include "model.h"
#include <string.h>

static struct end *named_end(struct compiler *cc, const struct connection *connection,
                             const struct value *name)
{
    const char *text = name ? value_string(name) : NULL;
    struct suggestion near = {.name = text};
    for (size_t i = 0; text && i < connection->from.count; i++) {
        struct end *end = connection->from.items[i];
        const char *own = interface_name(cc, end->interface);
        if (strcmp(own, text) == 0)
            return end;
        suggest(&near, own);
    }
    if (text) {
        diag_error(cc, name->location, "'%s' is no end of %s", text, connection->name);
        if (near.best)
            diag_hint(cc, "did you mean '%s'?", near.best);
    }
    return NULL;
}

static bool has_kind(const struct end *end, const struct pair_kind *kind)
{
    return strcmp(end->interface->decl->type.text, kind->type) == 0;
}

static bool check_kind(struct compiler *cc, const struct end *end, const struct pair_kind *kind,
                       struct location at)
{
    if (has_kind(end, kind))
        return true;
    diag_error(cc, at, "\"%s\" must be an interface of type %s, %s is of type %s", kind->key,
               kind->type, interface_name(cc, end->interface), end->interface->decl->type.text);
    return false;
}

static void add_pair(struct compiler *cc, struct connection *connection, struct end *first,
                     struct end *second, struct location at)
{
    struct end *both[] = {first, second};
    for (size_t i = 0; i < connection->pairs.count; i++) {
        const struct pair *other = &connection->pairs.items[i];
        for (int j = 0; j < 2; j++)
            if (other->from == both[j] || other->to == both[j]) {
                diag_error(cc, at, "%s has a partner already",
                           interface_name(cc, both[j]->interface));
                return;
            }
    }
    vec_push(&cc->arena, &connection->pairs, (struct pair){first, second, connection->name});
}

static void read_topology(struct compiler *cc, struct connection *connection,
                          const struct setting *topology)
{
    const struct pair_kind *kinds = connection->connector->spec->pairs;
    const struct value *list = topology->value;
    for (size_t i = 0; i < list->items.count; i++) {
        const struct value *entry = list->items.items[i];
        struct end *ends[2] = {NULL};
        for (int j = 0; j < 2; j++) {
            const struct value *name = value_get(entry, kinds[j].key);
            ends[j] = named_end(cc, connection, name);
            if (ends[j] && !check_kind(cc, ends[j], &kinds[j], name->location))
                ends[j] = NULL;
            if (!name || !value_string(name))
                diag_error(cc, entry->location, "each entry is {\"%s\": \"a.b\", \"%s\": \"c.d\"}",
                           kinds[0].key, kinds[1].key);
        }
        if (ends[0] && ends[1])
            add_pair(cc, connection, ends[0], ends[1], entry->location);
    }
}

/* Without a topology: one of each kind. */
static void pair_two(struct compiler *cc, struct connection *connection)
{
    const struct pair_kind *kinds = connection->connector->spec->pairs;
    const struct end *to = connection->to.items[0];
    if (connection->from.count != 2) {
        diag_error(cc, connection->location,
                   "which of the %zu ends of %s belong together is not said",
                   connection->from.count, connection->name);
        diag_hint(cc, "%s_topology = [{\"%s\": \"a.b\", \"%s\": \"c.d\"}, …];",
                  interface_name(cc, to->interface), kinds[0].key, kinds[1].key);
        return;
    }
    struct end *a = connection->from.items[0], *b = connection->from.items[1];
    bool turned = !has_kind(a, &kinds[0]) && has_kind(b, &kinds[0]);
    struct end *first = turned ? b : a, *second = turned ? a : b;
    if (check_kind(cc, first, &kinds[0], first->location) &&
        check_kind(cc, second, &kinds[1], second->location))
        add_pair(cc, connection, first, second, connection->location);
}

static void check_all_paired(struct compiler *cc, const struct connection *connection,
                             const struct setting *topology)
{
    for (size_t i = 0; i < connection->from.count; i++) {
        const struct end *end = connection->from.items[i];
        bool found = false;
        for (size_t j = 0; j < connection->pairs.count; j++)
            found |= connection->pairs.items[j].from == end || connection->pairs.items[j].to == end;
        if (found)
            continue;
        diag_error(cc, end->location, "%s has no partner", interface_name(cc, end->interface));
        diag_note(cc, topology->location, "the pairs are listed here");
    }
}

void pair_ends(struct compiler *cc)
{
    for (size_t i = 0; i < cc->system->connections.count; i++) {
        struct connection *connection = cc->system->connections.items[i];
        if (connection->merged || !connection->connector->spec->pairs[0].key)
            continue;
        const struct setting *topology =
            interface_setting(cc, connection->to.items[0]->interface, "topology");
        unsigned errors = cc->diags.errors;
        connection->pairs.count = 0;
        if (topology && topology->value->kind == VALUE_LIST && topology->value->items.count)
            read_topology(cc, connection, topology);
        else
            pair_two(cc, connection);
        if (topology && cc->diags.errors == errors)
            check_all_paired(cc, connection, topology);
        for (size_t j = 0; j < connection->pairs.count; j++)
            connection->pairs.items[j].to->from = false;
    }
}
