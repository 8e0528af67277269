/* SPDX-License-Identifier: BSD-2-Clause */
#include "ast.h"

#include "compiler.h"
#include <string.h>

/* What the language's own and the common C types are. */
static const struct builtin_type {
    const char *name, *c;
    enum type_kind kind;
    unsigned bits;
    bool is_signed;
} builtin_types[] = {
    {"void", "void", TYPE_VOID, 0, false},
    {"int", "int", TYPE_INTEGER, 32, true},
    {"unsigned int", "unsigned int", TYPE_INTEGER, 32, false},
    {"char", "char", TYPE_CHAR, 8, true},
    {"character", "char", TYPE_CHAR, 8, true},
    {"signed char", "signed char", TYPE_INTEGER, 8, true},
    {"unsigned char", "unsigned char", TYPE_INTEGER, 8, false},
    {"string", "char *", TYPE_STRING, 0, false},
    {"bool", "bool", TYPE_BOOL, 1, false},
    {"boolean", "bool", TYPE_BOOL, 1, false},
    {"float", "float", TYPE_REAL, 32, true},
    {"double", "double", TYPE_REAL, 64, true},
    {"real", "double", TYPE_REAL, 64, true},
    {"short", "short", TYPE_INTEGER, 16, true},
    {"long", "long", TYPE_INTEGER, 64, true},
    {"int8_t", "int8_t", TYPE_INTEGER, 8, true},
    {"int16_t", "int16_t", TYPE_INTEGER, 16, true},
    {"int32_t", "int32_t", TYPE_INTEGER, 32, true},
    {"int64_t", "int64_t", TYPE_INTEGER, 64, true},
    {"uint8_t", "uint8_t", TYPE_INTEGER, 8, false},
    {"uint16_t", "uint16_t", TYPE_INTEGER, 16, false},
    {"uint32_t", "uint32_t", TYPE_INTEGER, 32, false},
    {"uint64_t", "uint64_t", TYPE_INTEGER, 64, false},
    {"size_t", "size_t", TYPE_INTEGER, 64, false},
    {"ssize_t", "ssize_t", TYPE_INTEGER, 64, true},
    {"uintptr_t", "uintptr_t", TYPE_INTEGER, 64, false},
    {"intptr_t", "intptr_t", TYPE_INTEGER, 64, true},
};

struct type *ast_type(struct compiler *cc, const char *name, struct location at)
{
    struct type *type = arena_alloc(&cc->arena, sizeof(*type));
    type->name = name;
    type->location = at;
    type->kind = TYPE_C;
    type->c = name;
    for (size_t i = 0; i < ARRAY_SIZE(builtin_types); i++) {
        const struct builtin_type *builtin = &builtin_types[i];
        if (strcmp(name, builtin->name) == 0) {
            type->kind = builtin->kind;
            type->c = builtin->c;
            type->bits = builtin->bits;
            type->is_signed = builtin->is_signed;
        }
    }
    return type;
}

struct struct_decl *ast_new_struct(struct compiler *cc, struct name name,
                                   const struct attribute_list *members)
{
    struct struct_decl *record = arena_alloc(&cc->arena, sizeof(*record));
    *record = (struct struct_decl){.name = name, .members = *members};
    return record;
}

struct interface_decl *ast_new_interface(struct compiler *cc, enum interface_kind kind, bool maybe,
                                         struct name type, struct name name)
{
    struct interface_decl *interface = arena_alloc(&cc->arena, sizeof(*interface));
    *interface = (struct interface_decl){.kind = kind, .maybe = maybe, .type = type, .name = name};
    return interface;
}

struct assembly *ast_inside(struct compiler *cc, struct component_decl *component)
{
    if (!component->assembly)
        component->assembly = arena_alloc(&cc->arena, sizeof(*component->assembly));
    return component->assembly;
}

struct expr *ast_expr(struct compiler *cc, enum expr_kind kind, struct location at)
{
    struct expr *expr = arena_alloc(&cc->arena, sizeof(*expr));
    expr->kind = kind;
    expr->location = at;
    expr->depth = 1;
    return expr;
}

struct expr *ast_operation(struct compiler *cc, enum operator_kind op, struct expr *a,
                           struct expr *b, struct location at)
{
    struct expr *expr = ast_expr(cc, b ? EXPR_BINARY : EXPR_UNARY, at);
    expr->op = op;
    expr->a = a;
    expr->b = b;
    expr->depth = 1 + (b ? MAX(a->depth, b->depth) : a->depth);
    return ast_limit(cc, expr);
}

struct expr *ast_conditional(struct compiler *cc, struct expr *condition, struct expr *yes,
                             struct expr *no, struct location at)
{
    struct expr *expr = ast_expr(cc, EXPR_CONDITIONAL, at);
    expr->a = condition;
    expr->b = yes;
    expr->c = no;
    expr->depth = 1 + MAX(condition->depth, MAX(yes->depth, no->depth));
    return ast_limit(cc, expr);
}

void ast_add_item(struct compiler *cc, struct expr *list, struct expr *item)
{
    list->depth = MAX(list->depth, item->depth + 1);
    vec_push(&cc->arena, &list->items, item);
}

struct expr *ast_limit(struct compiler *cc, struct expr *expr)
{
    if (expr->depth <= MAX_EXPR_DEPTH)
        return expr;
    diag_error(cc, expr->location, "this expression is nested too deeply");
    return ast_expr(cc, EXPR_NUMBER, expr->location);
}

const char *interface_kind_word(enum interface_kind kind)
{
    static const char *const words[] = {"uses", "provides", "emits", "consumes", "dataport"};
    return words[kind];
}

const char *lock_kind_word(enum lock_kind kind)
{
    static const char *const words[] = {"mutex", "semaphore", "binary_semaphore"};
    return words[kind];
}

const char *path_text(struct compiler *cc, const struct path *path, size_t count)
{
    struct text text;
    text_init(&text, &cc->arena);
    for (size_t i = 0; i < count && i < path->names.count; i++)
        text_printf(&text, "%s%s", i ? "." : "", path->names.items[i].text);
    return text.data;
}

struct struct_decl *ast_struct(struct compiler *cc, const char *name)
{
    for (size_t i = 0; i < cc->ast.structs.count; i++)
        if (strcmp(cc->ast.structs.items[i]->name.text, name) == 0)
            return cc->ast.structs.items[i];
    return NULL;
}

/* Reports an unknown name; `what` in the singular. */
static void unknown(struct compiler *cc, const struct name *name, const char *what,
                    const struct suggestion *near)
{
    diag_error(cc, name->location, "unknown %s '%s'", what, name->text);
    if (near->best)
        diag_hint(cc, "did you mean '%s'?", near->best);
    else
        diag_hint(cc, "is an 'import' of the file that declares it missing?");
}

/* A look-up by name in one list of the tree, or an error that suggests a near one. */
#define FIND_OR_ERROR(cc, list, name, what)                                                        \
    do {                                                                                           \
        struct suggestion near = {.name = (name)->text};                                           \
        for (size_t i = 0; i < (list)->count; i++) {                                               \
            if (strcmp((list)->items[i]->name.text, (name)->text) == 0)                            \
                return (list)->items[i];                                                           \
            suggest(&near, (list)->items[i]->name.text);                                           \
        }                                                                                          \
        unknown(cc, name, what, &near);                                                            \
        return NULL;                                                                               \
    } while (0)

struct component_decl *ast_component_or_error(struct compiler *cc, const struct name *name)
{
    FIND_OR_ERROR(cc, &cc->ast.components, name, "component");
}

struct connector_decl *ast_connector_or_error(struct compiler *cc, const struct name *name)
{
    FIND_OR_ERROR(cc, &cc->ast.connectors, name, "connector");
}

struct procedure_decl *ast_procedure_or_error(struct compiler *cc, const struct name *name)
{
    FIND_OR_ERROR(cc, &cc->ast.procedures, name, "procedure");
}
