/* SPDX-License-Identifier: BSD-2-Clause */
/* --list: what CMake must know at configure time. */
#include "emit.h"

/* A CMake bracket argument takes anything but its own end. */
static void add_list(struct text *out, const char *name, const char *const *items, size_t count)
{
    text_printf(out, "set(%s [==[", name);
    for (size_t i = 0; i < count; i++)
        text_printf(out, "%s%s", i ? ";" : "", items[i]);
    text_add(out, "]==])\n");
}

void emit_list(struct compiler *cc, const struct layout *layout, struct text *out)
{
    struct VEC(const char *) names = {0};
    for (size_t i = 0; i < layout->instances.count; i++)
        vec_push(&cc->arena, &names, layout->instances.items[i]->instance->c_name);
    text_add(out, "# Written by camkesc: the programs that the system consists of.\n");
    add_list(out, "CAMKES_INSTANCES", names.items, names.count);
    for (size_t i = 0; i < layout->instances.count; i++)
        text_printf(out, "set(CAMKES_%s_COMPONENT [==[%s]==])\n",
                    layout->instances.items[i]->instance->c_name,
                    layout->instances.items[i]->instance->component->name.text);
    add_list(out, "CAMKES_INPUTS", cc->inputs.items, cc->inputs.count);
}
