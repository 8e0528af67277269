/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the results. A file whose contents stay the same is not touched, so that a build rebuilds
 * no more than it must; a new one appears at once and whole (written beside it and renamed).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "emit.h"

static bool same_contents(const char *path, const struct text *text)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    char buffer[16384];
    size_t at = 0, got;
    bool same = true;
    while (same && (got = fread(buffer, 1, sizeof(buffer), file)) > 0) {
        same = got <= text->length - at && memcmp(buffer, text->data + at, got) == 0;
        at += same ? got : 0;
    }
    same = same && at == text->length && !ferror(file);
    fclose(file);
    return same;
}

bool output_file(struct compiler *cc, const char *path, const struct text *text)
{
    if (same_contents(path, text))
        return true;
    const char *temporary = arena_printf(&cc->arena, "%s.tmp%ld", path, (long)getpid());
    FILE *file = fopen(temporary, "wb");
    bool ok = file && fwrite(text->data, 1, text->length, file) == text->length;
    if (file)
        ok = fclose(file) == 0 && ok;
    if (ok && rename(temporary, path) == 0)
        return true;
    diag_error(cc, NOWHERE, "cannot write %s: %s", path, strerror(errno));
    unlink(temporary);
    return false;
}

static bool make_directory(struct compiler *cc, const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    diag_error(cc, NOWHERE, "cannot create the directory %s: %s", path, strerror(errno));
    return false;
}

static void add_escaped(struct text *text, const char *path)
{
    for (; *path; path++) {
        if (strchr(" #$\\", *path))
            text_add(text, *path == '$' ? "$" : "\\");
        text_add_bytes(text, path, 1);
    }
}

static bool output_depfile(struct compiler *cc)
{
    struct text text;
    text_init(&text, &cc->arena);
    add_escaped(&text, arena_printf(&cc->arena, "%s/capdl.bin", cc->options.output_dir));
    text_add(&text, ":");
    for (size_t i = 0; i < cc->inputs.count; i++) {
        text_add(&text, " \\\n  ");
        add_escaped(&text, cc->inputs.items[i]);
    }
    text_add(&text, "\n");
    return output_file(cc, cc->options.depfile, &text);
}

static bool output_instance(struct compiler *cc, const struct layout_instance *in)
{
    const char *directory =
        arena_printf(&cc->arena, "%s/%s", cc->options.output_dir, in->instance->c_name);
    struct text header, tables;
    text_init(&header, &cc->arena);
    text_init(&tables, &cc->arena);
    emit_header(cc, in, &header);
    emit_tables(cc, in, &tables);
    return make_directory(cc, directory) &&
           output_file(cc, arena_printf(&cc->arena, "%s/camkes.h", directory), &header) &&
           output_file(cc, arena_printf(&cc->arena, "%s/camkes.c", directory), &tables);
}

bool output_all(struct compiler *cc)
{
    const struct options *options = &cc->options;
    const struct layout *layout = cc->layout;
    struct text text;
    if (options->list_file) {
        text_init(&text, &cc->arena);
        emit_list(cc, layout, &text);
        if (!output_file(cc, options->list_file, &text))
            return false;
    }
    if (!options->output_dir)
        return true;
    if (!make_directory(cc, options->output_dir))
        return false;
    for (size_t i = 0; i < layout->instances.count; i++)
        if (!output_instance(cc, layout->instances.items[i]))
            return false;
    text_init(&text, &cc->arena);
    emit_capdl_text(cc, layout, &text);
    if (!output_file(cc, arena_printf(&cc->arena, "%s/capdl.txt", options->output_dir), &text))
        return false;
    text_init(&text, &cc->arena);
    emit_capdl_bin(cc, layout, &text);
    if (!output_file(cc, arena_printf(&cc->arena, "%s/capdl.bin", options->output_dir), &text))
        return false;
    return !options->depfile || output_depfile(cc);
}
