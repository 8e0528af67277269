/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What says how large a shared memory is, says the same at all its ends: types (`Buf(n)`), settings
 * of the interfaces and of the connection. Of memory that a guest sees, all must agree and be whole
 * pages, since it is in pages that the guest sees it, and it must be said at all. Between others a
 * setting may make more of it than the type needs.
 */
#include "connector.h"
#include "model.h"

typedef long long ll;

struct said {
    const char *text;
    struct location location;
    ll bytes;
};

/* One memory: the ends that have it. */
struct memory {
    struct compiler *cc;
    const struct connection *connection;
    const char *key; /* of the settings: "size", "shmem_size" */
    const struct end *const *ends;
    size_t count;
    bool shown;        /* to a guest */
    struct said first; /* who said it first, which counts */
};

static ll in_pages(ll bytes)
{
    return (ll)ROUND_UP((uint64_t)bytes, PAGE_SIZE_4K);
}

/* One more says it. */
static void compare(struct memory *m, struct said said)
{
    struct said *first = &m->first;
    if (m->shown && said.bytes != in_pages(said.bytes)) {
        diag_error(m->cc, said.location, "%s, which is no whole number of pages", said.text);
        diag_hint(m->cc, "a guest sees memory in pages of %lld bytes: make it %lld", in_pages(1),
                  in_pages(said.bytes));
    }
    if (first->text && said.bytes != first->bytes) {
        diag_error(m->cc, said.location, "%s, but %s", said.text, first->text);
        diag_note(m->cc, first->location, "here");
        diag_hint(m->cc, "it is the same memory at all ends: give it the same size");
    }
    if (!first->text)
        *first = said;
}

static struct said type_of(struct compiler *cc, const struct interface *interface)
{
    ll bytes = interface->dataport_size;
    if (!bytes)
        return (struct said){0};
    const char *text =
        arena_printf(&cc->arena, "%s is a Buf(%lld)", interface_name(cc, interface), bytes);
    return (struct said){text, interface->decl->buf_size->location, bytes};
}

/* Is there a setting, good or not? */
static bool compare_setting(struct memory *m, const char *owner, const char *joint,
                            const struct setting *setting)
{
    /* The layout says what is wrong with others. */
    if (setting && setting->value->kind == VALUE_NUMBER && setting->value->number > 0) {
        ll bytes = setting->value->number;
        const char *text =
            arena_printf(&m->cc->arena, "%s%s%s is %lld", owner, joint, m->key, bytes);
        compare(m, (struct said){text, setting->location, bytes});
    }
    return setting;
}

static bool compare_settings(struct memory *m)
{
    bool set = false;
    for (size_t i = 0; i < m->count; i++) {
        const struct interface *interface = m->ends[i]->interface;
        set |= compare_setting(m, interface_name(m->cc, interface), "_",
                               interface_setting(m->cc, interface, m->key));
    }
    set |= compare_setting(m, m->connection->name, ".", connection_setting(m->connection, m->key));
    return set;
}

static void check_shown(struct memory *m, const struct end *shown)
{
    for (size_t i = 0; i < m->count; i++) {
        struct said type = type_of(m->cc, m->ends[i]->interface);
        if (type.text)
            compare(m, type);
    }
    if (compare_settings(m))
        return;
    const char *name = interface_name(m->cc, shown->interface);
    diag_error(m->cc, shown->location, "%s_%s is not set", name, m->key);
    diag_hint(m->cc, "say how large the memory is that the guest sees: %s_%s = %lld;", name, m->key,
              in_pages(m->first.text ? m->first.bytes : 1));
}

static void check_native(struct memory *m, bool typed)
{
    if (!compare_settings(m) || !typed || !m->first.text)
        return;
    for (size_t i = 0; i < m->count; i++) {
        struct said type = type_of(m->cc, m->ends[i]->interface);
        if (type.bytes <= m->first.bytes)
            continue;
        diag_error(m->cc, m->first.location, "%s, but %s", m->first.text, type.text);
        diag_note(m->cc, type.location, "here");
        diag_hint(m->cc, "say at least %lld", type.bytes);
        return;
    }
}

static void check_memory(struct compiler *cc, const struct connection *connection,
                         const struct role *role, const struct end *const *ends, size_t count)
{
    struct memory m = {.cc = cc,
                       .connection = connection,
                       .key = role->size_key ? role->size_key : "size",
                       .ends = ends,
                       .count = count};
    size_t shown = 0;
    while (shown < count && !is_shown(ends[shown]))
        shown++;
    m.shown = shown < count;
    if (m.shown)
        check_shown(&m, ends[shown]);
    else
        check_native(&m, role->map && connection->connector->from.kind == END_DATAPORT);
}

static void check_connection(struct compiler *cc, const struct connection *connection,
                             const struct role *role)
{
    if (role->per != PER_CONNECTION) {
        for (size_t i = 0; i < connection->pairs.count; i++) {
            const struct pair *pair = &connection->pairs.items[i];
            const struct end *ends[] = {pair->from, pair->to};
            check_memory(cc, connection, role, ends, ARRAY_SIZE(ends));
        }
        return;
    }
    struct VEC(const struct end *) ends = {0};
    for (size_t i = 0; i < connection->from.count; i++)
        vec_push(&cc->arena, &ends, connection->from.items[i]);
    for (size_t i = 0; i < connection->to.count; i++)
        vec_push(&cc->arena, &ends, connection->to.items[i]);
    check_memory(cc, connection, role, ends.items, ends.count);
}

void check_sizes(struct compiler *cc)
{
    for (size_t i = 0; i < cc->system->connections.count; i++) {
        const struct connection *connection = cc->system->connections.items[i];
        if (connection->merged || !connection->connector->spec)
            continue;
        const struct connector_spec *spec = connection->connector->spec;
        for (size_t j = 0; j < spec->roles.count; j++)
            if (spec->roles.items[j].type == ROLE_MEMORY)
                check_connection(cc, connection, &spec->roles.items[j]);
    }
}
