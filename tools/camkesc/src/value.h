/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of attributes, and how an expression becomes one. */
#pragma once

#include "compiler.h"

enum value_kind { VALUE_NUMBER, VALUE_REAL, VALUE_STRING, VALUE_LIST, VALUE_DICT };

struct value {
    enum value_kind kind;
    int64_t number;
    double real;
    const char *string;
    struct VEC(struct value *) items; /* of a list or dict */
    struct VEC(const char *) keys;    /* of a dict, beside `items` */
    struct location location;
};

/* evaluate.c: never NULL; after an error message a number 0. */
struct value *evaluate(struct compiler *cc, const struct expr *expr);

struct value *value_number(struct compiler *cc, int64_t number, struct location at);
const struct value *value_get(const struct value *dict, const char *key);
const char *value_kind_name(enum value_kind kind);
/* The string, or NULL (also where `value` is NULL). */
const char *value_string(const struct value *value);
/* A number, or a string that is one ("3", "0x1f"); false for anything else. */
bool value_as_number(const struct value *value, int64_t *number);
bool value_truth(const struct value *value);
