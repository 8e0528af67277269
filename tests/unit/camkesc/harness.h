/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the compiler inside of a test. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compiler.h"
#include "emit.h"
#include "layout.h"

/* A compiler with the tree's own import paths. */
struct compiler *new_compiler(void);
void delete_compiler(struct compiler *cc);

/* Compiles a file, or text that needs no preprocessing. */
bool compile_file(struct compiler *cc, const char *path);
bool compile_text(struct compiler *cc, const char *text, size_t length);

/* The first line of a system with one component A, whose instance is `a`. */
char *in_system(struct compiler *cc, const char *declarations, const char *settings);
