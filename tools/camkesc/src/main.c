/* SPDX-License-Identifier: BSD-2-Clause */
/* camkesc: the command line. */
#include "compiler.h"
#include "emit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: camkesc [options] file.camkes\n"
    "Compiles the description of a system into tables, stubs and its capability description.\n"
    "\n"
    "  -I DIR            search DIR for imports and #include files\n"
    "  -D NAME[=VALUE]   define a macro\n"
    "  --cpp-flag FLAG   pass FLAG to the C preprocessor\n"
    "  --cpp PROGRAM     the C preprocessor (default: gcc)\n"
    "  --no-cpp          the files are preprocessed already\n"
    "  --list FILE       write the list of instances for CMake\n"
    "  -o DIR            write DIR/<instance>/camkes.{c,h}, DIR/capdl.txt and DIR/capdl.bin\n"
    "  --depfile FILE    with -o: write what DIR/capdl.bin depends on\n"
    "  --picture FILE    draw the system, as a graph for Graphviz' dot\n"
    "  --platform NAME   the machine; there is one, x86_64\n"
    "\n"
    "Without -o, --list and --picture the description is only checked. Exit status: 0 good, 1 "
    "errors, 2 "
    "misuse.\n";

static int misuse(const char *what, const char *argument)
{
    fprintf(stderr, "camkesc: %s%s\nTry 'camkesc --help'.\n", what, argument);
    return 2;
}

/* The value of option argv[*i], attached (-Ix) or the next argument. */
static const char *value_of(char **argv, int *i, const char *option)
{
    size_t length = strlen(option);
    if (strncmp(argv[*i], option, length) != 0)
        return NULL;
    const char *rest = argv[*i] + length;
    bool is_long = option[1] == '-';
    if (is_long && *rest == '=')
        return rest + 1;
    if (*rest && is_long)
        return NULL;
    if (*rest)
        return rest;
    if (!argv[*i + 1])
        return NULL;
    return argv[++*i];
}

static int parse_options(struct compiler *cc, int argc, char **argv)
{
    struct options *options = &cc->options;
    options->cpp = getenv("CAMKESC_CPP") ? getenv("CAMKESC_CPP") : "gcc";
    for (int i = 1; i < argc; i++) {
        const char *value;
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        } else if (strcmp(argv[i], "--no-cpp") == 0) {
            options->no_cpp = true;
        } else if ((value = value_of(argv, &i, "--cpp-flag"))) {
            vec_push(&cc->arena, &options->cpp_flags, value);
        } else if ((value = value_of(argv, &i, "--cpp"))) {
            options->cpp = value;
        } else if ((value = value_of(argv, &i, "--list"))) {
            options->list_file = value;
        } else if ((value = value_of(argv, &i, "--picture"))) {
            options->picture = value;
        } else if ((value = value_of(argv, &i, "--depfile"))) {
            options->depfile = value;
        } else if ((value = value_of(argv, &i, "--platform"))) {
            if (strcmp(value, "x86_64") != 0 && strcmp(value, "pc99") != 0)
                return misuse("unknown platform ", value);
        } else if ((value = value_of(argv, &i, "-I"))) {
            vec_push(&cc->arena, &options->include_dirs, value);
        } else if ((value = value_of(argv, &i, "-D"))) {
            vec_push(&cc->arena, &options->cpp_flags, arena_printf(&cc->arena, "-D%s", value));
        } else if ((value = value_of(argv, &i, "-o"))) {
            options->output_dir = value;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return misuse("unknown option, or one without its value: ", argv[i]);
        } else if (options->input) {
            return misuse("more than one input file: ", argv[i]);
        } else {
            options->input = argv[i];
        }
    }
    return options->input ? 0 : misuse("no input file", "");
}

int main(int argc, char **argv)
{
    static struct compiler cc;
    compiler_init(&cc);
    int status = parse_options(&cc, argc, argv);
    if (status == 0) {
        bool ok = compile(&cc) && output_all(&cc);
        diag_print(&cc, stderr);
        status = ok ? 0 : 1;
    }
    compiler_free(&cc);
    return status;
}
