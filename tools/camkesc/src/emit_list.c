/* SPDX-License-Identifier: BSD-2-Clause */
/* --list: what CMake must know at configure time. */
#include "emit.h"
#include <string.h>

/* A CMake bracket argument takes anything but its own end. */
static void add_list(struct text *out, const char *name, const char *const *items, size_t count)
{
    text_printf(out, "set(%s [==[", name);
    for (size_t i = 0; i < count; i++)
        text_printf(out, "%s%s", i ? ";" : "", items[i]);
    text_add(out, "]==])\n");
}

/* "file:line", for messages of CMake code that checks settings. */
static const char *place_text(struct compiler *cc, struct location at)
{
    if (!at.unit)
        return cc->options.input;
    struct place place = source_place(&at);
    return arena_printf(&cc->arena, "%s:%u", place.file->path, place.line);
}

static void add_string(struct text *out, const char *name, const struct value *value)
{
    const char *string = value_string(value);
    if (string && !strstr(string, "]==]"))
        text_printf(out, "set(%s [==[%s]==])\n", name, string);
}

/* The strings in a list of dictionaries: …_0_key. */
static void add_strings(struct compiler *cc, const char *name, const struct value *list,
                        struct text *out)
{
    for (size_t i = 0; list->kind == VALUE_LIST && i < list->items.count; i++) {
        const struct value *dict = list->items.items[i];
        for (size_t k = 0; dict->kind == VALUE_DICT && k < dict->keys.count; k++)
            add_string(out, arena_printf(&cc->arena, "%s_%zu_%s", name, i, dict->keys.items[k]),
                       dict->items.items[k]);
    }
}

/* What CMake code may want to check: what is set to more than nothing, and what is not set. */
static void add_settings(struct compiler *cc, const struct instance *instance, struct text *out)
{
    struct VEC(const char *) unset = {0};
    const char *name = instance->c_name;
    text_printf(out, "set(CAMKES_%s_PLACE [==[%s]==])\n", name, place_text(cc, instance->location));
    for (size_t i = 0; i < instance->settings.count; i++) {
        const struct setting *setting = &instance->settings.items[i];
        if (setting->is_default || !value_truth(setting->value))
            continue;
        text_printf(out, "set(CAMKES_%s_PLACE_%s [==[%s]==])\n", name, setting->name,
                    place_text(cc, setting->location));
        const char *value = arena_printf(&cc->arena, "CAMKES_%s_VALUE_%s", name, setting->name);
        add_string(out, value, setting->value);
        add_strings(cc, value, setting->value, out);
    }
    for (size_t i = 0; i < instance->component->attributes.count; i++) {
        const char *attribute = instance->component->attributes.items[i]->name.text;
        if (!find_setting(instance, attribute))
            vec_push(&cc->arena, &unset, attribute);
    }
    add_list(out, arena_printf(&cc->arena, "CAMKES_%s_UNSET", name), unset.items, unset.count);
}

void emit_list(struct compiler *cc, struct text *out)
{
    struct VEC(const char *) names = {0};
    for (size_t i = 0; i < cc->layout->instances.count; i++)
        vec_push(&cc->arena, &names, cc->layout->instances.items[i]->instance->c_name);
    text_add(out, "# Written by camkesc: the programs that the system consists of.\n");
    add_list(out, "CAMKES_INSTANCES", names.items, names.count);
    for (size_t i = 0; i < cc->layout->instances.count; i++) {
        const struct instance *instance = cc->layout->instances.items[i]->instance;
        text_printf(out, "set(CAMKES_%s_COMPONENT [==[%s]==])\n", instance->c_name,
                    instance->component->name.text);
        add_settings(cc, instance, out);
    }
    add_list(out, "CAMKES_INPUTS", cc->inputs.items, cc->inputs.count);
}
