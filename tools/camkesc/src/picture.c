/* SPDX-License-Identifier: BSD-2-Clause */
#include "picture.h"
#include <string.h>

static bool is_server(const struct instance *instance)
{
    for (size_t i = 0; i < instance->interfaces.count; i++)
        if (instance->interfaces.items[i]->decl->kind == INTERFACE_PROVIDES)
            return true;
    return false;
}

static void add_node(struct picture *picture, const struct instance *instance)
{
    struct picture_node *node = arena_alloc(&picture->cc->arena, sizeof(*node));
    node->instance = instance;
    if (instance->component->hardware) {
        node->trust = TRUST_HARDWARE;
        node->is_settings = instance->interfaces.count == 0;
    } else if (is_monitor(instance)) {
        node->trust = TRUST_MONITOR;
        node->guest = picture->guests++;
        node->bit = BIT(node->guest % MAX_PICTURE_GUESTS);
        node->influence = node->bit;
    } else {
        node->trust = is_server(instance) ? TRUST_SERVER : TRUST_NATIVE;
    }
    vec_push(&picture->cc->arena, &picture->nodes, node);
}

static struct picture_node *node_of(const struct picture *picture, const struct end *end)
{
    for (size_t i = 0; i < picture->nodes.count; i++)
        if (picture->nodes.items[i]->instance == end->interface->instance)
            return picture->nodes.items[i];
    return NULL;
}

static struct picture_card *card_of(struct picture *picture, struct picture_node *a,
                                    struct picture_node *b)
{
    for (size_t i = 0; i < picture->cards.count; i++) {
        struct picture_card *card = picture->cards.items[i];
        if ((card->a == a && card->b == b) || (card->a == b && card->b == a))
            return card;
    }
    struct picture_card *card = arena_alloc(&picture->cc->arena, sizeof(*card));
    card->a = a->trust <= b->trust ? a : b;
    card->b = a->trust <= b->trust ? b : a;
    vec_push(&picture->cc->arena, &picture->cards, card);
    return card;
}

/* The memory that two ends have in common. */
static void find_shared(const struct end *from, const struct end *to, struct picture_row *row)
{
    const struct layout_end *a = layout_find_end(from), *b = layout_find_end(to);
    for (size_t i = 0; a && b && i < a->regions.count; i++)
        for (size_t j = 0; j < b->regions.count; j++) {
            const struct layout_region *ra = &a->regions.items[i], *rb = &b->regions.items[j];
            if (ra->frames.first != rb->frames.first || !ra->frames.count)
                continue;
            row->shared += (uint64_t)ra->frames.count << ra->frames.bits;
            row->from_writes |= ra->writable;
            row->to_writes |= rb->writable;
        }
}

static void add_row(struct picture *picture, const struct connection *connection, const char *name,
                    const struct end *from, const struct end *to, bool only_shared)
{
    struct picture_node *a = node_of(picture, from), *b = node_of(picture, to);
    struct picture_row row = {.name = name,
                              .connector = connection->connector,
                              .from = from->interface,
                              .to = to->interface};
    find_shared(from, to, &row);
    if (a && b && (row.shared || !only_shared))
        vec_push(&picture->cc->arena, &card_of(picture, a, b)->rows, row);
}

/* Ends of one side share memory without a pair of theirs. */
static void add_sharers(struct picture *picture, const struct connection *connection,
                        const struct end_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < i; j++)
            if (list->items[i]->from == list->items[j]->from)
                add_row(picture, connection, connection->name, list->items[j], list->items[i],
                        true);
}

static void add_connection(struct picture *picture, const struct connection *connection)
{
    if (connection->merged || !connection->connector)
        return;
    for (size_t i = 0; i < connection->pairs.count; i++) {
        const struct pair *pair = &connection->pairs.items[i];
        add_row(picture, connection, pair->name, pair->from, pair->to, false);
    }
    /* Whose ends are paired by hand share nothing else. */
    if (!connection->connector->spec->pairs[0].key) {
        add_sharers(picture, connection, &connection->from);
        add_sharers(picture, connection, &connection->to);
    }
}

/* Does the end send to the other, or write what that one reads? */
static bool influences(const struct picture_row *row, bool from)
{
    bool writes = row->shared && (from ? row->from_writes : row->to_writes);
    bool hardware = (from ? row->to : row->from)->instance->component->hardware;
    return writes || hardware || (from && row->connector->from.kind != END_DATAPORT);
}

static bool spread(const struct picture_node *source, struct picture_node *target)
{
    uint64_t before = target->influence | target->indirect;
    /* What its monitor does, a guest may make it do; others only pass on. */
    target->influence |= source->bit;
    target->indirect |= (source->influence | source->indirect) & ~target->influence;
    target->indirect &= ~target->influence;
    return (target->influence | target->indirect) != before;
}

static void spread_influence(struct picture *picture)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < picture->cards.count; i++) {
            struct picture_card *card = picture->cards.items[i];
            for (size_t j = 0; j < card->rows.count; j++) {
                const struct picture_row *row = &card->rows.items[j];
                bool a_is_from = row->from->instance == card->a->instance;
                if (influences(row, a_is_from))
                    changed |= spread(card->a, card->b);
                if (influences(row, !a_is_from))
                    changed |= spread(card->b, card->a);
            }
        }
    }
}

void picture_build(struct compiler *cc, struct picture *picture)
{
    *picture = (struct picture){.cc = cc};
    for (size_t i = 0; i < cc->system->instances.count; i++) {
        const struct instance *instance = cc->system->instances.items[i];
        if (instance->component && (instance->has_code || instance->component->hardware))
            add_node(picture, instance);
    }
    for (size_t i = 0; i < cc->system->connections.count; i++)
        add_connection(picture, cc->system->connections.items[i]);
    spread_influence(picture);
}
