/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of the compiler: its options, its memory, what it has read and what it has to say.
 * The passes, in order: load (preprocess, parse, import) → instances → connections → settings →
 * check → layout → emit. Each stops the run where it found errors that would only repeat
 * themselves.
 */
#pragma once

#include "memory.h"
#include "ast.h"
#include "diag.h"

struct options {
    const char *input;
    struct VEC(const char *) include_dirs; /* -I: for imports and for the preprocessor */
    struct VEC(const char *) cpp_flags;
    const char *cpp;        /* program */
    bool no_cpp;            /* files are preprocessed already */
    const char *list_file;  /* --list */
    const char *picture;    /* --picture */
    const char *output_dir; /* -o */
    const char *depfile;    /* --depfile */
};

/* A device, or a part of one, that has one owner (hardware.c). */
struct hardware_range {
    const char *what;
    uint64_t first, last;
    const char *owner;
    struct location location;
    bool passed_through; /* to a guest, whose own devices may share a range */
};

struct compiler {
    struct arena arena;
    struct options options;
    struct diagnostics diags;
    bool damaged;      /* parts are missing: checking the rest would only find that again */
    bool diag_dropped; /* the last message was a repetition: drop its notes and hint */
    struct VEC(struct source_file *) files;
    struct VEC(struct unit *) units;
    struct VEC(const char *) inputs; /* every file read, for --depfile and --list */
    struct ast ast;
    struct system *system;
    struct layout *layout;
    unsigned header_number;                     /* of the camkes.h that is being written */
    struct VEC(struct hardware_range) hardware; /* claimed so far */
};

/* load.c: reads the input and everything it imports into cc->ast. */
void load(struct compiler *cc);
/* What was parsed by parse_unit() alone imports. */
void load_imports(struct compiler *cc);
/* Parses one preprocessed file into cc->ast. */
void parse_unit(struct compiler *cc, struct unit *unit);

/* compile.c: all passes up to the layout; false where there were errors. */
bool compile(struct compiler *cc);
/* The same after load(), for descriptions that were parsed from memory. */
bool compile_loaded(struct compiler *cc);
/* `cc` is zeroed. */
void compiler_init(struct compiler *cc);
void compiler_free(struct compiler *cc);
