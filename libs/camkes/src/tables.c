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

const struct camkes_value *camkes_attribute(const char *name)
{
    for (unsigned i = 0; i < camkes_instance.attribute_count; i++)
        if (strcmp(camkes_instance.attributes[i].key, name) == 0)
            return camkes_instance.attributes[i].value;
    return NULL;
}
