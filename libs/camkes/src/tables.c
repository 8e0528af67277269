/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finders over the generated tables (camkes/tables.h). A role of NULL stands for any.
 */
#include <string.h>
#include <camkes/tables.h>

static bool matches(const char *role, const char *wanted)
{
    return !wanted || strcmp(role, wanted) == 0;
}

const struct camkes_cap *camkes_end_cap(const struct camkes_end *end, const char *role,
                                        unsigned index)
{
    for (unsigned i = 0; i < end->cap_count; i++)
        if (matches(end->caps[i].role, role) && index-- == 0)
            return &end->caps[i];
    return NULL;
}

const struct camkes_region *camkes_end_region(const struct camkes_end *end, const char *role,
                                              unsigned index)
{
    for (unsigned i = 0; i < end->region_count; i++)
        if (matches(end->regions[i].role, role) && index-- == 0)
            return &end->regions[i];
    return NULL;
}

const struct camkes_param *camkes_end_param(const struct camkes_end *end, const char *name)
{
    for (unsigned i = 0; i < end->param_count; i++)
        if (strcmp(end->params[i].name, name) == 0)
            return &end->params[i];
    return NULL;
}

static const struct camkes_value *find(const struct camkes_member *members, unsigned count,
                                       const char *key)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(members[i].key, key) == 0)
            return members[i].value;
    return NULL;
}

const struct camkes_value *camkes_attribute(const char *name)
{
    return find(camkes_instance.attributes, camkes_instance.attribute_count, name);
}

const struct camkes_value *camkes_member(const struct camkes_value *dict, const char *key)
{
    return dict->type == CAMKES_DICT ? find(dict->members, dict->count, key) : NULL;
}

uint64_t camkes_member_number(const struct camkes_value *dict, const char *key)
{
    const struct camkes_value *value = camkes_member(dict, key);
    return value && value->type == CAMKES_NUMBER ? (uint64_t)value->number : 0;
}
