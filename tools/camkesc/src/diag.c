/* SPDX-License-Identifier: BSD-2-Clause */
#include "diag.h"

#include "compiler.h"
#include <string.h>

#define MAX_PRINTED 40

static bool repeated(const struct diagnostics *diags, struct location at, const char *message)
{
    for (size_t i = 0; i < diags->list.count; i++) {
        const struct diagnostic *d = &diags->list.items[i];
        if (d->location.unit == at.unit && d->location.offset == at.offset &&
            strcmp(d->message, message) == 0)
            return true;
    }
    return false;
}

static void add(struct compiler *cc, enum severity severity, struct location at, const char *format,
                va_list arguments)
{
    const char *message = arena_vprintf(&cc->arena, format, arguments);
    if (severity != SEVERITY_NOTE)
        cc->diag_dropped = repeated(&cc->diags, at, message);
    if (cc->diag_dropped)
        return;
    if (severity == SEVERITY_ERROR)
        cc->diags.errors++;
    vec_push(&cc->arena, &cc->diags.list,
             (struct diagnostic){.severity = severity, .location = at, .message = message});
}

void diag_add(struct compiler *cc, enum severity severity, struct location at, const char *format,
              ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(cc, severity, at, format, arguments);
    va_end(arguments);
}

void diag_error(struct compiler *cc, struct location at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(cc, SEVERITY_ERROR, at, format, arguments);
    va_end(arguments);
}

void diag_warning(struct compiler *cc, struct location at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(cc, SEVERITY_WARNING, at, format, arguments);
    va_end(arguments);
}

void diag_note(struct compiler *cc, struct location at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(cc, SEVERITY_NOTE, at, format, arguments);
    va_end(arguments);
}

void diag_hint(struct compiler *cc, const char *format, ...)
{
    if (cc->diag_dropped || cc->diags.list.count == 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    cc->diags.list.items[cc->diags.list.count - 1].hint =
        arena_vprintf(&cc->arena, format, arguments);
    va_end(arguments);
}

bool diag_has_error(const struct compiler *cc, struct location at)
{
    for (size_t i = 0; at.unit && i < cc->diags.list.count; i++) {
        const struct diagnostic *d = &cc->diags.list.items[i];
        if (d->severity == SEVERITY_ERROR && d->location.unit == at.unit &&
            d->location.offset == at.offset)
            return true;
    }
    return false;
}

/* Prints a line and a caret below `column` (from 1). Tabs are kept so that the caret lines up. */
static void print_line(FILE *out, const char *line, size_t length, size_t column, size_t width)
{
    fputs("    ", out);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];
        fputc(c < ' ' && c != '\t' ? ' ' : c, out);
    }
    fputs("\n    ", out);
    for (size_t i = 0; i + 1 < column; i++) {
        /* Continuation bytes of UTF-8 take no column. */
        if (i < length && ((unsigned char)line[i] & 0xc0) == 0x80)
            continue;
        fputc(i < length && line[i] == '\t' ? '\t' : ' ', out);
    }
    fputc('^', out);
    for (size_t i = 1; i < width; i++)
        fputc('~', out);
    fputc('\n', out);
}

static void print_one(FILE *out, const struct diagnostic *d)
{
    static const char *const words[] = {"error", "warning", "note", "note"};
    if (!d->location.unit) {
        fprintf(out, "camkesc: %s: %s\n", words[d->severity], d->message);
    } else {
        struct place place = source_place(&d->location);
        fprintf(out, "%s:%u:%u: %s: %s\n", place.file->path, place.line, place.column,
                words[d->severity], d->message);
        if (place.line_text)
            print_line(out, place.line_text, place.line_length, place.column, place.width);
        if (place.from_macro && place.expanded) {
            /* Long expansions are cut around the position. */
            size_t start = place.expanded_column > 50 ? place.expanded_column - 50 : 0;
            size_t length = place.expanded_length - start;
            fputs("    which the preprocessor turned into\n", out);
            print_line(out, place.expanded + start, length > 90 ? 90 : length,
                       place.expanded_column - start + 1, d->location.length);
        }
    }
    if (d->hint)
        fprintf(out, "    hint: %s\n", d->hint);
}

/* A wrong macro call can be wrong in each of its items; two of them tell enough. */
#define MAX_PER_EXPANSION 2

static bool expansion_exhausted(const struct diagnostics *diags, size_t index)
{
    struct place place = source_place(&diags->list.items[index].location);
    unsigned before = 0;
    if (!place.from_macro)
        return false;
    for (size_t i = 0; i < index; i++) {
        const struct diagnostic *d = &diags->list.items[i];
        if (d->severity != SEVERITY_ERROR || !d->location.unit)
            continue;
        struct place other = source_place(&d->location);
        before += other.from_macro && other.file == place.file && other.line == place.line;
    }
    return before >= MAX_PER_EXPANSION;
}

void diag_print(struct compiler *cc, FILE *out)
{
    unsigned shown = 0, hidden = 0;
    bool skip = false;
    for (size_t i = 0; i < cc->diags.list.count; i++) {
        const struct diagnostic *d = &cc->diags.list.items[i];
        if (d->severity == SEVERITY_ERROR) {
            skip = shown == MAX_PRINTED || (d->location.unit && expansion_exhausted(&cc->diags, i));
            shown += !skip;
            hidden += skip;
        } else if (d->severity != SEVERITY_NOTE) {
            skip = false;
        }
        if (!skip)
            print_one(out, d);
    }
    if (hidden)
        fprintf(out, "camkesc: %u more error%s of the same kind not shown\n", hidden,
                hidden == 1 ? "" : "s");
}

/* Edit distance, bounded: names longer than this are never near. */
#define MAX_NAME 48

static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > MAX_NAME || m > MAX_NAME)
        return UINT32_MAX;
    unsigned row[MAX_NAME + 1];
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < cost)
                cost = row[j] + 1;
            if (row[j - 1] + 1 < cost)
                cost = row[j - 1] + 1;
            row[j] = cost;
        }
    }
    return row[m];
}

void suggest(struct suggestion *suggestion, const char *candidate)
{
    unsigned d = distance(suggestion->name, candidate);
    size_t length = strlen(suggestion->name);
    unsigned limit = length < 3 ? 1 : length < 6 ? 2 : 3;
    if (strcasecmp(suggestion->name, candidate) == 0)
        d = 0;
    if (d <= limit && d < length && (!suggestion->best || d < suggestion->distance)) {
        suggestion->best = candidate;
        suggestion->distance = d;
    }
}
