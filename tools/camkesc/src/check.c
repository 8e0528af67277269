/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks of the whole system, once connections and settings are known. Overlaps of hardware are
 * found by the layout.
 */
#include "connector.h"
#include "model.h"
#include <string.h>

static void check_connected(struct compiler *cc, const struct instance *instance)
{
    for (size_t i = 0; i < instance->interfaces.count; i++) {
        const struct interface *interface = instance->interfaces.items[i];
        const struct interface_decl *decl = interface->decl;
        bool needed = decl->kind == INTERFACE_USES || decl->kind == INTERFACE_CONSUMES ||
                      decl->kind == INTERFACE_DATAPORT;
        if (!needed || decl->maybe || interface->mentioned || interface->exported ||
            instance->component->hardware)
            continue;
        diag_error(cc, instance->location, "%s is not connected", interface_name(cc, interface));
        diag_note(cc, decl->name.location, "'%s' is declared here", decl->name.text);
        diag_hint(cc, "connect it, or declare it 'maybe %s'", interface_kind_word(decl->kind));
    }
}

/* Is it `name`, or `_name` of the control thread, or `<if>_name` of an interface's threads? */
static bool is_named(const struct instance *instance, const char *setting, const char *name)
{
    size_t length = strlen(setting), tail = strlen(name);
    if (length < tail || strcmp(setting + length - tail, name) != 0)
        return false;
    size_t prefix = length - tail; /* with its underscore */
    if (prefix <= 1)
        return prefix == 0 || setting[0] == '_';
    if (strncmp(setting, "_control_", prefix) == 0)
        return true;
    for (size_t i = 0; i < instance->interfaces.count; i++) {
        const char *interface = instance->interfaces.items[i]->decl->name.text;
        if (setting[prefix - 1] == '_' && strlen(interface) == prefix - 1 &&
            strncmp(interface, setting, prefix - 1) == 0)
            return true;
    }
    return false;
}

/* Settings that the compiler itself knows and refuses. */
static void check_refused(struct compiler *cc, const struct instance *instance)
{
    static const struct {
        const char *name, *why;
    } refused[] = {
        {"debug", "the debugging monitor of components is not supported"},
        {"domain", "this kernel has one scheduling domain, 0"},
        {"period", "this kernel has no scheduling contexts; threads share time by 'priority'"},
        {"budget", "this kernel has no scheduling contexts; threads share time by 'priority'"},
    };
    for (size_t i = 0; i < instance->settings.count; i++) {
        const struct setting *setting = &instance->settings.items[i];
        for (size_t j = 0; j < ARRAY_SIZE(refused); j++)
            if (!setting->decl && is_named(instance, setting->name, refused[j].name) &&
                value_truth(setting->value)) {
                diag_error(cc, setting->location, "%s.%s: %s", instance->name, setting->name,
                           refused[j].why);
                diag_hint(cc, "remove the setting");
            }
    }
    const struct setting *sched = find_setting(instance, "sched_ctrl");
    if (sched && !sched->decl && value_truth(sched->value)) {
        diag_warning(cc, sched->location, "%s.sched_ctrl has no effect", instance->name);
        diag_hint(cc, "this kernel has no scheduling contexts");
    }
}

void check_system(struct compiler *cc)
{
    for (size_t i = 0; i < cc->system->instances.count; i++) {
        const struct instance *instance = cc->system->instances.items[i];
        check_connected(cc, instance);
        check_refused(cc, instance);
    }
}
