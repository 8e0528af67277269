/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * camkes.c of one instance: its tables (camkes/tables.h) and the bodies of its one-line functions.
 */
#include "emit.h"
#include <string.h>

typedef unsigned long long ull;

/* --- One end of a connection --- */

static void emit_caps(struct compiler *cc, const struct layout_end *le, const char *name,
                      struct text *out)
{
    if (!le->caps.count)
        return;
    text_printf(out, "static const struct camkes_cap caps_%s[] = {\n", name);
    for (size_t i = 0; i < le->caps.count; i++) {
        const struct layout_cap *cap = &le->caps.items[i];
        text_printf(out, "    {.role = %s, .cptr = %llu, .badge = 0x%llx, .peer = %s},\n",
                    c_string(cc, cap->role), (ull)cap->slot, (ull)cap->badge,
                    c_string(cc, cap->peer));
    }
    text_add(out, "};\n");
}

static void emit_region(struct compiler *cc, const struct layout_region *r, const char *name,
                        size_t index, struct text *out)
{
    text_printf(out, "    {\n        .role = %s,\n", c_string(cc, r->role));
    if (r->vaddr)
        text_printf(out, "        .vaddr = (void *)0x%llx,\n", (ull)r->vaddr);
    text_printf(out, "        .size = %llu,\n", (ull)r->frames.size);
    if (r->frames.paddr)
        text_printf(out, "        .paddr = 0x%llx,\n", (ull)r->frames.paddr);
    if (r->first_slot)
        text_printf(out, "        .frames = frames_%s_%zu,\n", name, index);
    text_printf(out,
                "        .frame_count = %u,\n        .frame_bits = %u,\n        .writable = %s,\n",
                r->frames.count, r->frames.bits, r->writable ? "true" : "false");
    text_printf(out, "        .peer = %s,\n        .peer_badge = 0x%llx,\n    },\n",
                c_string(cc, r->peer), (ull)r->peer_badge);
}

static void emit_regions(struct compiler *cc, const struct layout_region_list *regions,
                         const char *name, struct text *out)
{
    for (size_t i = 0; i < regions->count; i++) {
        const struct layout_region *r = &regions->items[i];
        if (!r->first_slot)
            continue;
        text_printf(out, "static const seL4_CPtr frames_%s_%zu[] = {", name, i);
        for (unsigned j = 0; j < r->frames.count; j++)
            text_printf(out, "%s%llu",
                        j % 12 ? ", "
                        : j    ? ",\n    "
                               : "\n    ",
                        (ull)r->first_slot + j);
        text_add(out, "\n};\n");
    }
    if (!regions->count)
        return;
    text_printf(out, "static const struct camkes_region regions_%s[] = {\n", name);
    for (size_t i = 0; i < regions->count; i++)
        emit_region(cc, &regions->items[i], name, i, out);
    text_add(out, "};\n");
}

static unsigned add_param(struct compiler *cc, const struct setting *setting, const char *name,
                          struct text *out)
{
    const struct value *value = setting->value;
    if (value->kind == VALUE_NUMBER && value->number != INT64_MIN)
        text_printf(out, "    {.name = %s, .number = %lld},\n", c_string(cc, name),
                    (long long)value->number);
    else if (value->kind == VALUE_STRING)
        text_printf(out, "    {.name = %s, .string = %s},\n", c_string(cc, name),
                    c_string(cc, value->string));
    else
        return 0;
    return 1;
}

/* Settings that begin with an interface's name. */
static unsigned add_params(struct compiler *cc, const struct interface *interface, struct text *out)
{
    const struct instance *instance = interface->instance;
    const char *prefix = interface->decl->name.text;
    size_t length = strlen(prefix);
    unsigned count = 0;
    for (size_t i = 0; i < instance->settings.count; i++) {
        const struct setting *setting = &instance->settings.items[i];
        if (strncmp(setting->name, prefix, length) == 0 && setting->name[length] == '_')
            count += add_param(cc, setting, setting->name + length + 1, out);
    }
    return count;
}

/* Its own settings, and those of the hardware at the other side. */
static unsigned emit_params(struct compiler *cc, const struct layout_end *le, const char *name,
                            struct text *out)
{
    struct text params;
    text_init(&params, &cc->arena);
    unsigned count = add_params(cc, le->end->interface, &params);
    const struct connection *connection = le->end->connection;
    for (size_t i = 0; i < connection->pairs.count; i++) {
        const struct pair *pair = &connection->pairs.items[i];
        const struct end *peer = pair->from == le->end ? pair->to
                                 : pair->to == le->end ? pair->from
                                                       : NULL;
        if (peer && peer->interface->instance->component->hardware)
            count += add_params(cc, peer->interface, &params);
    }
    for (size_t i = 0; i < connection->settings.count; i++)
        count += add_param(cc, &connection->settings.items[i], connection->settings.items[i].name,
                           &params);
    if (count)
        text_printf(out, "static const struct camkes_param params_%s[] = {\n%s};\n", name,
                    params.data);
    return count;
}

static void emit_end(struct compiler *cc, const struct layout_end *le, struct text *out)
{
    static const char *const kinds[] = {"PROCEDURE", "EVENT", "DATAPORT"};
    const struct interface *interface = le->end->interface;
    const struct connection *connection = le->end->connection;
    const struct connector_decl *connector = connection->connector;
    const char *name = interface->decl->name.text;
    bool server = interface->decl->kind == INTERFACE_PROVIDES && has_rpc(interface);
    bool interrupt =
        !le->end->from && connector->from.hardware && connector->from.kind == END_EVENT;
    text_printf(out, "\n/* %s %s */\n", interface_name(cc, interface), connector->name.text);
    emit_caps(cc, le, name, out);
    emit_regions(cc, &le->regions, name, out);
    unsigned params = emit_params(cc, le, name, out);
    text_printf(out, "extern const struct camkes_connector camkes_connector_%s;\n",
                connector->spec->symbol);
    text_printf(out, "void %s__init(void) __attribute__((weak));\n", name);
    text_printf(out, "int %s__run(void) __attribute__((weak));\n", name);
    if (interrupt)
        text_printf(out, "void %s_handle(void) __attribute__((weak));\n", name);
    if (server)
        text_printf(out, "static const struct camkes_procedure procedure_%s;\n", name);
    text_printf(out, "static void *state_%s;\n", name);
    text_printf(out, "static const struct camkes_end end_%s = {\n", name);
    text_printf(out, "    .interface = \"%s\",\n    .connection = %s,\n", name,
                c_string(cc, connection->name));
    text_printf(out, "    .connector = &camkes_connector_%s,\n", connector->spec->symbol);
    text_printf(out, "    .side = CAMKES_%s,\n", le->end->from ? "FROM" : "TO");
    text_printf(out, "    .kind = CAMKES_%s,\n",
                kinds[le->end->from ? connector->from.kind : connector->to.kind]);
    if (le->caps.count)
        text_printf(out, "    .caps = caps_%s,\n    .cap_count = %zu,\n", name, le->caps.count);
    if (le->regions.count)
        text_printf(out, "    .regions = regions_%s,\n    .region_count = %zu,\n", name,
                    le->regions.count);
    if (params)
        text_printf(out, "    .params = params_%s,\n    .param_count = %u,\n", name, params);
    if (server)
        text_printf(out, "    .procedure = &procedure_%s,\n", name);
    text_printf(out, "    .init = %s__init,\n    .run = %s__run,\n", name, name);
    if (interrupt)
        text_printf(out, "    .handle = %s_handle,\n", name);
    text_printf(out, "    .state = &state_%s,\n};\n", name);
}

/* --- The functions of camkes.h --- */

static void emit_dataport_variable(struct compiler *cc, const struct layout_end *le,
                                   const char *memory, struct text *out)
{
    const struct interface_decl *decl = le->end->interface->decl;
    const char *n = decl->name.text;
    if (strcmp(decl->type.text, "Buf") == 0) {
        text_printf(out, "\nvoid *%s = %s;\n", n, memory);
        return;
    }
    const struct type *type = ast_type(cc, decl->type.text, decl->type.location);
    const char *tag = ast_struct(cc, decl->type.text) ? "struct " : "";
    text_printf(out, "\nvolatile %s%s *%s = %s;\n", tag, type->c, n, memory);
    if (!le->regions.count)
        return;
    const struct frames *frames = &le->regions.items[0].frames;
    text_printf(out, "_Static_assert(sizeof(%s%s) <= %llu, \"%s: set %s_size\");\n", tag, type->c,
                (ull)frames->count << frames->bits, n, n);
}

/* Where an end sees its dataport or its buffer for calls. */
static const char *memory_text(struct compiler *cc, const struct layout_end *le)
{
    bool dataport = le->end->interface->decl->kind == INTERFACE_DATAPORT;
    for (size_t i = 0; i < le->regions.count; i++) {
        const struct layout_region *region = &le->regions.items[i];
        if ((dataport || strcmp(region->role, "buffer") == 0) && region->vaddr)
            return arena_printf(&cc->arena, "(void *)0x%llx", (ull)region->vaddr);
    }
    return "NULL";
}

static void emit_interface(struct compiler *cc, const struct layout_end *le, struct text *out)
{
    const struct interface *interface = le->end->interface;
    const struct interface_decl *decl = interface->decl;
    const struct subject subject = {
        .name = decl->name.text,
        .table = arena_printf(&cc->arena, "&end_%s", decl->name.text),
        .memory = memory_text(cc, le),
    };
    emit_end(cc, le, out);
    if (decl->kind == INTERFACE_USES && has_rpc(interface))
        emit_client_stubs(cc, interface, out);
    if (decl->kind == INTERFACE_PROVIDES && has_rpc(interface))
        emit_server_stubs(cc, interface, out);
    if (decl->kind == INTERFACE_DATAPORT)
        emit_dataport_variable(cc, le, subject.memory, out);
    functions_define(interface_kind_word(decl->kind), &subject, out);
    const struct api *api = interface_api(interface);
    for (size_t i = 0; i < api->count; i++)
        if (functions_known(api->items[i]))
            functions_define(api->items[i], &subject, out);
        else
            text_printf(out, "\nCAMKES_DEFINE_%s(%s)\n", api->items[i], subject.name);
}

/* --- Tables of the instance --- */

static void emit_locks(const struct layout_instance *in, struct text *out)
{
    static const char *const kinds[] = {"MUTEX", "SEMAPHORE", "BINARY_SEMAPHORE"};
    if (!in->locks.count)
        return;
    text_printf(out,
                "\nstatic long camkes_lock_state[%zu][2];\nstatic const struct camkes_lock "
                "camkes_locks[] = {\n",
                in->locks.count);
    for (size_t i = 0; i < in->locks.count; i++)
        text_printf(out,
                    "    {.name = \"%s\", .kind = CAMKES_%s, .notification = %llu, .initial = %d, "
                    ".state = camkes_lock_state[%zu]},\n",
                    in->locks.items[i].decl->name.text, kinds[in->locks.items[i].decl->kind],
                    (ull)in->locks.items[i].slot, in->locks.items[i].initial, i);
    text_add(out, "};\n");
    for (size_t i = 0; i < in->locks.count; i++) {
        const struct lock_decl *decl = in->locks.items[i].decl;
        const struct subject subject = {.name = decl->name.text,
                                        .table =
                                            arena_printf(&in->cc->arena, "&camkes_locks[%zu]", i)};
        functions_define(lock_kind_word(decl->kind), &subject, out);
    }
}

static void emit_threads(const struct layout_instance *in, struct text *out)
{
    static const char *const kinds[] = {"CONTROL", "INTERFACE", "FAULT"};
    text_add(out, "\nstatic const struct camkes_thread camkes_threads[] = {\n");
    for (size_t i = 0; i < in->threads.count; i++) {
        const struct layout_thread *t = &in->threads.items[i];
        text_printf(
            out,
            "    {\n        .name = %s,\n        .kind = CAMKES_THREAD_%s,\n        .tcb = %llu,\n",
            c_string(in->cc, t->name), kinds[t->kind], (ull)t->tcb_slot);
        text_printf(out, "        .stack = (void *)0x%llx,\n        .stack_size = %llu,\n",
                    (ull)t->stack, (ull)t->stack_size);
        text_printf(out, "        .ipc_buffer = (seL4_IPCBuffer *)0x%llx,\n", (ull)t->ipc_buffer);
        if (t->end)
            text_printf(out, "        .end = &end_%s,\n", t->end->end->interface->decl->name.text);
        if (t->wake_slot)
            text_printf(out, "        .wake = %llu,\n", (ull)t->wake_slot);
        text_add(out, "    },\n");
    }
    text_add(out, "};\n\n");
}

static void emit_untypeds(const struct layout_instance *in, struct text *out)
{
    if (in->untypeds.count) {
        text_add(out, "static const struct camkes_untyped camkes_untypeds[] = {\n");
        for (size_t i = 0; i < in->untypeds.count; i++) {
            const struct layout_untyped *u = &in->untypeds.items[i];
            text_printf(out, "    {.cptr = %llu, .size_bits = %u, ", (ull)u->slot, u->size_bits);
            if (u->device)
                text_printf(out, ".device = true, .paddr = 0x%llx, ", (ull)u->paddr);
            text_printf(out, "%s.origin = %s},\n", u->optional ? ".optional = true, " : "",
                        c_string(in->cc, u->origin));
        }
        text_add(out, "};\n\n");
    }
    if (!in->resources.count)
        return;
    text_add(out, "static const struct camkes_resource camkes_resources[] = {\n");
    for (size_t i = 0; i < in->resources.count; i++) {
        const struct layout_resource *r = &in->resources.items[i];
        text_printf(
            out,
            "    {.kind = CAMKES_RESOURCE_%s, .cptr = %llu, .first = 0x%llx, .last = 0x%llx, "
            ".badge = 0x%llx, .origin = \"%s\", .optional = %s},\n",
            r->kind, (ull)r->slot, (ull)r->first, (ull)r->last, (ull)r->badge, r->origin,
            r->optional ? "true" : "false");
    }
    text_add(out, "};\n\n");
}

static size_t emit_end_list(const struct layout_instance *in, struct text *out)
{
    size_t count = 0;
    for (size_t i = 0; i < in->ends.count; i++) {
        if (!is_live(in->ends.items[i]->end->interface))
            continue;
        text_printf(out, "%s    &end_%s,\n",
                    count++ ? "" : "static const struct camkes_end *const camkes_ends[] = {\n",
                    in->ends.items[i]->end->interface->decl->name.text);
    }
    if (count)
        text_add(out, "};\n\n");
    return count;
}

static void emit_instance(const struct layout_instance *in, struct text *out)
{
    size_t ends = emit_end_list(in, out);
    text_add(out, "const struct camkes_instance camkes_instance = {\n");
    text_printf(out, "    .name = %s,\n    .component = \"%s\",\n",
                c_string(in->cc, in->instance->name), in->instance->component->name.text);
    text_printf(out, "    .threads = camkes_threads,\n    .thread_count = %zu,\n",
                in->threads.count);
    if (ends)
        text_printf(out, "    .ends = camkes_ends,\n    .end_count = %zu,\n", ends);
    if (in->untypeds.count)
        text_printf(out, "    .untypeds = camkes_untypeds,\n    .untyped_count = %zu,\n",
                    in->untypeds.count);
    if (in->resources.count)
        text_printf(out, "    .resources = camkes_resources,\n    .resource_count = %zu,\n",
                    in->resources.count);
    if (in->dma.count)
        text_add(out, "    .dma = regions_camkes_dma,\n");
    if (in->locks.count)
        text_printf(out, "    .locks = camkes_locks,\n    .lock_count = %zu,\n", in->locks.count);
    if (in->instance->settings.count)
        text_printf(out, "    .attributes = camkes_attributes,\n    .attribute_count = %zu,\n",
                    in->instance->settings.count);
    text_printf(out,
                "    .heap = (void *)0x%llx,\n    .heap_mapped = %llu,\n    .heap_limit = %llu,\n",
                HEAP_BASE, (ull)in->heap_mapped, (ull)in->heap_limit);
    text_printf(out, "    .cnode = %llu,\n    .cnode_bits = %u,\n    .first_free_slot = %llu,\n",
                (ull)in->cnode_slot, in->cnode_bits, (ull)in->next_slot);
    text_printf(out, "    .kept_slot = %llu,\n    .kept_callers = %u,\n", (ull)in->kept_slot,
                in->kept_callers);
    text_printf(out, "    .vspace = %llu,\n    .asid_pool = %llu,\n    .fault_endpoint = %llu,\n",
                (ull)in->vspace_slot, (ull)in->asid_pool_slot, (ull)in->fault_slot);
    if (in->bootinfo_size)
        text_printf(
            out, "    .bootinfo_extra = (const void *)0x%llx,\n    .bootinfo_extra_size = %llu,\n",
            BOOTINFO_BASE, (ull)in->bootinfo_size);
    if (in->has_config_space)
        text_printf(out, "    .config_space = (volatile void *)0x%llx,\n", CONFIG_BASE);
    text_printf(out, "    .symbols_info = (const void *)0x%llx,\n};\n", SYMBOL_INFO_BASE);
}

void emit_tables(const struct layout_instance *in, struct text *out)
{
    text_printf(out, "/* Instance %s of component %s. Written by camkesc; do not edit. */\n",
                in->instance->name, in->instance->component->name.text);
    text_add(out, "#include <stdlib.h>\n#include <camkes.h>\n\n");
    emit_attribute_globals(in, out);
    for (size_t i = 0; i < in->ends.count; i++)
        if (is_live(in->ends.items[i]->end->interface))
            emit_interface(in->cc, in->ends.items[i], out);
    emit_regions(in->cc, &in->dma, "camkes_dma", out);
    emit_locks(in, out);
    emit_threads(in, out);
    emit_untypeds(in, out);
    emit_attribute_values(in, out);
    emit_instance(in, out);
}
