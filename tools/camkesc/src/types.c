/* SPDX-License-Identifier: BSD-2-Clause */
/* Types of attributes and parameters: names to declarations, and whether a value fits. */
#include "model.h"
#include <string.h>

static void resolve_attributes(struct compiler *cc, struct attribute_list *list, unsigned depth);

static void resolve_type(struct compiler *cc, struct type *type, unsigned depth)
{
    if (type->kind == TYPE_STRUCT && type->record) {
        if (depth > 32)
            diag_error(cc, type->location, "structs are nested too deeply");
        else
            resolve_attributes(cc, &type->record->members, depth + 1);
        return;
    }
    if (type->kind != TYPE_STRUCT && type->kind != TYPE_C)
        return;
    type->record = ast_struct(cc, type->name);
    if (type->record)
        type->kind = TYPE_STRUCT;
    else if (type->kind == TYPE_STRUCT) {
        diag_error(cc, type->location, "unknown struct '%s'", type->name);
        type->kind = TYPE_C;
    }
}

static void resolve_attributes(struct compiler *cc, struct attribute_list *list, unsigned depth)
{
    for (size_t i = 0; i < list->count; i++)
        resolve_type(cc, list->items[i]->type, depth);
}

/* A struct that holds itself has no size. */
static bool contains_itself(struct compiler *cc, struct struct_decl *record, unsigned depth)
{
    if (record->sound)
        return false;
    if (record->checking || depth > 64)
        return true;
    record->checking = true;
    bool found = false;
    for (size_t i = 0; i < record->members.count && !found; i++) {
        struct type *type = record->members.items[i]->type;
        if (type->kind == TYPE_STRUCT && type->record)
            found = contains_itself(cc, type->record, depth + 1);
    }
    record->checking = false;
    record->sound = !found;
    return found;
}

void resolve_types(struct compiler *cc)
{
    struct ast *ast = &cc->ast;
    for (size_t i = 0; i < ast->structs.count; i++)
        resolve_attributes(cc, &ast->structs.items[i]->members, 0);
    for (size_t i = 0; i < ast->structs.count; i++) {
        struct struct_decl *record = ast->structs.items[i];
        if (contains_itself(cc, record, 0)) {
            diag_error(cc, record->name.location, "struct '%s' contains itself", record->name.text);
            record->members.count = 0;
        }
    }
    for (size_t i = 0; i < ast->components.count; i++)
        resolve_attributes(cc, &ast->components.items[i]->attributes, 0);
    for (size_t i = 0; i < ast->connectors.count; i++)
        resolve_attributes(cc, &ast->connectors.items[i]->attributes, 0);
    for (size_t i = 0; i < ast->procedures.count; i++) {
        struct procedure_decl *procedure = ast->procedures.items[i];
        resolve_attributes(cc, &procedure->attributes, 0);
        for (size_t j = 0; j < procedure->methods.count; j++) {
            struct method *method = procedure->methods.items[j];
            resolve_type(cc, method->result, 0);
            for (size_t k = 0; k < method->parameters.count; k++)
                resolve_type(cc, method->parameters.items[k]->type, 0);
        }
    }
}

static bool wrong_type(struct compiler *cc, const struct value *value, const char *what,
                       const char *expected)
{
    diag_error(cc, value->location, "%s must be %s, this is %s", what, expected,
               value_kind_name(value->kind));
    return false;
}

static bool integer_fits(struct compiler *cc, const struct type *type, const struct value *value,
                         const char *what)
{
    if (value->kind != VALUE_NUMBER)
        return wrong_type(cc, value, what, "a number");
    /* 64-bit values are kept as bits: 0xffffffffffffffff and -1 are the same. */
    if (type->bits >= 64)
        return true;
    int64_t high =
        type->kind == TYPE_BOOL ? 1 : (int64_t)BIT(type->is_signed ? type->bits - 1 : type->bits);
    int64_t low = type->is_signed ? -high : 0;
    if (type->kind != TYPE_BOOL)
        high--;
    /* A signed type takes the hexadecimal spelling of its bits as well, as C does. */
    if (type->is_signed && type->bits == 32)
        high = UINT32_MAX;
    if (value->number >= low && value->number <= high)
        return true;
    diag_error(cc, value->location, "%s is %lld, which does not fit in %s", what,
               (long long)value->number, type->c);
    return false;
}

static bool struct_accepts(struct compiler *cc, const struct type *type, const struct value *value,
                           const char *what)
{
    /* A struct without members stands for whatever there is. */
    if (type->record->members.count == 0)
        return true;
    if (value->kind != VALUE_DICT)
        return wrong_type(cc, value, what, "a dictionary {\"member\": value, …}");
    bool ok = true;
    for (size_t i = 0; i < value->keys.count; i++) {
        struct suggestion near = {.name = value->keys.items[i]};
        struct attribute_decl *member = NULL;
        for (size_t j = 0; j < type->record->members.count && !member; j++) {
            suggest(&near, type->record->members.items[j]->name.text);
            if (strcmp(type->record->members.items[j]->name.text, near.name) == 0)
                member = type->record->members.items[j];
        }
        if (!member) {
            diag_error(cc, value->items.items[i]->location, "%s has no member '%s'", what,
                       near.name);
            if (near.best)
                diag_hint(cc, "did you mean '%s'?", near.best);
            ok = false;
            continue;
        }
        const char *inner = arena_printf(&cc->arena, "%s.%s", what, near.name);
        ok &= type_accepts(cc, member->type, member->array, value->items.items[i], inner);
    }
    return ok;
}

bool type_accepts(struct compiler *cc, struct type *type, bool array, const struct value *value,
                  const char *what)
{
    if (array) {
        if (value->kind != VALUE_LIST)
            return wrong_type(cc, value, what, "a list");
        bool ok = true;
        for (size_t i = 0; i < value->items.count; i++)
            ok &= type_accepts(cc, type, false, value->items.items[i],
                               arena_printf(&cc->arena, "%s[%zu]", what, i));
        return ok;
    }
    switch (type->kind) {
    case TYPE_INTEGER:
    case TYPE_BOOL:
        return integer_fits(cc, type, value, what);
    case TYPE_CHAR:
        if (value->kind == VALUE_STRING && strlen(value->string) == 1)
            return true;
        return integer_fits(cc, type, value, what);
    case TYPE_REAL:
        return value->kind == VALUE_REAL || value->kind == VALUE_NUMBER ||
               wrong_type(cc, value, what, "a number");
    case TYPE_STRING:
        return value->kind == VALUE_STRING || wrong_type(cc, value, what, "a string");
    case TYPE_STRUCT:
        return struct_accepts(cc, type, value, what);
    case TYPE_C:
        if (diag_has_error(cc, type->location))
            return false; /* a struct that is not known */
        /* Only the C compiler knows; a scalar it can judge by itself. */
        return value->kind == VALUE_NUMBER || value->kind == VALUE_REAL ||
               value->kind == VALUE_STRING || wrong_type(cc, value, what, "a number or a string");
    case TYPE_VOID:
        return wrong_type(cc, value, what, "nothing");
    }
    return true;
}
