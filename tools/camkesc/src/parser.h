/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lexer and the grammar share. */
#pragma once

#include "compiler.h"

struct parser {
    struct compiler *cc;
    const struct unit *unit;
    size_t offset;
    void *scanner;
};

/* A string literal, unescaped. */
struct lexed_text {
    const char *data;
    size_t length;
};

union ADL_STYPE;
int lex_word(const char *word);
int lex_integer(struct parser *parser, const char *text, union ADL_STYPE *value,
                struct location at);
int lex_string(struct parser *parser, const char *text, size_t length, union ADL_STYPE *value,
               struct location at);
