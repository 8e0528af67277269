/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes of a connector's declaration; see connector.h and docs/adl.md. */
#include "connector.h"

#include "model.h"
#include <capdl.h>
#include <string.h>

/* The index of `key`'s value among `words`; `missing` where the key is absent, -1 on error. */
static int choice(struct compiler *cc, const struct value *object, const char *key,
                  const char *const *words, int missing)
{
    const struct value *value = value_get(object, key);
    if (!value)
        return missing;
    const char *text = value_string(value);
    for (int i = 0; text && words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    struct text all;
    text_init(&all, &cc->arena);
    for (int i = 0; words[i]; i++)
        text_printf(&all, "%s\"%s\"", i ? ", " : "", words[i]);
    diag_error(cc, value->location, "'%s' must be one of %s", key, all.data);
    return -1;
}

static int rights(struct compiler *cc, const struct value *object, const char *key)
{
    const struct value *value = value_get(object, key);
    if (!value)
        return RIGHTS_ABSENT;
    static const char letters[] = "WRGP";
    static const int bits[] = {CAPDL_WRITE, CAPDL_READ, CAPDL_GRANT, CAPDL_GRANT_REPLY};
    const char *text = value_string(value);
    int result = 0;
    for (; text && *text; text++) {
        const char *found = strchr(letters, *text);
        if (!found) {
            text = NULL;
            break;
        }
        result |= bits[found - letters];
    }
    if (!text)
        diag_error(cc, value->location,
                   "rights are letters of R, W, G (grant) and P (grant reply)");
    return result;
}

static const char *const known_keys[] = {"role",  "type",    "per",  "from",    "to",
                                         "badge", "bind",    "size", "default", "map",
                                         "caps",  "same_as", NULL};

static void check_keys(struct compiler *cc, const struct value *object)
{
    for (size_t i = 0; i < object->keys.count; i++) {
        struct suggestion near = {.name = object->keys.items[i]};
        bool known = false;
        for (size_t j = 0; known_keys[j]; j++) {
            known |= strcmp(known_keys[j], near.name) == 0;
            suggest(&near, known_keys[j]);
        }
        if (known)
            continue;
        diag_error(cc, object->items.items[i]->location,
                   "'%s' is not a key of a connector's object", near.name);
        if (near.best)
            diag_hint(cc, "did you mean '%s'?", near.best);
    }
}

static void add_role(struct compiler *cc, struct connector_spec *spec, const struct value *object)
{
    static const char *const types[] = {"Endpoint", "Notification", "Memory", "DeviceMemory",
                                        "IOPorts",  "IRQ",          NULL};
    static const char *const pers[] = {"connection",    "from",        "to",
                                       "from_instance", "to_instance", NULL};
    static const char *const badges[] = {"none", "client", "global", "interface", NULL};
    static const char *const sides[] = {"none", "from", "to", "both", NULL};
    if (object->kind != VALUE_DICT) {
        diag_error(cc, object->location, "each object is a dictionary {\"role\": …, \"type\": …}");
        return;
    }
    check_keys(cc, object);
    struct role role = {.location = object->location, .map = true};
    role.name = value_string(value_get(object, "role"));
    role.same_as = value_string(value_get(object, "same_as"));
    if (!role.same_as)
        role.same_as = role.name;
    int type = choice(cc, object, "type", types, -2);
    int per = choice(cc, object, "per", pers, PER_CONNECTION);
    int badge = choice(cc, object, "badge", badges, BADGE_NONE);
    int bind = choice(cc, object, "bind", sides, 0);
    int caps = choice(cc, object, "caps", sides, 0);
    if (!role.name)
        diag_error(cc, object->location, "an object needs a \"role\"");
    if (type == -2)
        diag_error(cc, object->location, "an object needs a \"type\"");
    if (!role.name || type < 0 || per < 0 || badge < 0 || bind < 0 || caps < 0)
        return;
    role.type = (enum role_type)type;
    role.per = (enum role_per)per;
    role.by_interface = badge > BADGE_GLOBAL;
    role.badge = role.by_interface ? BADGE_CLIENT : (enum role_badge)badge;
    /* No sender without a badge (layout_connections.c). */
    if (role.badge == BADGE_NONE && (role.type == ROLE_ENDPOINT || role.type == ROLE_NOTIFICATION))
        role.badge = BADGE_CLIENT;
    role.bind_from = bind & 1;
    role.bind_to = bind & 2;
    role.caps_from = caps & 1;
    role.caps_to = caps & 2;
    role.from_rights = rights(cc, object, "from");
    role.to_rights = rights(cc, object, "to");
    role.size_key = value_string(value_get(object, "size"));
    const struct value *unset = value_get(object, "default");
    if (unset && !value_as_number(unset, &role.default_size))
        diag_error(cc, unset->location, "\"default\" is a number of bytes");
    const struct value *map = value_get(object, "map");
    if (map)
        role.map = value_truth(map);
    for (size_t i = 0; i < spec->roles.count; i++)
        if (strcmp(spec->roles.items[i].name, role.name) == 0)
            diag_error(cc, object->location, "the role \"%s\" appears twice", role.name);
    vec_push(&cc->arena, &spec->roles, role);
}

/* The value of an attribute's declaration, checked against its type; NULL where it has none. */
static const struct value *attribute_value(struct compiler *cc, const struct attribute_decl *decl)
{
    if (!decl->initial)
        return NULL;
    const struct value *value = evaluate(cc, decl->initial);
    if (!type_accepts(cc, decl->type, decl->array, value, decl->name.text))
        return NULL;
    return value;
}

/* "buffer notification" */
static void add_api(struct compiler *cc, struct api *api, const struct value *value)
{
    const char *word = value_string(value);
    while (word && *(word += strspn(word, " "))) {
        size_t length = strcspn(word, " ");
        vec_push(&cc->arena, api, arena_strndup(&cc->arena, word, length));
        word += length;
    }
}

static void check_api(struct compiler *cc, const struct connector_decl *connector,
                      const struct api *api)
{
    for (size_t i = 0; i < api->count; i++) {
        if (functions_known(api->items[i]))
            continue;
        diag_error(cc, connector->name.location, "connector '%s' gives unknown functions: '%s'",
                   connector->name.text, api->items[i]);
        diag_hint(cc, "functions of its own need a 'header'");
    }
}

static void add_pairs(struct compiler *cc, struct connector_spec *spec, const struct value *value)
{
    for (size_t i = 0; i < 2 && value->items.count == 2; i++) {
        spec->pairs[i].key = value_string(value_get(value->items.items[i], "key"));
        spec->pairs[i].type = value_string(value_get(value->items.items[i], "type"));
    }
    if (spec->pairs[0].key && spec->pairs[0].type && spec->pairs[1].key && spec->pairs[1].type)
        return;
    diag_error(cc, value->location, "pairs are two of {\"key\": …, \"type\": …}");
    spec->pairs[0].key = NULL;
}

void connector_evaluate(struct compiler *cc, struct connector_decl *connector)
{
    struct connector_spec *spec = arena_alloc(&cc->arena, sizeof(*spec));
    connector->spec = spec;
    spec->stubs = true;
    if (!connector->has_from || !connector->has_to)
        diag_error(cc, connector->name.location, "connector '%s' has no '%s' side",
                   connector->name.text, connector->has_from ? "to" : "from");
    for (size_t i = 0; i < connector->attributes.count; i++) {
        const struct attribute_decl *decl = connector->attributes.items[i];
        const struct value *value = attribute_value(cc, decl);
        const char *name = decl->name.text;
        if (!value)
            continue;
        if (strcmp(name, "symbol") == 0)
            spec->symbol = value_string(value);
        else if (strcmp(name, "refused") == 0)
            spec->refused = value_string(value);
        else if (strcmp(name, "warned") == 0)
            spec->warned = value_string(value);
        else if (strcmp(name, "header") == 0)
            spec->header = value_string(value);
        else if (strcmp(name, "from_api") == 0)
            add_api(cc, &spec->from_api, value);
        else if (strcmp(name, "to_api") == 0)
            add_api(cc, &spec->to_api, value);
        else if (strcmp(name, "stubs") == 0)
            spec->stubs = value_truth(value);
        else if (strcmp(name, "disable_interface_type_checking") == 0)
            spec->any_type = value_truth(value);
        else if (strcmp(name, "pairs") == 0 && value->kind == VALUE_LIST)
            add_pairs(cc, spec, value);
        else if (strcmp(name, "objects") == 0 && value->kind == VALUE_LIST)
            for (size_t j = 0; j < value->items.count; j++)
                add_role(cc, spec, value->items.items[j]);
    }
    if (!spec->header) {
        check_api(cc, connector, &spec->from_api);
        check_api(cc, connector, &spec->to_api);
    }
    /* Without a name of its own a connector does nothing but be there (2018's pseudo-hardware). */
    if (spec->symbol && !*spec->symbol)
        spec->symbol = NULL;
}
