/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the compiler inside of a test. */
#include "harness.h"

#include <stdlib.h>
#include <string.h>

struct compiler *new_compiler(void)
{
    struct compiler *cc = calloc(1, sizeof(*cc));
    compiler_init(cc);
    char *paths = arena_strdup(&cc->arena, ADL_PATHS);
    for (char *path = strtok(paths, ":"); path; path = strtok(NULL, ":"))
        vec_push(&cc->arena, &cc->options.include_dirs, path);
    cc->options.cpp = "gcc";
    return cc;
}

void delete_compiler(struct compiler *cc)
{
    compiler_free(cc);
    free(cc);
}

bool compile_file(struct compiler *cc, const char *path)
{
    cc->options.input = path;
    return compile(cc);
}

bool compile_text(struct compiler *cc, const char *text, size_t length)
{
    cc->options.input = "test";
    cc->options.no_cpp = true;
    parse_unit(cc, source_from_memory(cc, "test", text, length));
    load_imports(cc);
    return compile_loaded(cc);
}

char *in_system(struct compiler *cc, const char *declarations, const char *settings)
{
    return arena_printf(&cc->arena,
                        "component A { control; %s }\n"
                        "assembly { composition { component A a; } configuration { %s } }\n",
                        declarations, settings);
}
