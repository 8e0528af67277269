/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that must be unique: declarations of one kind, and the members of each. */
#include "model.h"
#include <string.h>

static bool twice(struct compiler *cc, const struct name *first, const struct name *second,
                  const char *what)
{
    if (!*first->text || strcmp(first->text, second->text) != 0)
        return false;
    diag_error(cc, second->location, "%s '%s' is declared twice", what, second->text);
    diag_note(cc, first->location, "the first declaration is here");
    return true;
}

/* Names that become C identifiers. */
static void check_c_name(struct compiler *cc, const struct name *name)
{
    static const char *const words[] = {
        "auto",      "break",          "case",    "const",    "continue", "default",  "do",
        "double",    "else",           "enum",    "extern",   "float",    "for",      "goto",
        "if",        "inline",         "int",     "long",     "register", "restrict", "return",
        "short",     "signed",         "sizeof",  "static",   "struct",   "switch",   "typedef",
        "union",     "unsigned",       "void",    "volatile", "while",    "bool",     "true",
        "false",     "NULL",           "asm",     "typeof",   "size_t",   "int8_t",   "int16_t",
        "int32_t",   "int64_t",        "uint8_t", "uint16_t", "uint32_t", "uint64_t", "intptr_t",
        "uintptr_t", "dataport_ptr_t",
    };
    static const char *const prefixes[] = {"camkes_", "CAMKES_", "seL4_", "__"};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcmp(words[i], name->text) == 0)
            diag_error(cc, name->location, "'%s' cannot be a name, because it has a meaning in C",
                       name->text);
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (strncmp(name->text, prefixes[i], strlen(prefixes[i])) == 0)
            diag_error(cc, name->location, "'%s' cannot be a name, because '%s' begins others'",
                       name->text, prefixes[i]);
}

/* In C, an array `a` brings its size along, `a_sz` or `a_count`. */
static void check_size(struct compiler *cc, const struct name *array, const char *suffix,
                       const struct name *name)
{
    size_t length = strlen(array->text);
    if (strncmp(name->text, array->text, length) != 0 || strcmp(name->text + length, suffix) != 0)
        return;
    diag_error(cc, name->location, "'%s' is also the name that the size of '%s' gets", name->text,
               array->text);
    diag_note(cc, array->location, "'%s' is declared here", array->text);
}

static void check_attributes(struct compiler *cc, const struct attribute_list *list,
                             const char *what)
{
    for (size_t i = 0; i < list->count; i++)
        check_c_name(cc, &list->items[i]->name);
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; j < i; j++)
            if (twice(cc, &list->items[j]->name, &list->items[i]->name, what))
                break;
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = 0; list->items[i]->array && j < list->count; j++)
            check_size(cc, &list->items[i]->name, "_count", &list->items[j]->name);
}

/* An attribute and a dataport are both variables of the component. */
static void check_variables(struct compiler *cc, const struct component_decl *component)
{
    for (size_t i = 0; i < component->attributes.count; i++) {
        const struct name *attribute = &component->attributes.items[i]->name;
        for (size_t j = 0; j < component->interfaces.count; j++) {
            const struct interface_decl *interface = component->interfaces.items[j];
            if (interface->kind != INTERFACE_DATAPORT ||
                strcmp(interface->name.text, attribute->text) != 0)
                continue;
            diag_error(cc, attribute->location, "'%s' is an attribute and a dataport",
                       attribute->text);
            diag_note(cc, interface->name.location, "the dataport is declared here");
        }
    }
}

/* Interfaces and locks share one name space: both become C names of the component. */
static void check_component(struct compiler *cc, const struct component_decl *component)
{
    struct VEC(struct name) names = {0};
    for (size_t i = 0; i < component->interfaces.count; i++)
        vec_push(&cc->arena, &names, component->interfaces.items[i]->name);
    for (size_t i = 0; i < component->locks.count; i++)
        vec_push(&cc->arena, &names, component->locks.items[i]->name);
    for (size_t i = 0; i < names.count; i++)
        for (size_t j = 0; j < i; j++)
            if (twice(cc, &names.items[j], &names.items[i], "interface"))
                break;
    for (size_t i = 0; i < names.count; i++)
        check_c_name(cc, &names.items[i]);
    check_attributes(cc, &component->attributes, "attribute");
    check_variables(cc, component);
    if (component->hardware && component->control)
        diag_error(cc, component->name.location, "a hardware component has no thread of control");
    if (component->hardware && component->assembly)
        diag_error(cc, component->name.location, "a hardware component has no components inside");
    for (size_t i = 0; component->hardware && i < component->locks.count; i++)
        diag_error(cc, component->locks.items[i]->name.location,
                   "a hardware component has no locks");
}

static void check_procedure(struct compiler *cc, const struct procedure_decl *procedure)
{
    for (size_t i = 0; i < procedure->methods.count; i++) {
        const struct method *method = procedure->methods.items[i];
        for (size_t j = 0; j < i; j++)
            if (twice(cc, &procedure->methods.items[j]->name, &method->name, "method"))
                break;
        for (size_t a = 0; a < method->parameters.count; a++)
            check_c_name(cc, &method->parameters.items[a]->name);
        for (size_t a = 0; a < method->parameters.count; a++)
            for (size_t b = 0; b < a; b++)
                if (twice(cc, &method->parameters.items[b]->name,
                          &method->parameters.items[a]->name, "parameter"))
                    break;
        for (size_t a = 0; a < method->parameters.count; a++)
            for (size_t b = 0; method->parameters.items[a]->array && b < method->parameters.count;
                 b++)
                check_size(cc, &method->parameters.items[a]->name, "_sz",
                           &method->parameters.items[b]->name);
    }
}

#define CHECK_LIST(list, what)                                                                     \
    for (size_t i = 0; i < (list).count; i++)                                                      \
        for (size_t j = 0; j < i; j++)                                                             \
            if (twice(cc, &(list).items[j]->name, &(list).items[i]->name, what))                   \
                break;

void check_unique_names(struct compiler *cc)
{
    const struct ast *ast = &cc->ast;
    CHECK_LIST(ast->components, "component");
    CHECK_LIST(ast->connectors, "connector");
    CHECK_LIST(ast->procedures, "procedure");
    CHECK_LIST(ast->structs, "struct");
    for (size_t i = 0; i < ast->components.count; i++)
        check_component(cc, ast->components.items[i]);
    for (size_t i = 0; i < ast->procedures.count; i++)
        check_procedure(cc, ast->procedures.items[i]);
    for (size_t i = 0; i < ast->structs.count; i++)
        check_c_name(cc, &ast->structs.items[i]->name);
    for (size_t i = 0; i < ast->structs.count; i++)
        check_attributes(cc, &ast->structs.items[i]->members, "member");
    for (size_t i = 0; i < ast->connectors.count; i++)
        check_attributes(cc, &ast->connectors.items[i]->attributes, "attribute");
}
