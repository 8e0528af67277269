/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the input and everything that it imports, each file once however it is spelt. Every file is
 * preprocessed by itself, as its own #include lines say.
 */
#include "compiler.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_FILES 1000

struct seen {
    struct VEC(struct stat) files;
};

static bool seen_before(struct compiler *cc, struct seen *seen, const struct stat *st)
{
    for (size_t i = 0; i < seen->files.count; i++)
        if (seen->files.items[i].st_dev == st->st_dev && seen->files.items[i].st_ino == st->st_ino)
            return true;
    vec_push(&cc->arena, &seen->files, *st);
    return false;
}

static bool is_file(const char *path, struct stat *st)
{
    return stat(path, st) == 0 && S_ISREG(st->st_mode);
}

static const char *find_import(struct compiler *cc, const struct import *import, struct stat *st)
{
    const char *path = import->name;
    if (path[0] == '/' && is_file(path, st))
        return path;
    if (!import->search) {
        /* Relative to the file that the line was written in, which an #include may have brought. */
        struct place place = source_place(&import->location);
        const char *slash = strrchr(place.file->path, '/');
        path = slash ? arena_printf(&cc->arena, "%.*s/%s", (int)(slash - place.file->path),
                                    place.file->path, import->name)
                     : import->name;
        if (is_file(path, st))
            return path;
    }
    for (size_t i = 0; i < cc->options.include_dirs.count; i++) {
        path = arena_printf(&cc->arena, "%s/%s", cc->options.include_dirs.items[i], import->name);
        if (is_file(path, st))
            return path;
    }
    /* The standard interfaces are called Timer.idl4 elsewhere, Timer.camkes here. */
    size_t length = strlen(import->name), tail = strlen(".idl4");
    if (length <= tail || strcmp(import->name + length - tail, ".idl4") != 0)
        return NULL;
    struct import other = *import;
    other.name = arena_printf(&cc->arena, "%.*s.camkes", (int)(length - tail), import->name);
    return find_import(cc, &other, st);
}

static void not_found(struct compiler *cc, const struct import *import)
{
    cc->damaged = true;
    diag_error(cc, import->location, "cannot find '%s'", import->name);
    struct text text;
    text_init(&text, &cc->arena);
    for (size_t i = 0; i < cc->options.include_dirs.count; i++)
        text_printf(&text, "%s%s", i ? ", " : "", cc->options.include_dirs.items[i]);
    if (import->search)
        diag_hint(cc, "searched: %s", text.length ? text.data : "nowhere (no -I was given)");
    else
        diag_hint(cc, "\"…\" is relative to this file; <…> searches the import path");
}

static void follow(struct compiler *cc, struct seen *seen)
{
    struct stat st;
    while (cc->ast.imports_done < cc->ast.imports.count) {
        struct import import = cc->ast.imports.items[cc->ast.imports_done++];
        const char *path = find_import(cc, &import, &st);
        if (!path) {
            not_found(cc, &import);
            continue;
        }
        if (seen_before(cc, seen, &st))
            continue;
        if (seen->files.count > MAX_FILES) {
            diag_error(cc, import.location, "more than %d imported files", MAX_FILES);
            return;
        }
        struct unit *unit = source_open(cc, path, import.location);
        if (unit)
            parse_unit(cc, unit);
        else
            cc->damaged = true;
    }
}

void load_imports(struct compiler *cc)
{
    struct seen seen = {0};
    follow(cc, &seen);
}

void load(struct compiler *cc)
{
    struct seen seen = {0};
    struct stat st;
    if (is_file(cc->options.input, &st))
        seen_before(cc, &seen, &st);
    struct unit *unit = source_open(cc, cc->options.input, NOWHERE);
    if (unit)
        parse_unit(cc, unit);
    else
        cc->damaged = true;
    follow(cc, &seen);
}
