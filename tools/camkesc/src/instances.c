/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instances: merges all assemblies, instantiates components and what is inside of them, and links
 * exported interfaces to the inner ones that stand behind them.
 */
#include "model.h"
#include <string.h>

#define MAX_INSTANCES 4096
#define MAX_LEVELS    32

struct instance *find_child(struct instance *scope, const char *name)
{
    for (size_t i = 0; i < scope->children.count; i++)
        if (strcmp(scope->children.items[i]->own_name, name) == 0)
            return scope->children.items[i];
    return NULL;
}

/* Of a group, "group.instance" names one as well as "instance". */
static bool is_in_group(const struct instance *scope, const struct path *path, size_t i)
{
    const struct instance *next =
        i + 1 < path->names.count
            ? find_child((struct instance *)scope, path->names.items[i + 1].text)
            : NULL;
    return next && next->group && strcmp(next->group, path->names.items[i].text) == 0;
}

struct instance *find_instance(struct compiler *cc, struct instance *scope, const struct path *path,
                               size_t count, enum severity severity)
{
    struct instance *at = scope;
    for (size_t i = 0; i < count; i++) {
        const struct name *name = &path->names.items[i];
        struct instance *child = find_child(at, name->text);
        if (child && child->broken)
            return NULL;
        if (!child && i + 1 < count && is_in_group(at, path, i))
            continue;
        if (!child) {
            const char *effect =
                severity == SEVERITY_WARNING ? ", so this setting has no effect" : "";
            diag_add(cc, severity, name->location, "no instance '%s'%s%s%s", name->text,
                     at->component ? " in " : "", at->component ? at->name : "", effect);
            struct suggestion near = {.name = name->text};
            for (size_t j = 0; j < at->children.count; j++)
                suggest(&near, at->children.items[j]->own_name);
            if (near.best)
                diag_hint(cc, "did you mean '%s'?", near.best);
            return NULL;
        }
        at = child;
    }
    return at;
}

struct interface *find_interface(struct instance *instance, const char *name)
{
    for (size_t i = 0; i < instance->interfaces.count; i++)
        if (strcmp(instance->interfaces.items[i]->decl->name.text, name) == 0)
            return instance->interfaces.items[i];
    return NULL;
}

const char *interface_name(struct compiler *cc, const struct interface *interface)
{
    return arena_printf(&cc->arena, "%s.%s", interface->instance->name, interface->decl->name.text);
}

/* A top-level composition counts where it has no name, or an assembly names it. */
static struct composition *named_composition(struct compiler *cc, const struct name *name)
{
    for (size_t i = 0; i < cc->ast.compositions.count; i++)
        if (strcmp(cc->ast.compositions.items[i]->name.text, name->text) == 0)
            return cc->ast.compositions.items[i];
    diag_error(cc, name->location, "unknown composition '%s'", name->text);
    return NULL;
}

static struct configuration *named_configuration(struct compiler *cc, const struct name *name)
{
    for (size_t i = 0; i < cc->ast.configurations.count; i++)
        if (strcmp(cc->ast.configurations.items[i]->name.text, name->text) == 0)
            return cc->ast.configurations.items[i];
    diag_error(cc, name->location, "unknown configuration '%s'", name->text);
    return NULL;
}

static void add_assembly(struct compiler *cc, struct inside *inside, struct assembly *assembly)
{
    for (size_t i = 0; i < assembly->compositions.count; i++)
        vec_push(&cc->arena, &inside->compositions, assembly->compositions.items[i]);
    for (size_t i = 0; i < assembly->configurations.count; i++)
        vec_push(&cc->arena, &inside->configurations, assembly->configurations.items[i]);
    for (size_t i = 0; i < assembly->composition_names.count; i++) {
        struct composition *found = named_composition(cc, &assembly->composition_names.items[i]);
        if (found && !found->used)
            vec_push(&cc->arena, &inside->compositions, found);
        if (found)
            found->used = true;
    }
    for (size_t i = 0; i < assembly->configuration_names.count; i++) {
        struct configuration *found =
            named_configuration(cc, &assembly->configuration_names.items[i]);
        if (found && !found->used)
            vec_push(&cc->arena, &inside->configurations, found);
        if (found)
            found->used = true;
    }
}

/* Before there were assemblies, the whole system was a component without interfaces. */
static struct component_decl *legacy_top(struct compiler *cc)
{
    struct component_decl *top = NULL;
    for (size_t i = 0; i < cc->ast.components.count; i++) {
        struct component_decl *component = cc->ast.components.items[i];
        if (component->assembly && !component->control && component->interfaces.count == 0 &&
            strcmp(component->name.text, "VM") == 0)
            top = component;
    }
    return top;
}

struct inside inside_of(struct compiler *cc, struct instance *instance)
{
    struct inside inside = {0};
    if (instance->component) {
        if (instance->component->assembly)
            add_assembly(cc, &inside, instance->component->assembly);
        return inside;
    }
    for (size_t i = 0; i < cc->ast.assemblies.count; i++)
        add_assembly(cc, &inside, cc->ast.assemblies.items[i]);
    struct component_decl *top = legacy_top(cc);
    if (cc->ast.assemblies.count == 0 && top)
        add_assembly(cc, &inside, top->assembly);
    for (size_t i = 0; i < cc->ast.compositions.count; i++)
        if (!*cc->ast.compositions.items[i]->name.text)
            vec_push(&cc->arena, &inside.compositions, cc->ast.compositions.items[i]);
    for (size_t i = 0; i < cc->ast.configurations.count; i++)
        if (!*cc->ast.configurations.items[i]->name.text)
            vec_push(&cc->arena, &inside.configurations, cc->ast.configurations.items[i]);
    /* So that a second call finds the same. */
    for (size_t i = 0; i < cc->ast.compositions.count; i++)
        cc->ast.compositions.items[i]->used = false;
    for (size_t i = 0; i < cc->ast.configurations.count; i++)
        cc->ast.configurations.items[i]->used = false;
    return inside;
}

static void add_interfaces(struct compiler *cc, struct instance *instance)
{
    for (size_t i = 0; i < instance->component->interfaces.count; i++) {
        struct interface *interface = arena_alloc(&cc->arena, sizeof(*interface));
        interface->instance = instance;
        interface->decl = instance->component->interfaces.items[i];
        vec_push(&cc->arena, &instance->interfaces, interface);
    }
}

static void fill(struct compiler *cc, struct instance *instance, unsigned level);

static void add_instance(struct compiler *cc, struct instance *parent,
                         const struct instance_decl *decl, unsigned level)
{
    const struct instance *same = find_child(parent, decl->name.text);
    if (same) {
        diag_error(cc, decl->name.location, "instance '%s' is declared twice", decl->name.text);
        diag_note(cc, same->location, "the first declaration is here");
        diag_hint(cc, "give each instance a name of its own");
        return;
    }
    struct component_decl *component = ast_component_or_error(cc, &decl->type);
    if (component && (component->busy || level > MAX_LEVELS)) {
        diag_error(cc, decl->type.location, "component '%s' contains itself", decl->type.text);
        component = NULL;
    }
    if (!component) {
        /* Its name stands, so that what refers to it makes no further messages. */
        struct instance *broken = arena_alloc(&cc->arena, sizeof(*broken));
        broken->own_name = decl->name.text;
        broken->group = decl->group;
        broken->location = decl->name.location;
        broken->broken = true;
        vec_push(&cc->arena, &parent->children, broken);
        return;
    }
    if (cc->system->instances.count >= MAX_INSTANCES) {
        diag_error(cc, decl->name.location, "more than %d instances", MAX_INSTANCES);
        return;
    }
    struct instance *instance = arena_alloc(&cc->arena, sizeof(*instance));
    instance->own_name = decl->name.text;
    instance->group = decl->group;
    instance->name = parent->component
                         ? arena_printf(&cc->arena, "%s.%s", parent->name, decl->name.text)
                         : decl->name.text;
    char *c_name = arena_strdup(&cc->arena, instance->name);
    for (char *c = c_name; *c; c++)
        if (*c == '.')
            *c = '_';
    instance->c_name = c_name;
    instance->component = component;
    instance->parent = parent;
    instance->location = decl->name.location;
    vec_push(&cc->arena, &parent->children, instance);
    vec_push(&cc->arena, &cc->system->instances, instance);
    add_interfaces(cc, instance);
    component->busy = true;
    fill(cc, instance, level + 1);
    component->busy = false;
}

static void add_export(struct compiler *cc, struct instance *instance,
                       const struct export_decl *decl)
{
    if (!instance->component) {
        diag_error(cc, decl->outer.location, "'export' is for compositions inside of a component");
        return;
    }
    struct interface *outer = find_interface(instance, decl->outer.text);
    if (!outer) {
        diag_error(cc, decl->outer.location,
                   "component '%s' declares no interface '%s' to export to",
                   instance->component->name.text, decl->outer.text);
        return;
    }
    size_t last = decl->inner->names.count - 1;
    if (last == 0) {
        diag_error(cc, decl->inner->location, "expected 'instance.interface'");
        return;
    }
    struct instance *child = find_instance(cc, instance, decl->inner, last, SEVERITY_ERROR);
    if (!child)
        return;
    const struct name *name = &decl->inner->names.items[last];
    struct interface *inner = find_interface(child, name->text);
    if (!inner) {
        diag_error(cc, name->location, "component '%s' has no interface '%s'",
                   child->component->name.text, name->text);
    } else if (outer->exported) {
        diag_error(cc, decl->outer.location, "'%s' is exported to twice", decl->outer.text);
        diag_note(cc, outer->export_location, "the first export is here");
    } else if (inner->decl->kind != outer->decl->kind ||
               strcmp(inner->decl->type.text, outer->decl->type.text) != 0) {
        diag_error(cc, decl->inner->location, "'%s' and '%s' differ in kind or type", name->text,
                   decl->outer.text);
        diag_note(cc, inner->decl->name.location, "the inner interface is declared here");
        diag_note(cc, outer->decl->name.location, "the outer interface is declared here");
    } else {
        outer->exported = inner;
        outer->export_location = decl->outer.location;
    }
}

static void fill(struct compiler *cc, struct instance *instance, unsigned level)
{
    struct inside inside = inside_of(cc, instance);
    for (size_t i = 0; i < inside.compositions.count; i++) {
        struct composition *composition = inside.compositions.items[i];
        for (size_t j = 0; j < composition->instances.count; j++)
            add_instance(cc, instance, composition->instances.items[j], level);
    }
    for (size_t i = 0; i < inside.compositions.count; i++) {
        struct composition *composition = inside.compositions.items[i];
        for (size_t j = 0; j < composition->exports.count; j++)
            add_export(cc, instance, composition->exports.items[j]);
    }
}

bool is_monitor(const struct instance *instance)
{
    for (size_t i = 0; i < instance->component->attributes.count; i++)
        if (strcmp(instance->component->attributes.items[i]->name.text, "kernel_image") == 0)
            return true;
    return false;
}

static bool needs_code(const struct instance *instance)
{
    const struct component_decl *component = instance->component;
    if (component->hardware)
        return false;
    if (component->control || !component->assembly || component->locks.count)
        return true;
    for (size_t i = 0; i < instance->interfaces.count; i++)
        if (!instance->interfaces.items[i]->exported)
            return true;
    return false;
}

void build_instances(struct compiler *cc)
{
    cc->system = arena_alloc(&cc->arena, sizeof(*cc->system));
    cc->system->root.name = cc->system->root.own_name = cc->system->root.c_name = "";
    fill(cc, &cc->system->root, 0);
    for (size_t i = 0; i < cc->system->instances.count; i++) {
        struct instance *instance = cc->system->instances.items[i];
        instance->has_code = needs_code(instance);
        for (size_t j = 0; j < i; j++)
            if (strcmp(cc->system->instances.items[j]->c_name, instance->c_name) == 0 &&
                instance->has_code)
                diag_error(cc, instance->location, "'%s' and '%s' are the same name in C",
                           instance->name, cc->system->instances.items[j]->name);
    }
    if (cc->system->instances.count == 0 && cc->diags.errors == 0) {
        diag_error(cc, NOWHERE, "%s describes no system: it has no assembly with a component in it",
                   cc->options.input);
    }
}
