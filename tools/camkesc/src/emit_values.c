/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attributes in C: as constants of their declared types, and all of them, declared or not, as the
 * table that library code looks them up in.
 */
#include "emit.h"
#include <ctype.h>
#include <string.h>

/* Is the backslash here the beginning of an escape that C knows? */
static bool is_escape(const unsigned char *c)
{
    return c[0] == '\\' && c[1] != '\0' &&
           (strchr("abfnrtv\\'01234567", c[1]) || (c[1] == 'x' && isxdigit(c[2])));
}

const char *c_string(struct compiler *cc, const char *text)
{
    struct text out;
    text_init(&out, &cc->arena);
    text_add(&out, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (is_escape(c))
            text_add_bytes(&out, c++, 2);
        else if (*c == '"' || *c == '\\')
            text_printf(&out, "\\%c", *c);
        else if (*c == '\n')
            text_add(&out, "\\n");
        else if (*c < ' ' || *c >= 0x7f || *c == '?')
            text_printf(&out, "\\%03o", *c); /* '?' too: no trigraphs */
        else
            text_add_bytes(&out, c, 1);
    text_add(&out, "\"");
    return out.data;
}

static const char *number_text(struct compiler *cc, int64_t number)
{
    if (number == INT64_MIN)
        return "INT64_MIN";
    return arena_printf(&cc->arena, "%lld", (long long)number);
}

/* --- Constants of declared types --- */

static void emit_initializer(struct compiler *cc, const struct type *type, bool array,
                             const struct value *value, struct text *out);

static void emit_items(struct compiler *cc, const struct type *type, const struct value *list,
                       struct text *out)
{
    text_add(out, "{");
    for (size_t i = 0; list && i < list->items.count; i++) {
        text_add(out, i ? ", " : "");
        emit_initializer(cc, type, false, list->items.items[i], out);
    }
    text_add(out, "}");
}

static void emit_record(struct compiler *cc, const struct struct_decl *record,
                        const struct value *value, struct text *out)
{
    text_add(out, "{");
    bool any = false;
    for (size_t i = 0; i < record->members.count; i++) {
        const struct attribute_decl *member = record->members.items[i];
        const struct value *item = value_get(value, member->name.text);
        if (!item && member->initial)
            item = evaluate(cc, member->initial);
        if (!item)
            continue;
        text_printf(out, "%s.%s = ", any ? ", " : "", member->name.text);
        emit_initializer(cc, member->type, member->array, item, out);
        if (member->array)
            text_printf(out, ", .%s_count = %zu", member->name.text, item->items.count);
        any = true;
    }
    text_add(out, any ? "}" : "0}");
}

static void emit_initializer(struct compiler *cc, const struct type *type, bool array,
                             const struct value *value, struct text *out)
{
    if (array) {
        const char *element = type->kind == TYPE_STRING ? "char *const" : c_type(cc, type);
        if (!value->items.count) {
            text_add(out, "NULL");
            return;
        }
        text_printf(out, "(const %s[])", element);
        emit_items(cc, type, value, out);
        return;
    }
    if (type->kind == TYPE_STRUCT)
        emit_record(cc, type->record, value, out);
    else if (value->kind == VALUE_STRING && type->kind == TYPE_CHAR)
        text_printf(out, "%d", value->string[0]);
    else if (value->kind == VALUE_STRING)
        text_add(out, c_string(cc, value->string));
    else if (value->kind == VALUE_REAL)
        text_printf(out, "%.17g", value->real);
    else if (type->kind == TYPE_INTEGER && type->bits == 32 && type->is_signed)
        /* 0xffffffff is -1 to an int. */
        text_printf(out, "%d", (int)(uint32_t)value->number);
    else
        text_add(out, number_text(cc, value->number));
}

void emit_attribute_value(const struct layout_instance *in, const struct attribute_decl *decl,
                          struct text *out)
{
    const struct setting *setting = find_setting(in->instance, decl->name.text);
    if (!setting || decl->array || decl->type->kind == TYPE_STRUCT)
        return;
    struct text value;
    text_init(&value, &in->cc->arena);
    emit_initializer(in->cc, decl->type, false, setting->value, &value);
    text_printf(out, "#define %s_DEF (%s)\n", decl->name.text, value.data);
}

void emit_attribute_globals(const struct layout_instance *in, struct text *out)
{
    const struct component_decl *component = in->instance->component;
    for (size_t i = 0; i < component->attributes.count; i++) {
        const struct attribute_decl *decl = component->attributes.items[i];
        if (!attribute_has_global(decl))
            continue;
        const struct setting *setting = find_setting(in->instance, decl->name.text);
        const struct value *value = setting ? setting->value : NULL;
        text_printf(out, "%s = ", attribute_declarator(in, decl));
        if (decl->array)
            emit_items(in->cc, decl->type, value, out);
        else if (value)
            emit_initializer(in->cc, decl->type, false, value, out);
        else
            text_add(out, decl->type->kind == TYPE_STRUCT ? "{0}" : "0");
        text_add(out, ";\n");
    }
    if (component->attributes.count)
        text_add(out, "\n");
}

/* --- The table of all attributes --- */

struct value_writer {
    struct compiler *cc;
    struct text *out;
    unsigned next;
};

/* Writes what a value consists of; returns its own initializer. */
static const char *write_value(struct value_writer *w, const struct value *value)
{
    struct arena *arena = &w->cc->arena;
    if (value->kind == VALUE_NUMBER)
        return arena_printf(arena, "{.type = CAMKES_NUMBER, .number = %s}",
                            number_text(w->cc, value->number));
    if (value->kind == VALUE_STRING)
        return arena_printf(arena, "{.type = CAMKES_STRING, .string = %s}",
                            c_string(w->cc, value->string));
    if (value->kind == VALUE_REAL)
        return arena_printf(arena, "{.type = CAMKES_STRING, .string = \"%.17g\"}", value->real);
    bool dict = value->kind == VALUE_DICT;
    const char *type = dict ? "CAMKES_DICT" : "CAMKES_LIST";
    if (!value->items.count)
        return arena_printf(arena, "{.type = %s}", type);
    struct text items;
    text_init(&items, arena);
    for (size_t i = 0; i < value->items.count; i++)
        text_printf(&items, "    %s,\n", write_value(w, value->items.items[i]));
    unsigned id = w->next++;
    text_printf(w->out, "static const struct camkes_value camkes_value_%u[] = {\n%s};\n", id,
                items.data);
    if (!dict)
        return arena_printf(arena, "{.type = %s, .items = camkes_value_%u, .count = %zu}", type, id,
                            value->items.count);
    text_printf(w->out, "static const struct camkes_member camkes_members_%u[] = {\n", id);
    for (size_t i = 0; i < value->items.count; i++)
        text_printf(w->out, "    {%s, &camkes_value_%u[%zu]},\n",
                    c_string(w->cc, value->keys.items[i]), id, i);
    text_add(w->out, "};\n");
    return arena_printf(arena, "{.type = %s, .members = camkes_members_%u, .count = %zu}", type, id,
                        value->items.count);
}

void emit_attribute_values(const struct layout_instance *in, struct text *out)
{
    const struct setting_list *settings = (const struct setting_list *)&in->instance->settings;
    if (!settings->count)
        return;
    struct value_writer w = {.cc = in->cc, .out = out};
    struct text values;
    text_init(&values, &in->cc->arena);
    for (size_t i = 0; i < settings->count; i++)
        text_printf(&values, "    %s,\n", write_value(&w, settings->items[i].value));
    text_printf(out, "static const struct camkes_value camkes_attribute_values[] = {\n%s};\n\n",
                values.data);
    text_add(out, "static const struct camkes_member camkes_attributes[] = {\n");
    for (size_t i = 0; i < settings->count; i++)
        text_printf(out, "    {\"%s\", &camkes_attribute_values[%zu]},\n", settings->items[i].name,
                    i);
    text_add(out, "};\n\n");
}
