/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections: makes the objects that the connector's declaration asks for (connector.h), and gives
 * each end its capabilities and mappings.
 */
#include "layout.h"

#include "hardware.h"
#include <string.h>

/* The object behind a role, for one pair of ends. */
struct role_object {
    const struct role *role;
    const void *key; /* connection, end or instance that it belongs to */
    unsigned object;
    struct frames frames; /* memory */
};

struct connecting {
    struct compiler *cc;
    const struct connection *connection;
    struct VEC(struct role_object *) made;   /* of this connection */
    struct VEC(struct role_object *) shared; /* of instances, over all connections */
};

/* What the object belongs to, and whether that outlives the connection. */
static const void *role_key(const struct role *role, const struct pair *pair, bool *shared)
{
    *shared = role->per == PER_FROM_INSTANCE || role->per == PER_TO_INSTANCE;
    switch (role->per) {
    case PER_FROM:
        return pair->from;
    case PER_TO:
        return pair->to;
    case PER_FROM_INSTANCE:
        return pair->from->interface->instance;
    case PER_TO_INSTANCE:
        return pair->to->interface->instance;
    default:
        return pair->from->connection;
    }
}

static const char *role_object_name(struct connecting *c, const struct role *role,
                                    const struct pair *pair)
{
    const char *owner = c->connection->name;
    if (role->per == PER_FROM || role->per == PER_TO)
        owner = interface_name(c->cc,
                               role->per == PER_FROM ? pair->from->interface : pair->to->interface);
    if (role->per == PER_FROM_INSTANCE)
        owner = pair->from->interface->instance->name;
    if (role->per == PER_TO_INSTANCE)
        owner = pair->to->interface->instance->name;
    return arena_printf(&c->cc->arena, "%s.%s", owner, role->same_as);
}

/* The end of a pair that is hardware, or NULL. */
static const struct end *hardware_end(const struct pair *pair)
{
    if (pair->from->interface->instance->component->hardware)
        return pair->from;
    return pair->to->interface->instance->component->hardware ? pair->to : NULL;
}

#define MAX_SHARED GIB(1)

/*
 * Bytes of a shared memory: an attribute of an end or the connection, or the dataport's type. That
 * they agree is check_sizes.c's affair.
 */
static uint64_t memory_size(struct connecting *c, const struct role *role, const struct pair *pair)
{
    const char *key = role->size_key ? role->size_key : "size";
    const struct setting *from = interface_setting(c->cc, pair->from->interface, key);
    const struct setting *to = interface_setting(c->cc, pair->to->interface, key);
    const struct setting *setting = from ? from : to ? to : connection_setting(c->connection, key);
    int64_t unset = role->default_size ? role->default_size : pair->from->interface->dataport_size;
    if (!unset)
        unset = pair->to->interface->dataport_size;
    if (!unset)
        unset = PAGE_SIZE_4K;
    return (uint64_t)number_setting(c->cc, setting, unset, 1, MAX_SHARED);
}

static void make_object(struct connecting *c, struct role_object *ro, const struct pair *pair)
{
    const char *name = role_object_name(c, ro->role, pair);
    const char *origin = c->connection->name;
    const struct end *hardware = hardware_end(pair);
    switch (ro->role->type) {
    case ROLE_ENDPOINT:
        ro->object = layout_object(c->cc, CAPDL_ENDPOINT, 0, name, origin);
        break;
    case ROLE_NOTIFICATION:
        ro->object = layout_object(c->cc, CAPDL_NOTIFICATION, 0, name, origin);
        break;
    case ROLE_MEMORY:
        ro->frames = layout_frames(c->cc, memory_size(c, ro->role, pair), name, origin);
        break;
    default:
        if (!hardware)
            diag_error(c->cc, ro->role->location,
                       "role \"%s\" is a device's, but neither end of %s is hardware",
                       ro->role->name, c->connection->connector->name.text);
        else if (ro->role->type == ROLE_DEVICE_MEMORY)
            hardware_memory(c->cc, hardware->interface, name, &ro->frames);
        else if (ro->role->type == ROLE_IOPORTS)
            ro->object = hardware_ports(c->cc, hardware->interface, name);
        else
            ro->object = hardware_irq(c->cc, hardware->interface, name);
    }
}

static struct role_object *role_object(struct connecting *c, const struct role *role,
                                       const struct pair *pair)
{
    bool shared;
    const void *key = role_key(role, pair, &shared);
    struct role_object **items = shared ? c->shared.items : c->made.items;
    size_t count = shared ? c->shared.count : c->made.count;
    for (size_t i = 0; i < count; i++)
        if (items[i]->key == key && strcmp(items[i]->role->same_as, role->same_as) == 0 &&
            items[i]->role->type == role->type)
            return items[i];
    struct role_object *ro = arena_alloc(&c->cc->arena, sizeof(*ro));
    ro->role = role;
    ro->key = key;
    ro->object = CAPDL_NONE;
    make_object(c, ro, pair);
    if (shared)
        vec_push(&c->cc->arena, &c->shared, ro);
    else
        vec_push(&c->cc->arena, &c->made, ro);
    return ro;
}

/*
 * The number by which a server knows a client: <if>_attributes, or the lowest free one from 1. It
 * is the badge of the client's capability, and 0 would be one without a badge: its holder may
 * derive one with any badge from it.
 */
static uint64_t explicit_number(struct connecting *c, const struct end *end, bool *is_explicit)
{
    const struct setting *setting = interface_setting(c->cc, end->interface, "attributes");
    int64_t number = 0;
    *is_explicit = setting && value_as_number(setting->value, &number);
    if (*is_explicit && (number < 1 || number >> 28)) {
        diag_error(c->cc, setting->location, "a client's number must be from 1 to 0x0fffffff");
        *is_explicit = false;
    }
    return (uint64_t)number;
}

static bool number_taken(struct connecting *c, uint64_t number)
{
    for (size_t i = 0; i < c->connection->from.count; i++) {
        bool is_explicit;
        uint64_t other = explicit_number(c, c->connection->from.items[i], &is_explicit);
        if (is_explicit && other == number)
            return true;
    }
    return false;
}

/*
 * Where one endpoint serves several interfaces, the upper half of the badge says which: the place
 * among its instance's interfaces, from 1.
 */
static uint64_t interface_badge(const struct end *to)
{
    const struct layout_instance *in = to->interface->instance->layout;
    for (size_t i = 0; in && i < in->ends.count; i++)
        if (in->ends.items[i]->end == to)
            return (uint64_t)(i + 1) << 32;
    return 0;
}

static void number_clients(struct connecting *c)
{
    uint64_t next = 1;
    bool used = false, by_interface = false;
    for (size_t i = 0; i < c->connection->connector->spec->roles.count; i++) {
        const struct role *role = &c->connection->connector->spec->roles.items[i];
        used |= role->badge == BADGE_CLIENT;
        by_interface |= role->by_interface;
    }
    for (size_t i = 0; used && i < c->connection->from.count; i++) {
        struct end *end = c->connection->from.items[i];
        bool is_explicit;
        end->client = explicit_number(c, end, &is_explicit);
        if (!is_explicit) {
            while (number_taken(c, next))
                next++;
            end->client = next++;
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            const struct end *other = c->connection->from.items[j];
            if (other->client != end->client)
                continue;
            const struct setting *setting = interface_setting(c->cc, end->interface, "attributes");
            diag_error(c->cc, setting->location, "%s and %s have the same client number %llu",
                       interface_name(c->cc, other->interface),
                       interface_name(c->cc, end->interface), (unsigned long long)end->client);
            diag_hint(c->cc, "the server tells its clients apart by this number; leave one out and "
                             "it is chosen");
        }
    }
    for (size_t i = 0; by_interface && i < c->connection->from.count; i++)
        c->connection->from.items[i]->client |= interface_badge(c->connection->to.items[0]);
}

/* Bits 0 … 27 where nothing else is said. */
#define DEFAULT_MASK 0x0fffffff

/* The badge bit by which `end`'s events arrive on its instance's global notification. */
static uint64_t global_badge(struct connecting *c, struct end *end)
{
    if (end->global_badge)
        return end->global_badge;
    struct layout_instance *in = end->interface->instance->layout;
    const struct setting *explicit = interface_setting(c->cc, end->interface, "badge");
    uint64_t base = (uint64_t)number_setting(c->cc, known_setting(in, NULL, "global_endpoint_base"),
                                             0, 0, INT64_MAX);
    uint64_t mask = (uint64_t)number_setting(c->cc, known_setting(in, NULL, "global_endpoint_mask"),
                                             DEFAULT_MASK, 0, INT64_MAX);
    int64_t number;
    if (explicit && value_as_number(explicit->value, &number) && number > 0) {
        end->global_badge = (uint64_t)number;
    } else if (explicit) {
        diag_error(c->cc, explicit->location, "%s must be a number of at least 1", explicit->name);
        end->global_badge = 1;
    } else {
        uint64_t free_bits = mask & ~base & ~in->global_used;
        if (!free_bits)
            diag_error(c->cc, end->location, "%s has no badge bit left for %s", in->instance->name,
                       end->interface->decl->name.text);
        end->global_badge = base | (free_bits & -free_bits);
    }
    in->global_used |= end->global_badge & ~base;
    return end->global_badge;
}

/* Badges that the description fixes are taken before any is chosen. */
static void reserve_explicit_badges(struct layout_instance *in)
{
    for (size_t i = 0; i < in->ends.count; i++) {
        const struct setting *badge =
            interface_setting(in->cc, in->ends.items[i]->end->interface, "badge");
        int64_t number;
        if (badge && value_as_number(badge->value, &number))
            in->global_used |= (uint64_t)number;
    }
}

/* Is this end the one that receives on the object, rather than sends? */
static bool receives(int rights)
{
    return rights != RIGHTS_ABSENT && rights & CAPDL_READ;
}

static uint64_t role_badge(struct connecting *c, const struct role *role, const struct pair *pair)
{
    if (role->badge == BADGE_CLIENT)
        return pair->from->client;
    if (role->badge == BADGE_GLOBAL) {
        bool to_side = role->per == PER_TO_INSTANCE ||
                       (role->per != PER_FROM_INSTANCE && receives(role->to_rights));
        return global_badge(c, to_side ? pair->to : pair->from);
    }
    return 0;
}

/* The slot of the capability with these rights and this badge, whether held already or new. */
static uint64_t hold(struct connecting *c, struct layout_instance *in, unsigned object,
                     unsigned rights, uint64_t badge)
{
    for (size_t i = 0; i < c->cc->layout->caps.count; i++) {
        const struct held_cap *cap = &c->cc->layout->caps.items[i];
        if (cap->cnode == in->cnode && cap->object == object && cap->rights == rights &&
            cap->badge == badge)
            return cap->slot;
    }
    return layout_cap(in, object, rights, badge);
}

/* `role` is how this connection calls the object. */
static void give_cap(struct connecting *c, const struct role_object *ro, const struct role *role,
                     struct end *end, struct end *peer, int rights, uint64_t badge)
{
    struct layout_end *le = layout_find_end(end);
    if (!le || rights == RIGHTS_ABSENT || ro->object == CAPDL_NONE)
        return;
    bool message = role->type == ROLE_ENDPOINT || role->type == ROLE_NOTIFICATION;
    bool receiver = receives(rights);
    /*
     * Whoever can send has a badge, whether it receives as well or not. Hardware sends with the
     * badge of the capability that the receiver registers.
     */
    bool own_badge = rights & CAPDL_WRITE || peer->interface->instance->component->hardware;
    uint64_t slot = hold(c, end->interface->instance->layout, ro->object,
                         message ? (unsigned)rights : ALL_RIGHTS, message && own_badge ? badge : 0);
    for (size_t i = 0; i < le->caps.count; i++)
        /* A sender's one capability reaches all receivers of the object. */
        if (!receiver && le->caps.items[i].slot == slot &&
            strcmp(le->caps.items[i].role, role->name) == 0)
            return;
    vec_push(&c->cc->arena, &le->caps,
             (struct layout_cap){.role = role->name,
                                 .slot = slot,
                                 .badge = badge,
                                 .peer = interface_name(c->cc, peer->interface)});
}

static void bind(struct connecting *c, const struct role_object *ro, const struct end *end)
{
    struct layout_instance *in = end->interface->instance->layout;
    if (!in)
        return;
    struct layout_thread *control = &in->threads.items[0];
    if (control->bound_notification != CAPDL_NONE && control->bound_notification != ro->object) {
        diag_error(c->cc, end->location,
                   "%s would bind a second notification to the control thread of %s",
                   c->connection->connector->name.text, in->instance->name);
        return;
    }
    control->bound_notification = ro->object;
}

static void give_memory(struct connecting *c, const struct role_object *ro, struct end *end,
                        struct end *peer, int rights, bool caps, uint64_t client)
{
    struct layout_end *le = layout_find_end(end);
    struct layout_instance *in = end->interface->instance->layout;
    if (!le || rights == RIGHTS_ABSENT || !ro->frames.count)
        return;
    const char *peer_name = interface_name(c->cc, peer->interface);
    for (size_t i = 0; i < le->regions.count; i++)
        if (le->regions.items[i].frames.first == ro->frames.first)
            return; /* shared by all of the connection: seen with another peer already */
    struct layout_region region = {.role = ro->role->name,
                                   .frames = ro->frames,
                                   .writable = rights & CAPDL_WRITE,
                                   .peer = peer_name,
                                   .peer_badge = client};
    if (ro->role->map) {
        region.vaddr = layout_dataport_address(in, &ro->frames);
        layout_map(in, &ro->frames, region.vaddr, (unsigned)rights & READ_WRITE);
        region.vaddr += ro->frames.offset;
    }
    for (unsigned i = 0; caps && i < ro->frames.count; i++) {
        uint64_t slot = layout_cap(in, ro->frames.first + i, (unsigned)rights, 0);
        if (i == 0)
            region.first_slot = slot;
    }
    vec_push(&c->cc->arena, &le->regions, region);
}

/* What such a setting ("R", "W", "RW") leaves of an end's rights; execution is never granted. */
static int narrowed_by(struct connecting *c, const struct setting *setting, int rights)
{
    const char *text = setting ? value_string(setting->value) : NULL;
    if (rights == RIGHTS_ABSENT || !setting)
        return rights;
    if (!text || !*text || strspn(text, "RWX") != strlen(text)) {
        diag_error(c->cc, setting->location, "%s must be made of R, W and X", setting->name);
        return rights;
    }
    int allowed = (strchr(text, 'R') ? CAPDL_READ : 0) | (strchr(text, 'W') ? READ_WRITE : 0);
    return rights & allowed;
}

/* By `<if>_access`, and `from_access` or `to_access` of the connection. */
static int narrowed(struct connecting *c, const struct end *end, int rights)
{
    rights = narrowed_by(c, interface_setting(c->cc, end->interface, "access"), rights);
    const char *of_side = end->from ? "from_access" : "to_access";
    return narrowed_by(c, connection_setting(c->connection, of_side), rights);
}

static void connect_role(struct connecting *c, const struct role *role, const struct pair *pair)
{
    struct role_object *ro = role_object(c, role, pair);
    bool memory = role->type == ROLE_MEMORY || role->type == ROLE_DEVICE_MEMORY;
    if (memory) {
        give_memory(c, ro, pair->from, pair->to, narrowed(c, pair->from, role->from_rights),
                    role->caps_from, 0);
        give_memory(c, ro, pair->to, pair->from, narrowed(c, pair->to, role->to_rights),
                    role->caps_to, pair->from->client);
        return;
    }
    uint64_t badge = role_badge(c, role, pair);
    give_cap(c, ro, role, pair->from, pair->to, role->from_rights, badge);
    give_cap(c, ro, role, pair->to, pair->from, role->to_rights, badge);
    if (role->bind_from)
        bind(c, ro, pair->from);
    if (role->bind_to)
        bind(c, ro, pair->to);
}

void layout_connections(struct compiler *cc)
{
    struct connecting c = {.cc = cc};
    for (size_t i = 0; i < cc->layout->instances.count; i++)
        reserve_explicit_badges(cc->layout->instances.items[i]);
    for (size_t i = 0; i < cc->system->connections.count; i++) {
        const struct connection *connection = cc->system->connections.items[i];
        if (connection->merged)
            continue;
        c.connection = connection;
        c.made.count = 0;
        number_clients(&c);
        const struct connector_spec *spec = connection->connector->spec;
        for (size_t j = 0; j < spec->roles.count; j++)
            for (size_t k = 0; k < connection->pairs.count; k++)
                connect_role(&c, &spec->roles.items[j], &connection->pairs.items[k]);
    }
}
