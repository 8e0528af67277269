/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed RPC stubs (libs/camkes/include/camkes/rpc.h): a client stub packs the arguments, calls, and
 * unpacks the results; a server stub does the reverse and calls the component. Order on the wire:
 * arguments in their order, then results in theirs, the function's value first.
 */
#include "emit.h"
#include <string.h>

static bool goes_in(const struct parameter *p)
{
    return p->direction != DIRECTION_OUT;
}

static bool comes_out(const struct parameter *p)
{
    return p->direction == DIRECTION_OUT || p->direction == DIRECTION_INOUT;
}

/* Is the C parameter a pointer to the value? */
static bool by_pointer(const struct parameter *p)
{
    return p->direction != DIRECTION_IN;
}

static bool is_string(const struct parameter *p)
{
    return p->type->kind == TYPE_STRING;
}

/*
 * In stubs, parameters have names that no other name of the program can be (unique.c keeps
 * "camkes_" for us): neither a stub's own variables nor the tables that it uses.
 */
#define PREFIX "camkes_v_"

static const char *local_name(struct compiler *cc, const struct parameter *p)
{
    return arena_printf(&cc->arena, PREFIX "%s", p->name.text);
}

/* --- Client --- */

static void client_put(struct compiler *cc, const struct parameter *p, struct text *out)
{
    const char *name = local_name(cc, p);
    const char *star = by_pointer(p) ? "*" : "";
    if (p->array && is_string(p))
        text_printf(out, "    camkes_rpc_put_strings(&rpc, %s%s, %s%s_sz);\n", star, name, star,
                    name);
    else if (p->array)
        text_printf(out, "    camkes_rpc_put_array(&rpc, %s%s, %s%s_sz, sizeof(*%s%s));\n", star,
                    name, star, name, star, name);
    else if (is_string(p))
        text_printf(out, "    camkes_rpc_put_string(&rpc, %s%s);\n", star, name);
    else if (by_pointer(p))
        text_printf(out, "    camkes_rpc_put(&rpc, %s, sizeof(*%s));\n", name, name);
    else
        text_printf(out, "    camkes_rpc_put(&rpc, &%s, sizeof(%s));\n", name, name);
}

static void client_get(struct compiler *cc, const struct parameter *p, struct text *out)
{
    const char *name = local_name(cc, p);
    if (p->array && is_string(p))
        text_printf(out, "    *%s = camkes_rpc_get_strings(&rpc, %s_sz);\n", name, name);
    else if (p->array)
        text_printf(out, "    *%s = camkes_rpc_get_array(&rpc, %s_sz, sizeof(**%s));\n", name, name,
                    name);
    else if (is_string(p))
        text_printf(out, "    *%s = camkes_rpc_get_string(&rpc);\n", name);
    else
        text_printf(out, "    camkes_rpc_get(&rpc, %s, sizeof(*%s));\n", name, name);
}

void emit_client_stubs(struct compiler *cc, const struct interface *interface, struct text *out)
{
    const struct procedure_decl *procedure = interface->decl->procedure;
    for (size_t i = 0; i < procedure->methods.count; i++) {
        const struct method *method = procedure->methods.items[i];
        const char *type = c_type(cc, method->result);
        bool value = method->result->kind != TYPE_VOID;
        bool string = method->result->kind == TYPE_STRING;
        text_printf(out, "\n%s\n{\n    struct camkes_rpc rpc;\n",
                    c_prototype(cc, interface, method, PREFIX));
        if (value && !string)
            text_printf(out, "    %s result = {0};\n", type);
        text_printf(out, "    camkes_rpc_begin(&end_%s, &rpc, %zu);\n", interface->decl->name.text,
                    i);
        for (size_t j = 0; j < method->parameters.count; j++)
            if (goes_in(method->parameters.items[j]))
                client_put(cc, method->parameters.items[j], out);
        text_add(out, "    camkes_rpc_call(&rpc);\n");
        if (string)
            text_add(out, "    char *result = camkes_rpc_get_string(&rpc);\n");
        else if (value)
            text_add(out, "    camkes_rpc_get(&rpc, &result, sizeof(result));\n");
        for (size_t j = 0; j < method->parameters.count; j++)
            if (comes_out(method->parameters.items[j]))
                client_get(cc, method->parameters.items[j], out);
        text_printf(out, "    camkes_rpc_end(&rpc);\n%s}\n", value ? "    return result;\n" : "");
    }
}

/* --- Server --- */

/* Declares the variables of a parameter and reads it, if it goes in. */
static void server_get(struct compiler *cc, const struct parameter *p, struct text *out)
{
    const char *name = local_name(cc, p), *type = c_type(cc, p->type);
    if (p->array)
        text_printf(out, "    size_t %s_sz = 0;\n", name);
    if (p->array && is_string(p))
        text_printf(out,
                    goes_in(p) ? "    char **%s = camkes_rpc_get_strings(rpc, &%s_sz);\n"
                               : "    char **%s = NULL;\n",
                    name, name);
    else if (p->array)
        text_printf(out,
                    goes_in(p) ? "    %s *%s = camkes_rpc_get_array(rpc, &%s_sz, sizeof(*%s));\n"
                               : "    %s *%s = NULL;\n",
                    type, name, name, name);
    else if (is_string(p))
        text_printf(out,
                    goes_in(p) ? "    char *%s = camkes_rpc_get_string(rpc);\n"
                               : "    char *%s = NULL;\n",
                    name);
    else
        text_printf(out, "    %s %s = {0};\n", type, name);
    if (goes_in(p) && !p->array && !is_string(p))
        text_printf(out, "    camkes_rpc_get(rpc, &%s, sizeof(%s));\n", name, name);
}

static void server_argument(struct compiler *cc, const struct parameter *p, bool first,
                            struct text *out)
{
    const char *name = local_name(cc, p);
    const char *reference = by_pointer(p) ? "&" : "";
    if (!first)
        text_add(out, ", ");
    if (p->array)
        text_printf(out, "%s%s_sz, %s%s", reference, name, reference, name);
    else
        text_printf(out, "%s%s", reference, name);
}

static void server_put(struct compiler *cc, const struct parameter *p, struct text *out)
{
    const char *name = local_name(cc, p);
    if (p->array && is_string(p))
        text_printf(out, "        camkes_rpc_put_strings(rpc, %s, %s_sz);\n", name, name);
    else if (p->array)
        text_printf(out, "        camkes_rpc_put_array(rpc, %s, %s_sz, sizeof(*%s));\n", name, name,
                    name);
    else if (is_string(p))
        text_printf(out, "        camkes_rpc_put_string(rpc, %s);\n", name);
    else
        text_printf(out, "        camkes_rpc_put(rpc, &%s, sizeof(%s));\n", name, name);
}

static void server_free(struct compiler *cc, const struct parameter *p, struct text *out)
{
    const char *name = local_name(cc, p);
    if (p->array && is_string(p))
        text_printf(out, "    camkes_rpc_free_strings(%s, %s_sz);\n", name, name);
    else if (p->array || is_string(p))
        text_printf(out, "    free(%s);\n", name);
}

static void server_stub(struct compiler *cc, const struct interface *interface,
                        const struct method *method, struct text *out)
{
    const char *name = interface->decl->name.text;
    bool value = method->result->kind != TYPE_VOID, string = method->result->kind == TYPE_STRING;
    text_printf(out, "\nstatic void serve_%s_%s(struct camkes_rpc *rpc)\n{\n", name,
                method->name.text);
    for (size_t i = 0; i < method->parameters.count; i++)
        server_get(cc, method->parameters.items[i], out);
    text_add(out, "    if (camkes_rpc_ok(rpc)) {\n        ");
    if (value)
        text_printf(out, "%s%sresult = ", c_type(cc, method->result), string ? "" : " ");
    text_printf(out, "%s_%s(", name, method->name.text);
    for (size_t i = 0; i < method->parameters.count; i++)
        server_argument(cc, method->parameters.items[i], i == 0, out);
    text_add(out, ");\n        camkes_rpc_reply_begin(rpc);\n");
    if (string)
        text_add(out, "        camkes_rpc_put_string(rpc, result);\n        free(result);\n");
    else if (value)
        text_add(out, "        camkes_rpc_put(rpc, &result, sizeof(result));\n");
    for (size_t i = 0; i < method->parameters.count; i++)
        if (comes_out(method->parameters.items[i]))
            server_put(cc, method->parameters.items[i], out);
    text_add(out, "    }\n");
    for (size_t i = 0; i < method->parameters.count; i++)
        server_free(cc, method->parameters.items[i], out);
    text_add(out, "}\n");
}

void emit_server_stubs(struct compiler *cc, const struct interface *interface, struct text *out)
{
    const struct procedure_decl *procedure = interface->decl->procedure;
    const char *name = interface->decl->name.text;
    for (size_t i = 0; i < procedure->methods.count; i++)
        server_stub(cc, interface, procedure->methods.items[i], out);
    if (procedure->methods.count) {
        text_printf(out, "\nstatic const camkes_method_fn methods_%s[] = {\n", name);
        for (size_t i = 0; i < procedure->methods.count; i++)
            text_printf(out, "    serve_%s_%s,\n", name, procedure->methods.items[i]->name.text);
        text_add(out, "};\n");
    }
    text_printf(out,
                "\nstatic const struct camkes_procedure procedure_%s = {\n    .name = \"%s\",\n",
                name, procedure->name.text);
    if (procedure->methods.count)
        text_printf(out, "    .methods = methods_%s,\n    .method_count = %zu,\n", name,
                    procedure->methods.count);
    text_add(out, "};\n");
    text_printf(out, "\nseL4_Word %s_get_sender_id(void)\n{\n    return camkes_rpc_sender();\n}\n",
                name);
}
