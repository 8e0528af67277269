/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings: `instance.attribute = value`, references to other attributes, defaults from the
 * declarations, and whether each fits the type that was declared.
 *
 * A reference to something that exists but is not set sets nothing. So a library's macros may pass
 * attributes on (vm0.untyped_mb <- vm0.guest_ram_mb) without knowing which of them an app uses.
 */
#include "model.h"
#include <string.h>

static struct attribute_decl *find_attribute(const struct component_decl *component,
                                             const char *name)
{
    for (size_t i = 0; component && i < component->attributes.count; i++)
        if (strcmp(component->attributes.items[i]->name.text, name) == 0)
            return component->attributes.items[i];
    return NULL;
}

const struct setting *find_setting(const struct instance *instance, const char *name)
{
    for (size_t i = 0; i < instance->settings.count; i++)
        if (strcmp(instance->settings.items[i].name, name) == 0)
            return &instance->settings.items[i];
    return NULL;
}

const struct setting *interface_setting(struct compiler *cc, const struct interface *interface,
                                        const char *suffix)
{
    return find_setting(interface->instance,
                        arena_printf(&cc->arena, "%s_%s", interface->decl->name.text, suffix));
}

const struct setting *connection_setting(const struct connection *connection, const char *name)
{
    for (size_t i = 0; i < connection->settings.count; i++)
        if (strcmp(connection->settings.items[i].name, name) == 0)
            return &connection->settings.items[i];
    return NULL;
}

int64_t number_setting(struct compiler *cc, const struct setting *setting, int64_t unset,
                       int64_t min, int64_t max)
{
    if (!setting)
        return unset;
    int64_t number = 0;
    /* An error of the attribute itself is not told again by those that refer to it. */
    if (setting->value->kind != VALUE_NUMBER && diag_has_error(cc, setting->value->location))
        return unset;
    if (setting->value->kind != VALUE_NUMBER) {
        diag_error(cc, setting->location, "%s must be a number, this is %s", setting->name,
                   value_kind_name(setting->value->kind));
        return unset;
    }
    number = setting->value->number;
    if (number >= min && number <= max)
        return number;
    diag_error(cc, setting->location, "%s is %lld", setting->name, (long long)number);
    diag_hint(cc, "%lld to %lld are possible", (long long)min, (long long)max);
    return unset;
}

static void add_pending(struct compiler *cc, struct instance *scope, struct setting_decl *decl)
{
    struct pending_setting *pending = arena_alloc(&cc->arena, sizeof(*pending));
    size_t last = decl->target->names.count - 1;
    pending->scope = scope;
    pending->decl = decl;
    pending->name = decl->target->names.items[last].text;
    if (last == 0 && !scope->component) {
        diag_error(cc, decl->location, "expected 'instance.attribute'");
        return;
    }
    for (size_t i = 0; last == 1 && i < scope->local_connections.count; i++)
        if (strcmp(scope->local_connections.items[i]->local_name.text,
                   decl->target->names.items[0].text) == 0 &&
            !find_child(scope, decl->target->names.items[0].text))
            pending->connection = scope->local_connections.items[i];
    if (!pending->connection) {
        /* Descriptions of variants of a system often share one configuration. */
        pending->instance = find_instance(cc, scope, decl->target, last, SEVERITY_WARNING);
        if (!pending->instance)
            return;
    }
    vec_push(&cc->arena, &cc->system->pending, pending);
}

/* The setting of an attribute: a pending one, or the default of its declaration. */
static struct value *resolve_attribute(struct compiler *cc, struct instance *instance,
                                       const char *name, struct location at, bool *absent);

static struct value *apply_key(struct compiler *cc, struct value *value, const struct expr *expr)
{
    struct value *key = evaluate(cc, expr);
    if (key->kind == VALUE_NUMBER && value->kind == VALUE_LIST) {
        if (key->number >= 0 && (uint64_t)key->number < value->items.count)
            return value->items.items[key->number];
        diag_error(cc, key->location, "the list has no element %lld, it has %zu elements",
                   (long long)key->number, value->items.count);
        return NULL;
    }
    if (key->kind == VALUE_STRING && value->kind == VALUE_DICT) {
        for (size_t i = 0; i < value->keys.count; i++)
            if (strcmp(value->keys.items[i], key->string) == 0)
                return value->items.items[i];
        diag_error(cc, key->location, "the dictionary has no key \"%s\"", key->string);
        return NULL;
    }
    diag_error(cc, key->location, "%s cannot be a key of %s", value_kind_name(key->kind),
               value_kind_name(value->kind));
    return NULL;
}

static void resolve_reference(struct compiler *cc, struct pending_setting *pending)
{
    const struct path *path = pending->decl->reference;
    size_t last = path->names.count - 1;
    if (last == 0 && !pending->scope->component) {
        diag_error(cc, path->location, "expected 'instance.attribute'");
        return;
    }
    struct instance *source = find_instance(cc, pending->scope, path, last, SEVERITY_ERROR);
    if (!source)
        return;
    struct value *value = resolve_attribute(cc, source, path->names.items[last].text,
                                            path->location, &pending->absent);
    for (size_t i = 0; value && i < pending->decl->keys.count; i++)
        value = apply_key(cc, value, pending->decl->keys.items[i]);
    pending->value = value;
}

static void resolve_pending(struct compiler *cc, struct pending_setting *pending)
{
    if (pending->state == DONE)
        return;
    if (pending->state == EVALUATING) {
        diag_error(cc, pending->decl->location, "this attribute takes its value from itself");
        return;
    }
    pending->state = EVALUATING;
    if (pending->decl->value)
        pending->value = evaluate(cc, pending->decl->value);
    else
        resolve_reference(cc, pending);
    pending->state = DONE;
}

static struct value *resolve_attribute(struct compiler *cc, struct instance *instance,
                                       const char *name, struct location at, bool *absent)
{
    for (size_t i = 0; i < cc->system->pending.count; i++) {
        struct pending_setting *pending = cc->system->pending.items[i];
        if (pending->instance != instance || strcmp(pending->name, name) != 0)
            continue;
        resolve_pending(cc, pending);
        if (pending->value)
            return pending->value;
    }
    const struct attribute_decl *decl = find_attribute(instance->component, name);
    if (decl && decl->initial)
        return evaluate(cc, decl->initial);
    *absent = true;
    if (decl)
        return NULL;
    /* Undeclared and unset: most likely a slip, if it resembles something declared. */
    struct suggestion near = {.name = name};
    for (size_t i = 0; instance->component && i < instance->component->attributes.count; i++)
        suggest(&near, instance->component->attributes.items[i]->name.text);
    if (near.best) {
        diag_error(cc, at, "%s has no attribute '%s'", instance->name, name);
        diag_hint(cc, "did you mean '%s'?", near.best);
    }
    return NULL;
}

static void warn_near_miss(struct compiler *cc, const struct pending_setting *pending)
{
    const struct component_decl *component = pending->instance->component;
    struct suggestion near = {.name = pending->name};
    for (size_t i = 0; i < component->attributes.count; i++)
        suggest(&near, component->attributes.items[i]->name.text);
    /* Names that merely look alike (a1, a2) and attributes of interfaces are no slips. */
    if (!near.best || near.distance > 1 || strlen(pending->name) < 6)
        return;
    for (const char *c = pending->name; *c; c++)
        if (*c >= '0' && *c <= '9')
            return;
    for (size_t i = 0; i < component->interfaces.count; i++) {
        const char *prefix = component->interfaces.items[i]->name.text;
        if (strncmp(pending->name, prefix, strlen(prefix)) == 0)
            return;
    }
    diag_warning(cc, pending->decl->location, "component '%s' declares no attribute '%s'",
                 component->name.text, pending->name);
    diag_hint(cc, "did you mean '%s'?", near.best);
}

static bool are_strings(const struct value *value)
{
    bool strings = value->kind == VALUE_LIST;
    for (size_t i = 0; strings && i < value->items.count; i++)
        strings = value->items.items[i]->kind == VALUE_STRING;
    return strings;
}

/* One list with the strings of both. */
static struct value *joined(struct compiler *cc, const struct value *first,
                            const struct value *second)
{
    struct value *value = value_number(cc, 0, first->location);
    value->kind = VALUE_LIST;
    for (size_t i = 0; i < first->items.count + second->items.count; i++) {
        bool early = i < first->items.count;
        struct value *item =
            early ? first->items.items[i] : second->items.items[i - first->items.count];
        bool known = false;
        for (size_t j = 0; j < value->items.count; j++)
            known |= strcmp(value->items.items[j]->string, item->string) == 0;
        if (!known)
            vec_push(&cc->arena, &value->items, item);
    }
    return value;
}

/*
 * A second setting of an attribute is a mistake, but where one of the two comes from a macro (a
 * library's idea of what is useful) and the other from the description itself: that one counts.
 * What a macro asks for in a list of strings (simple_extra_bootinfo) stays there.
 */
static void store_again(struct compiler *cc, struct setting *setting,
                        const struct pending_setting *pending, struct location at)
{
    bool old_macro = setting->location.unit && source_place(&setting->location).from_macro;
    bool new_macro = at.unit && source_place(&at).from_macro;
    if (old_macro == new_macro) {
        diag_error(cc, at, "duplicate setting for attribute '%s'", pending->name);
        diag_note(cc, setting->location, "it is set here already");
        return;
    }
    struct value *old = setting->value, *new = pending->value;
    if (setting->decl)
        type_accepts(cc, setting->decl->type, setting->decl->array, new, pending->name);
    bool join = are_strings(old) && are_strings(new);
    diag_add(cc, SEVERITY_REMARK, old_macro ? at : setting->location,
             join ? "'%s' is set by a macro as well; it gets the strings of both"
                  : "'%s' is set by a macro as well; what is written here counts",
             pending->name);
    if (join)
        setting->value = old_macro ? joined(cc, new, old) : joined(cc, old, new);
    else if (old_macro)
        setting->value = new;
    if (old_macro)
        setting->location = at;
}

static void store(struct compiler *cc, struct setting_list *list,
                  const struct pending_setting *pending)
{
    struct location at = pending->decl->location;
    /* A reference is mostly a library's; what is wrong with the value is where the value is. */
    if (pending->decl->reference && pending->value->location.unit)
        at = pending->value->location;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, pending->name) == 0) {
            store_again(cc, &list->items[i], pending, at);
            return;
        }
    const struct path *reference = pending->decl->reference;
    struct setting setting = {.name = pending->name,
                              .value = pending->value,
                              .location = at,
                              .source = reference ? path_text(cc, reference, reference->names.count)
                                                  : NULL};
    if (pending->instance) {
        setting.decl = find_attribute(pending->instance->component, pending->name);
        if (setting.decl)
            type_accepts(cc, setting.decl->type, setting.decl->array, setting.value,
                         arena_printf(&cc->arena, "%s.%s", pending->instance->name, pending->name));
        else
            warn_near_miss(cc, pending);
    }
    vec_push(&cc->arena, list, setting);
}

static void add_defaults(struct compiler *cc, struct instance *instance)
{
    for (size_t i = 0; i < instance->component->attributes.count; i++) {
        struct attribute_decl *decl = instance->component->attributes.items[i];
        if (!decl->initial || find_setting(instance, decl->name.text))
            continue;
        struct value *value = evaluate(cc, decl->initial);
        type_accepts(cc, decl->type, decl->array, value, decl->name.text);
        vec_push(&cc->arena, &instance->settings,
                 (struct setting){.name = decl->name.text,
                                  .value = value,
                                  .decl = decl,
                                  .location = decl->name.location,
                                  .is_default = true});
    }
}

static void add_scope(struct compiler *cc, struct instance *scope)
{
    struct inside inside = inside_of(cc, scope);
    for (size_t i = 0; i < inside.configurations.count; i++) {
        struct configuration *configuration = inside.configurations.items[i];
        for (size_t j = 0; j < configuration->settings.count; j++)
            add_pending(cc, scope, configuration->settings.items[j]);
    }
}

void build_settings(struct compiler *cc)
{
    struct system *system = cc->system;
    add_scope(cc, &system->root);
    for (size_t i = 0; i < system->instances.count; i++)
        add_scope(cc, system->instances.items[i]);
    for (size_t i = 0; i < system->pending.count; i++)
        resolve_pending(cc, system->pending.items[i]);
    for (size_t i = 0; i < system->pending.count; i++) {
        struct pending_setting *pending = system->pending.items[i];
        if (!pending->value)
            continue;
        struct connection *connection = pending->connection;
        while (connection && connection->merged)
            connection = connection->merged;
        store(cc, connection ? &connection->settings : &pending->instance->settings, pending);
    }
    for (size_t i = 0; i < system->instances.count; i++)
        add_defaults(cc, system->instances.items[i]);
}
