/* SPDX-License-Identifier: BSD-2-Clause */
#include "value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct value *value_number(struct compiler *cc, int64_t number, struct location at)
{
    struct value *value = arena_alloc(&cc->arena, sizeof(*value));
    value->number = number;
    value->location = at;
    return value;
}

const struct value *value_get(const struct value *dict, const char *key)
{
    for (size_t i = 0; dict && dict->kind == VALUE_DICT && i < dict->keys.count; i++)
        if (strcmp(dict->keys.items[i], key) == 0)
            return dict->items.items[i];
    return NULL;
}

const char *value_kind_name(enum value_kind kind)
{
    static const char *const names[] = {"a number", "a real number", "a string", "a list",
                                        "a dictionary"};
    return names[kind];
}

const char *value_string(const struct value *value)
{
    return value && value->kind == VALUE_STRING ? value->string : NULL;
}

bool value_as_number(const struct value *value, int64_t *number)
{
    if (!value)
        return false;
    if (value->kind == VALUE_NUMBER) {
        *number = value->number;
        return true;
    }
    if (value->kind != VALUE_STRING || value->string[0] < '0' || value->string[0] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(value->string, &end, 0);
    if (*end || errno)
        return false;
    *number = (int64_t)parsed;
    return true;
}

bool value_truth(const struct value *value)
{
    if (!value)
        return false;
    switch (value->kind) {
    case VALUE_NUMBER:
        return value->number != 0;
    case VALUE_REAL:
        return value->real != 0;
    case VALUE_STRING:
        return value->string[0] != '\0';
    default:
        return value->items.count != 0;
    }
}
