/* SPDX-License-Identifier: BSD-2-Clause */
/* The passes, in order. */
#include "emit.h"
#include "layout.h"
#include "model.h"

typedef void (*pass_fn)(struct compiler *cc);

void compiler_init(struct compiler *cc)
{
    arena_init(&cc->arena);
}

bool compile_loaded(struct compiler *cc)
{
    static const pass_fn structure[] = {check_unique_names, resolve_types, build_instances,
                                        build_connections};
    static const pass_fn contents[] = {build_settings, check_system};
    if (cc->damaged)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(structure); i++)
        structure[i](cc);
    bool sound = cc->diags.errors == 0;
    for (size_t i = 0; i < ARRAY_SIZE(contents); i++)
        contents[i](cc);
    /* Wrong values do not keep the layout from finding more of them; missing parts do. */
    if (sound) {
        check_guests(cc);
        pair_ends(cc);
        check_sizes(cc);
        build_layout(cc);
        check_generated_names(cc);
    }
    return cc->diags.errors == 0;
}

bool compile(struct compiler *cc)
{
    load(cc);
    return compile_loaded(cc);
}

void compiler_free(struct compiler *cc)
{
    arena_free(&cc->arena);
}
