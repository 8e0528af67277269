/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expressions to values, with C's operators on 64-bit signed numbers and doubles, and `**`.
 * Overflow is an error, not a surprise; an operation on unsigned 64-bit constants that C would
 * allow (~0, 1 << 63, 0xffffffffffffffff) works on the bits.
 */
#include "value.h"

#include <math.h>
#include <string.h>

static struct value *new_value(struct compiler *cc, enum value_kind kind, struct location at)
{
    struct value *value = value_number(cc, 0, at);
    value->kind = kind;
    return value;
}

static struct value *overflow(struct compiler *cc, struct location at)
{
    diag_error(cc, at, "the result does not fit in 64 bits");
    return value_number(cc, 0, at);
}

static struct value *power(struct compiler *cc, int64_t base, int64_t exponent, struct location at)
{
    if (exponent < 0) {
        diag_error(cc, at, "a negative exponent");
        return value_number(cc, 0, at);
    }
    int64_t result = 1;
    /* -1, 0 and 1 never overflow, whatever the exponent. */
    if (base >= -1 && base <= 1)
        return value_number(cc, exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base, at);
    for (; exponent > 0; exponent--)
        if (__builtin_mul_overflow(result, base, &result))
            return overflow(cc, at);
    return value_number(cc, result, at);
}

static struct value *shift(struct compiler *cc, enum operator_kind op, int64_t a, int64_t by,
                           struct location at)
{
    if (by < 0 || by > 63) {
        diag_error(cc, at, "a shift by %lld bits", (long long)by);
        diag_hint(cc, "0 to 63 are possible");
        return value_number(cc, 0, at);
    }
    uint64_t bits = (uint64_t)a;
    return value_number(cc, op == OP_SHL ? (int64_t)(bits << by) : a >> by, at);
}

static struct value *integers(struct compiler *cc, enum operator_kind op, int64_t a, int64_t b,
                              struct location at)
{
    int64_t r = 0;
    switch (op) {
    case OP_ADD:
        return __builtin_add_overflow(a, b, &r) ? overflow(cc, at) : value_number(cc, r, at);
    case OP_SUB:
        return __builtin_sub_overflow(a, b, &r) ? overflow(cc, at) : value_number(cc, r, at);
    case OP_MUL:
        return __builtin_mul_overflow(a, b, &r) ? overflow(cc, at) : value_number(cc, r, at);
    case OP_DIV:
    case OP_MOD:
        if (b == 0) {
            diag_error(cc, at, "division by zero");
            return value_number(cc, 0, at);
        }
        if (b == -1)
            return op == OP_MOD                                ? value_number(cc, 0, at)
                   : __builtin_sub_overflow((int64_t)0, a, &r) ? overflow(cc, at)
                                                               : value_number(cc, r, at);
        return value_number(cc, op == OP_DIV ? a / b : a % b, at);
    case OP_POW:
        return power(cc, a, b, at);
    case OP_SHL:
    case OP_SHR:
        return shift(cc, op, a, b, at);
    case OP_AND:
        return value_number(cc, a & b, at);
    case OP_OR:
        return value_number(cc, a | b, at);
    case OP_XOR:
        return value_number(cc, a ^ b, at);
    case OP_EQ:
        return value_number(cc, a == b, at);
    case OP_NE:
        return value_number(cc, a != b, at);
    case OP_LT:
        return value_number(cc, a < b, at);
    case OP_LE:
        return value_number(cc, a <= b, at);
    case OP_GT:
        return value_number(cc, a > b, at);
    case OP_GE:
        return value_number(cc, a >= b, at);
    default:
        return value_number(cc, 0, at);
    }
}

static struct value *reals(struct compiler *cc, enum operator_kind op, double a, double b,
                           struct location at)
{
    struct value *value = new_value(cc, VALUE_REAL, at);
    switch (op) {
    case OP_ADD:
        value->real = a + b;
        return value;
    case OP_SUB:
        value->real = a - b;
        return value;
    case OP_MUL:
        value->real = a * b;
        return value;
    case OP_DIV:
        value->real = a / b;
        return value;
    case OP_POW:
        value->real = pow(a, b);
        return value;
    case OP_EQ:
        return value_number(cc, a == b, at);
    case OP_NE:
        return value_number(cc, a != b, at);
    case OP_LT:
        return value_number(cc, a < b, at);
    case OP_LE:
        return value_number(cc, a <= b, at);
    case OP_GT:
        return value_number(cc, a > b, at);
    case OP_GE:
        return value_number(cc, a >= b, at);
    default:
        diag_error(cc, at, "this operator takes whole numbers only");
        return value_number(cc, 0, at);
    }
}

static bool is_numeric(const struct value *value)
{
    return value->kind == VALUE_NUMBER || value->kind == VALUE_REAL;
}

static double as_real(const struct value *value)
{
    return value->kind == VALUE_REAL ? value->real : (double)value->number;
}

static struct value *binary(struct compiler *cc, const struct expr *expr)
{
    struct value *a = evaluate(cc, expr->a);
    if (expr->op == OP_LAND || expr->op == OP_LOR) {
        /* As in C, the right side counts only where the left one leaves it open. */
        bool truth = value_truth(a);
        if (truth == (expr->op == OP_LAND))
            truth = value_truth(evaluate(cc, expr->b));
        return value_number(cc, truth, expr->location);
    }
    struct value *b = evaluate(cc, expr->b);
    bool compare = expr->op == OP_EQ || expr->op == OP_NE;
    if (compare && a->kind == VALUE_STRING && b->kind == VALUE_STRING)
        return value_number(cc, (strcmp(a->string, b->string) == 0) == (expr->op == OP_EQ),
                            expr->location);
    if (!is_numeric(a) || !is_numeric(b)) {
        const struct value *bad = is_numeric(a) ? b : a;
        diag_error(cc, bad->location, "%s cannot be calculated with", value_kind_name(bad->kind));
        return value_number(cc, 0, expr->location);
    }
    if (a->kind == VALUE_REAL || b->kind == VALUE_REAL)
        return reals(cc, expr->op, as_real(a), as_real(b), expr->location);
    return integers(cc, expr->op, a->number, b->number, expr->location);
}

static struct value *unary(struct compiler *cc, const struct expr *expr)
{
    struct value *a = evaluate(cc, expr->a);
    if (expr->op == OP_NOT)
        return value_number(cc, !value_truth(a), expr->location);
    if (!is_numeric(a) || (a->kind == VALUE_REAL && expr->op == OP_INVERT)) {
        diag_error(cc, a->location, "%s cannot be calculated with", value_kind_name(a->kind));
        return value_number(cc, 0, expr->location);
    }
    if (a->kind == VALUE_REAL) {
        struct value *value = new_value(cc, VALUE_REAL, expr->location);
        value->real = expr->op == OP_NEG ? -a->real : a->real;
        return value;
    }
    if (expr->op == OP_NEG)
        return value_number(cc, (int64_t)(0 - (uint64_t)a->number), expr->location);
    return value_number(cc, expr->op == OP_INVERT ? ~a->number : a->number, expr->location);
}

static struct value *dict(struct compiler *cc, const struct expr *expr)
{
    struct value *value = new_value(cc, VALUE_DICT, expr->location);
    for (size_t i = 0; i + 1 < expr->items.count; i += 2) {
        struct value *key = evaluate(cc, expr->items.items[i]);
        const char *text = key->string;
        if (key->kind == VALUE_NUMBER) {
            text = arena_printf(&cc->arena, "%lld", (long long)key->number);
        } else if (key->kind != VALUE_STRING) {
            diag_error(cc, key->location, "a key must be a string, this is %s",
                       value_kind_name(key->kind));
            continue;
        }
        if (value_get(value, text)) {
            diag_error(cc, expr->items.items[i]->location, "the key \"%s\" appears twice", text);
            continue;
        }
        vec_push(&cc->arena, &value->keys, text);
        vec_push(&cc->arena, &value->items, evaluate(cc, expr->items.items[i + 1]));
    }
    return value;
}

struct value *evaluate(struct compiler *cc, const struct expr *expr)
{
    struct value *value;
    switch (expr->kind) {
    case EXPR_NUMBER:
        return value_number(cc, expr->number, expr->location);
    case EXPR_FLOAT:
        value = new_value(cc, VALUE_REAL, expr->location);
        value->real = expr->real;
        return value;
    case EXPR_STRING:
        value = new_value(cc, VALUE_STRING, expr->location);
        value->string = expr->string;
        return value;
    case EXPR_LIST:
        value = new_value(cc, VALUE_LIST, expr->location);
        for (size_t i = 0; i < expr->items.count; i++)
            vec_push(&cc->arena, &value->items, evaluate(cc, expr->items.items[i]));
        return value;
    case EXPR_DICT:
        return dict(cc, expr);
    case EXPR_UNARY:
        return unary(cc, expr);
    case EXPR_BINARY:
        return binary(cc, expr);
    case EXPR_CONDITIONAL:
        return evaluate(cc, value_truth(evaluate(cc, expr->a)) ? expr->b : expr->c);
    case EXPR_NAME:
        diag_error(cc, expr->location, "'%s' is not a value", expr->string);
        diag_hint(
            cc,
            "a string needs quotes; to take another attribute's value write '<-' instead of '='; "
            "is a macro's #include missing?");
        return value_number(cc, 0, expr->location);
    case EXPR_QUERY:
        diag_error(cc, expr->location,
                   "'%s(…)' asks a device tree, which an x86 machine does not have", expr->string);
        return value_number(cc, 0, expr->location);
    }
    return value_number(cc, 0, expr->location);
}
