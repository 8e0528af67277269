/* SPDX-License-Identifier: BSD-2-Clause */
/* The passes, in order. */
#include "layout.h"
#include "model.h"

typedef void (*pass_fn)(struct compiler *cc);

static void lay_out(struct compiler *cc)
{
    cc->layout = build_layout(cc);
}

bool compile_loaded(struct compiler *cc)
{
    /* A pass that finds errors still lets those run that do not depend on what it found wanting. */
    static const pass_fn front[] = {check_unique_names, resolve_types, build_instances,
                                    build_connections};
    static const pass_fn back[] = {build_settings, check_system, lay_out};
    if (cc->damaged)
        return false;
    for (size_t i = 0; i < sizeof front / sizeof *front; i++)
        front[i](cc);
    for (size_t i = 0; i < sizeof back / sizeof *back; i++) {
        if (cc->diags.errors && back[i] == lay_out)
            return false;
        back[i](cc);
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
