/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the results. A file whose contents stay the same is not touched, so that a build rebuilds
 * no more than it must; a new one appears at once and whole (written beside it and renamed).
 */
#include "emit.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool output_file(struct compiler *cc, const char *path, const struct text *text)
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

static void emit_depfile(struct compiler *cc, struct text *out)
{
    add_escaped(out, arena_printf(&cc->arena, "%s/capdl.bin", cc->options.output_dir));
    text_add(out, ":");
    for (size_t i = 0; i < cc->inputs.count; i++) {
        text_add(out, " \\\n  ");
        add_escaped(out, cc->inputs.items[i]);
    }
    text_add(out, "\n");
}

static bool output_instance(struct compiler *cc, const struct layout_instance *in)
{
    static const struct {
        const char *name;
        void (*emit)(const struct layout_instance *in, struct text *out);
    } files[] = {{"camkes.h", emit_header}, {"camkes.c", emit_tables}};
    const char *directory =
        arena_printf(&cc->arena, "%s/%s", cc->options.output_dir, in->instance->c_name);
    bool ok = make_directory(cc, directory);
    for (size_t i = 0; ok && i < ARRAY_SIZE(files); i++) {
        struct text text;
        text_init(&text, &cc->arena);
        files[i].emit(in, &text);
        ok = output_file(cc, arena_printf(&cc->arena, "%s/%s", directory, files[i].name), &text);
    }
    return ok;
}

static bool output(struct compiler *cc, const char *path,
                   void (*emit)(struct compiler *cc, struct text *out))
{
    struct text text;
    text_init(&text, &cc->arena);
    emit(cc, &text);
    return output_file(cc, path, &text);
}

bool output_all(struct compiler *cc)
{
    const char *directory = cc->options.output_dir, *depfile = cc->options.depfile;
    if (cc->options.list_file && !output(cc, cc->options.list_file, emit_list))
        return false;
    if (cc->options.picture && !output(cc, cc->options.picture, emit_picture))
        return false;
    if (!directory)
        return true;
    if (!make_directory(cc, directory))
        return false;
    for (size_t i = 0; i < cc->layout->instances.count; i++)
        if (!output_instance(cc, cc->layout->instances.items[i]))
            return false;
    return output(cc, arena_printf(&cc->arena, "%s/capdl.txt", directory), emit_capdl_text) &&
           output(cc, arena_printf(&cc->arena, "%s/capdl.bin", directory), emit_capdl_bin) &&
           (!depfile || output(cc, depfile, emit_depfile));
}
