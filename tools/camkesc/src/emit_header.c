/* SPDX-License-Identifier: BSD-2-Clause */
/* camkes.h of one instance: the C interface of its component. */
#include "emit.h"
#include <string.h>

const char *c_type(struct compiler *cc, const struct type *type)
{
    if (type->kind == TYPE_STRUCT && type->record)
        return arena_printf(&cc->arena, "struct %s",
                            type->record->c_name ? type->record->c_name : type->name);
    return type->c;
}

bool is_live(const struct interface *interface)
{
    return interface->end && interface->end->connection->connector->spec->symbol;
}

bool has_rpc(const struct interface *interface)
{
    if (!is_live(interface) || !interface->decl->procedure)
        return false;
    const struct connector_decl *connector = interface->end->connection->connector;
    return connector->spec->stubs && !connector->from.hardware && !connector->to.hardware;
}

const struct api *interface_api(const struct interface *interface)
{
    const struct connector_spec *spec = interface->end->connection->connector->spec;
    return interface->end->from ? &spec->from_api : &spec->to_api;
}

/* --- Types --- */

static void emit_struct(struct compiler *cc, struct struct_decl *record, const char *fallback,
                        struct text *out);

static void emit_type(struct compiler *cc, const struct type *type, const char *fallback,
                      struct text *out)
{
    if (type->kind == TYPE_STRUCT && type->record)
        emit_struct(cc, type->record, fallback, out);
}

/* Once for each header, after those that it contains. */
static void emit_struct(struct compiler *cc, struct struct_decl *record, const char *fallback,
                        struct text *out)
{
    if (record->emitted == cc->header_number)
        return;
    record->emitted = cc->header_number;
    record->c_name = *record->name.text ? record->name.text : fallback;
    for (size_t i = 0; i < record->members.count; i++) {
        const struct attribute_decl *member = record->members.items[i];
        emit_type(cc, member->type,
                  arena_printf(&cc->arena, "%s_%s", record->c_name, member->name.text), out);
    }
    text_printf(out, "\nstruct %s {\n", record->c_name);
    for (size_t i = 0; i < record->members.count; i++) {
        const struct attribute_decl *member = record->members.items[i];
        const char *name = member->name.text;
        bool string = member->type->kind == TYPE_STRING;
        const char *type = string ? "const char *" : c_type(cc, member->type);
        if (member->array)
            text_printf(out, string ? "    %sconst *%s;\n" : "    const %s *%s;\n", type, name);
        else
            text_printf(out, string ? "    %s%s;\n" : "    %s %s;\n", type, name);
        if (member->array)
            text_printf(out, "    size_t %s_count;\n", name);
    }
    if (record->members.count == 0)
        text_add(out, "    char unused;\n");
    text_add(out, "};\n");
}

/* --- Attributes --- */

bool attribute_has_global(const struct attribute_decl *decl)
{
    /* A dictionary of unknown members has no C type; it is in the table of attributes only. */
    return !(decl->type->kind == TYPE_STRUCT &&
             (!decl->type->record || decl->type->record->members.count == 0)) &&
           decl->type->kind != TYPE_VOID;
}

static size_t attribute_length(const struct layout_instance *in, const struct attribute_decl *decl)
{
    const struct setting *setting = find_setting(in->instance, decl->name.text);
    return setting ? setting->value->items.count : 0;
}

const char *attribute_declarator(const struct layout_instance *in,
                                 const struct attribute_decl *decl)
{
    struct compiler *cc = in->cc;
    const char *type = c_type(cc, decl->type);
    if (decl->type->kind == TYPE_STRING)
        type = "char *const";
    const char *length = "";
    if (decl->array)
        length = arena_printf(&cc->arena, "[%zu]", attribute_length(in, decl));
    return arena_printf(&cc->arena, "const %s %s%s", type, decl->name.text, length);
}

static void emit_attributes(const struct layout_instance *in, struct text *out)
{
    const struct component_decl *component = in->instance->component;
    for (size_t i = 0; i < component->attributes.count; i++)
        emit_type(
            in->cc, component->attributes.items[i]->type,
            arena_printf(&in->cc->arena, "camkes_%s", component->attributes.items[i]->name.text),
            out);
    if (component->attributes.count)
        text_add(out,
                 "\n/* Attributes; CAMKES_CONST_ATTR(a) is the value itself, for array sizes. */\n"
                 "#ifndef CAMKES_CONST_ATTR\n"
                 "#define CAMKES_CONST_ATTR(attribute) attribute##_DEF\n#endif\n");
    for (size_t i = 0; i < component->attributes.count; i++) {
        const struct attribute_decl *decl = component->attributes.items[i];
        if (!attribute_has_global(decl))
            continue;
        text_printf(out, "extern %s;\n", attribute_declarator(in, decl));
        emit_attribute_value(in, decl, out);
        if (decl->array)
            text_printf(out, "static const size_t %s_count = %zu;\n", decl->name.text,
                        attribute_length(in, decl));
    }
}

/* --- Procedures --- */

static const char *parameter_text(struct compiler *cc, const struct parameter *p,
                                  const char *prefix)
{
    const char *type = c_type(cc, p->type);
    const char *space = type[strlen(type) - 1] == '*' ? "" : " ";
    const char *name = arena_printf(&cc->arena, "%s%s", prefix, p->name.text);
    bool out = p->direction == DIRECTION_OUT || p->direction == DIRECTION_INOUT;
    const char *constant = p->type->kind == TYPE_STRING && !p->array ? "const " : "";
    if (p->array && (out || p->direction == DIRECTION_REFIN))
        return arena_printf(&cc->arena, "%ssize_t *%s_sz, %s%s**%s", out ? "" : "const ", name,
                            type, space, name);
    if (p->array)
        return p->type->kind == TYPE_STRING
                   ? arena_printf(&cc->arena, "size_t %s_sz, char **%s", name, name)
                   : arena_printf(&cc->arena, "size_t %s_sz, const %s%s*%s", name, type, space,
                                  name);
    if (out)
        return arena_printf(&cc->arena, "%s%s*%s", type, space, name);
    if (p->direction == DIRECTION_REFIN)
        return p->type->kind == TYPE_STRING
                   ? arena_printf(&cc->arena, "char *const *%s", name)
                   : arena_printf(&cc->arena, "const %s%s*%s", type, space, name);
    return arena_printf(&cc->arena, "%s%s%s%s", constant, type, space, name);
}

const char *c_prototype(struct compiler *cc, const struct interface *interface,
                        const struct method *method, const char *prefix)
{
    struct text text;
    const char *type = c_type(cc, method->result);
    text_init(&text, &cc->arena);
    text_printf(&text, "%s%s%s_%s(", type, type[strlen(type) - 1] == '*' ? "" : " ",
                interface->decl->name.text, method->name.text);
    for (size_t i = 0; i < method->parameters.count; i++)
        text_printf(&text, "%s%s", i ? ", " : "",
                    parameter_text(cc, method->parameters.items[i], prefix));
    text_add(&text, method->parameters.count ? ")" : "void)");
    return text.data;
}

#define WEAK " __attribute__((weak))"

static void emit_procedure(struct compiler *cc, const struct interface *interface, struct text *out)
{
    const struct procedure_decl *procedure = interface->decl->procedure;
    bool uses = interface->decl->kind == INTERFACE_USES;
    bool stubs = has_rpc(interface);
    if (uses && is_live(interface) && !stubs)
        return; /* the connector's own functions instead */
    for (size_t i = 0; procedure && i < procedure->methods.count; i++) {
        const struct method *method = procedure->methods.items[i];
        emit_type(cc, method->result, "", out);
        for (size_t j = 0; j < method->parameters.count; j++)
            emit_type(cc, method->parameters.items[j]->type, "", out);
        text_printf(out, "%s%s;\n", c_prototype(cc, interface, method, ""),
                    uses && !stubs ? WEAK : "");
    }
    if (!uses && stubs)
        text_printf(out, "seL4_Word %s_get_sender_id(void);\n", interface->decl->name.text);
}

/* --- Interfaces --- */

static void emit_dataport_variable(struct compiler *cc, const struct interface *interface,
                                   struct text *out)
{
    const char *name = interface->decl->name.text, *type = interface->decl->type.text;
    const char *weak = is_live(interface) ? "" : WEAK;
    if (strcmp(type, "Buf") == 0) {
        text_printf(out, "extern void *%s%s;\n", name, weak);
    } else {
        const struct type *resolved = ast_type(cc, type, interface->decl->type.location);
        struct struct_decl *record = ast_struct(cc, type);
        if (record) {
            emit_struct(cc, record, type, out);
            text_printf(out, "extern volatile struct %s *%s%s;\n", type, name, weak);
        } else {
            text_printf(out, "extern volatile %s *%s%s;\n", resolved->c, name, weak);
        }
    }
}

static void emit_interface(struct compiler *cc, const struct interface *interface, struct text *out)
{
    const struct interface_decl *decl = interface->decl;
    const char *word = interface_kind_word(decl->kind);
    bool live = is_live(interface);
    text_printf(out, "\n/* %s %s %s%s */\n", word, decl->type.text, decl->name.text,
                live ? "" : ": not connected");
    if (decl->kind == INTERFACE_USES || decl->kind == INTERFACE_PROVIDES)
        emit_procedure(cc, interface, out);
    if (decl->kind == INTERFACE_DATAPORT)
        emit_dataport_variable(cc, interface, out);
    functions_declare(word, decl->name.text, live ? "" : WEAK, out);
    if (!live)
        return;
    const struct api *api = interface_api(interface);
    for (size_t i = 0; i < api->count; i++)
        if (functions_known(api->items[i]))
            functions_declare(api->items[i], decl->name.text, "", out);
        else
            text_printf(out, "CAMKES_DECLARE_%s(%s)\n", api->items[i], decl->name.text);
}

/* --- Includes --- */

static void add_include(struct compiler *cc, struct include_list *list, const char *line)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].text, line) == 0)
            return;
    vec_push(&cc->arena, list, (struct include){.text = line});
}

/* The component may be written in C++. */
static const char c_linkage_begin[] = "#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
static const char c_linkage_end[] = "#ifdef __cplusplus\n}\n#endif\n";

static void emit_includes(const struct layout_instance *in, struct text *out)
{
    struct include_list list = {0};
    const struct component_decl *component = in->instance->component;
    for (size_t i = 0; i < component->includes.count; i++)
        add_include(in->cc, &list, component->includes.items[i].text);
    for (size_t i = 0; i < in->instance->interfaces.count; i++) {
        const struct interface *interface = in->instance->interfaces.items[i];
        const struct procedure_decl *procedure = interface->decl->procedure;
        for (size_t j = 0; procedure && j < procedure->includes.count; j++)
            add_include(in->cc, &list, procedure->includes.items[j].text);
        if (is_live(interface) && interface->end->connection->connector->spec->header)
            add_include(in->cc, &list,
                        arena_printf(&in->cc->arena, "<%s>",
                                     interface->end->connection->connector->spec->header));
    }
    text_add(out, "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
                  "#include <stdlib.h>\n");
    text_add(out, c_linkage_begin);
    text_add(out, "#include <camkes/runtime.h>\n#include <utils/util.h>\n");
    text_add(out, c_linkage_end);
    for (size_t i = 0; i < list.count; i++)
        text_printf(out, "#include %s\n", list.items[i].text);
}

void emit_header(const struct layout_instance *in, struct text *out)
{
    const struct instance *instance = in->instance;
    in->cc->header_number++;
    text_printf(
        out,
        "/* Instance %s of component %s. Written by camkesc; do not edit. */\n#pragma once\n\n",
        instance->name, instance->component->name.text);
    emit_includes(in, out);
    text_add(out, c_linkage_begin);
    text_add(out, "\nstatic inline const char *get_instance_name(void)\n{\n"
                  "    return camkes_instance_name();\n}\n");
    text_printf(out, "\nstatic inline int get_instance_affinity(void)\n{\n    return %u;\n}\n",
                in->threads.items[0].affinity);
    emit_attributes(in, out);
    for (size_t i = 0; i < instance->interfaces.count; i++)
        if (!instance->interfaces.items[i]->exported)
            emit_interface(in->cc, instance->interfaces.items[i], out);
    for (size_t i = 0; i < in->locks.count; i++) {
        const struct lock_decl *lock = in->locks.items[i].decl;
        text_printf(out, "\n/* has %s %s */\n", lock_kind_word(lock->kind), lock->name.text);
        functions_declare(lock_kind_word(lock->kind), lock->name.text, "", out);
    }
    text_add(out, c_linkage_end);
}
