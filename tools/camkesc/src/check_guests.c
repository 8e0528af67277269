/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What guests share with others: dataports whose frames their monitors hold, and events. A guest
 * knows a dataport by number and size (check_sizes.c) only, so what is wrong here would show
 * nowhere else before the guest runs. For all others, what CAmkES allows is allowed.
 */
#include "connector.h"
#include "model.h"

#define MAX_NUMBER 256 /* of a guest's dataports */

typedef long long ll;

bool is_shown(const struct end *end)
{
    if (!is_monitor(end->interface->instance))
        return false;
    const struct connector_spec *spec = end->connection->connector->spec;
    for (size_t i = 0; i < spec->roles.count; i++) {
        const struct role *role = &spec->roles.items[i];
        if (role->type == ROLE_MEMORY && role->per == PER_CONNECTION &&
            (end->from ? role->caps_from : role->caps_to))
            return end->interface->decl->kind == INTERFACE_DATAPORT;
    }
    return false;
}

/* --- Interfaces --- */

static void check_interface(struct compiler *cc, const struct interface *interface)
{
    enum interface_kind kind = interface->decl->kind;
    if (kind == INTERFACE_EMITS && !interface->decl->maybe && !interface->mentioned &&
        !interface->exported) {
        diag_error(cc, interface->instance->location, "%s is not connected",
                   interface_name(cc, interface));
        diag_note(cc, interface->decl->name.location, "'%s' is declared here",
                  interface->decl->name.text);
        diag_hint(cc, "connect it, or remove it: what its guest emits would reach nobody");
    }
    const struct end *end = interface->end;
    if (!end || !end->again ||
        (kind != INTERFACE_EMITS && kind != INTERFACE_CONSUMES && kind != INTERFACE_DATAPORT))
        return;
    diag_error(cc, end->again->location, "%s is connected already", interface_name(cc, interface));
    diag_note(cc, end->location, "here");
    diag_hint(cc,
              "give %s another interface for this connection; where its guest is to reach both "
              "through one, write one connection with all ends",
              interface->instance->name);
}

/* --- Numbers --- */

struct numbers {
    struct VEC(const struct interface *) dataports;
    const struct interface *taken[MAX_NUMBER + 1]; /* the first with this number */
    unsigned proposed;
};

/* The number of a dataport, 0 where there is none that is possible. */
static unsigned number_of(struct compiler *cc, const struct interface *interface)
{
    const struct setting *setting = interface_setting(cc, interface, "id");
    if (!setting || setting->value->kind != VALUE_NUMBER || setting->value->number < 1 ||
        setting->value->number > MAX_NUMBER)
        return 0;
    return (unsigned)setting->value->number;
}

/* The lowest number that nobody has and that was not proposed before. */
static unsigned propose(struct numbers *numbers)
{
    do
        numbers->proposed++;
    while (numbers->proposed < MAX_NUMBER && numbers->taken[numbers->proposed]);
    return numbers->proposed;
}

static void check_number(struct compiler *cc, const struct interface *interface,
                         struct numbers *numbers)
{
    const char *name = arena_printf(&cc->arena, "%s_id", interface_name(cc, interface));
    const struct setting *setting = interface_setting(cc, interface, "id");
    ll number = number_setting(cc, setting, 0, INT64_MIN, INT64_MAX);
    unsigned possible = number_of(cc, interface);
    const struct interface *other = numbers->taken[possible];
    if ((setting && setting->value->kind != VALUE_NUMBER) ||
        (other == interface && possible <= numbers->dataports.count))
        return;
    unsigned better = propose(numbers);
    if (!setting) {
        diag_error(cc, interface->end->location, "%s is not set", name);
    } else if (number < 1) {
        diag_error(cc, setting->location,
                   "%s is %lld, but the ids of a guest's dataports begin at 1", name, number);
    } else if (other && other != interface) {
        diag_error(cc, setting->location, "%s and %s_id are both %u", name,
                   interface_name(cc, other), possible);
        diag_note(cc, interface_setting(cc, other, "id")->location, "the other one is set here");
    } else {
        diag_error(cc, setting->location, "%s is %lld, but no dataport of %s has id %u", name,
                   number, interface->instance->name, better);
    }
    diag_hint(cc, "the ids of a guest's dataports are 1, 2, 3, … without gaps: %s = %u;", name,
              better);
}

static void check_numbers(struct compiler *cc, const struct instance *instance)
{
    struct numbers numbers = {0};
    for (size_t i = 0; i < instance->interfaces.count; i++) {
        const struct interface *interface = instance->interfaces.items[i];
        if (!interface->end || !is_shown(interface->end))
            continue;
        vec_push(&cc->arena, &numbers.dataports, interface);
        unsigned number = number_of(cc, interface);
        if (number && !numbers.taken[number])
            numbers.taken[number] = interface;
    }
    if (numbers.dataports.count > MAX_NUMBER) {
        diag_error(cc, numbers.dataports.items[MAX_NUMBER]->end->location,
                   "%s has %zu dataports for its guest, %d are possible", instance->name,
                   numbers.dataports.count, MAX_NUMBER);
        diag_hint(cc, "make one large dataport of several");
        return;
    }
    for (size_t i = 0; i < numbers.dataports.count; i++)
        check_number(cc, numbers.dataports.items[i], &numbers);
}

/* --- Memories --- */

static void check_memory(struct compiler *cc, const struct connection *connection)
{
    const struct end *first = NULL;
    const struct end_list *lists[] = {&connection->to, &connection->from};
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        for (size_t j = 0; j < lists[i]->count; j++) {
            const struct end *end = lists[i]->items[j];
            if (!is_shown(end))
                continue;
            /* Who wrote both into one connection means it. */
            if (first && end->written != first->written) {
                diag_error(cc, end->location, "%s would be the same memory as %s",
                           interface_name(cc, end->interface),
                           interface_name(cc, first->interface));
                diag_note(cc, first->location, "here");
                diag_hint(cc, "connections that share an end are one: give each guest a dataport "
                              "of its own at the other side; where guests are to share one, write "
                              "one connection with all ends");
            }
            first = first ? first : end;
        }
}

void check_guests(struct compiler *cc)
{
    for (size_t i = 0; i < cc->system->instances.count; i++) {
        const struct instance *instance = cc->system->instances.items[i];
        if (!is_monitor(instance))
            continue;
        for (size_t j = 0; j < instance->interfaces.count; j++)
            check_interface(cc, instance->interfaces.items[j]);
        check_numbers(cc, instance);
    }
    for (size_t i = 0; i < cc->system->connections.count; i++)
        if (!cc->system->connections.items[i]->merged)
            check_memory(cc, cc->system->connections.items[i]);
}
