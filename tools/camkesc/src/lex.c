/* SPDX-License-Identifier: BSD-2-Clause */
/* The lexer's actions: keywords from words, numbers from digits, strings from literals. */
#include "parser.h"

#include "grammar.h"
#include <string.h>

int lex_word(const char *word)
{
    static const struct {
        const char *word;
        int token;
    } keywords[] = {
        {"assembly", ASSEMBLY},
        {"component", COMPONENT},
        {"composition", COMPOSITION},
        {"configuration", CONFIGURATION},
        {"connection", CONNECTION},
        {"connector", CONNECTOR},
        {"procedure", PROCEDURE},
        {"struct", STRUCT},
        {"import", IMPORT},
        {"include", INCLUDE},
        {"control", CONTROL},
        {"hardware", HARDWARE},
        {"attribute", ATTRIBUTE},
        {"provides", PROVIDES},
        {"uses", USES},
        {"maybe", MAYBE},
        {"emits", EMITS},
        {"consumes", CONSUMES},
        {"dataport", DATAPORT},
        {"has", HAS},
        {"mutex", MUTEX},
        {"semaphore", SEMAPHORE},
        {"binary_semaphore", BINARY_SEMAPHORE},
        {"from", FROM},
        {"to", TO},
        {"with", WITH},
        {"threads", THREADS},
        {"group", GROUP},
        {"export", EXPORT},
        {"in", IN},
        {"out", OUT},
        {"inout", INOUT},
        {"refin", REFIN},
        {"void", VOID},
        {"int", INT},
        {"integer", INT},
        {"unsigned", UNSIGNED},
        {"signed", SIGNED},
        {"char", CHAR},
        {"string", STRING_TYPE},
        {"Buf", BUF},
        {"template", TEMPLATE},
        {"Procedure", END_KIND},
        {"Procedures", END_KIND},
        {"Event", END_KIND},
        {"Events", END_KIND},
        {"Dataport", END_KIND},
        {"Dataports", END_KIND},
        {"True", TRUE},
        {"true", TRUE},
        {"False", FALSE},
        {"false", FALSE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
        if (strcmp(word, keywords[i].word) == 0)
            return keywords[i].token;
    return IDENT;
}

int lex_integer(struct parser *p, const char *text, union ADL_STYPE *value, struct location at)
{
    uint64_t number = 0;
    unsigned base = 10;
    bool overflow = false;
    const char *digits = text;
    if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
        base = 16;
        digits += 2;
    } else if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') {
        diag_error(p->cc, at, "numbers do not begin with 0");
        diag_hint(p->cc, "there are no octal numbers here; write decimal or 0x…");
    }
    for (; *digits && !strchr("uUlL", *digits); digits++) {
        unsigned c = (unsigned char)*digits;
        unsigned digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        overflow |= __builtin_mul_overflow(number, (uint64_t)base, &number);
        overflow |= __builtin_add_overflow(number, (uint64_t)digit, &number);
    }
    if (overflow)
        diag_error(p->cc, at, "'%s' does not fit in 64 bits", text);
    value->number = (int64_t)number;
    return NUMBER;
}

/* What is between the quotes, as it is: it becomes a string of C, which has its own escapes. */
int lex_string(struct parser *p, const char *text, size_t length, union ADL_STYPE *value,
               struct location at)
{
    char *out = arena_strndup(&p->cc->arena, text, length);
    if (memchr(out, '\0', length)) {
        diag_error(p->cc, at, "strings cannot hold a zero byte");
        length = strlen(out);
    }
    value->text.data = out;
    value->text.length = length;
    return STRING;
}
