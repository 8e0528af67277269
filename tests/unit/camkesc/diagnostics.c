/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each file in errors/ is a description with mistakes that says itself what the compiler must find:
 *
 *     a.n = "text";   // ERROR: a.n must be a number
 *
 * expects an error on this line with this in its message; WARNING and NOTE alike, and HINT for the
 * hint of any of the line's messages. `// ERROR(7): …` expects the mark at column 7. Every error
 * and warning must be expected, every expectation be met. good/ holds descriptions about which
 * nothing may be said, warned/ such as compile nevertheless.
 */
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct expectation {
    char kind[8];
    unsigned line, column; /* column 0 = any */
    char text[200];
    bool met;
};

#define MAX_EXPECTATIONS 100

static size_t read_expectations(const char *path, struct expectation *list)
{
    FILE *file = fopen(path, "r");
    char line[1000];
    size_t count = 0;
    assert_non_null(file);
    for (unsigned number = 1; fgets(line, sizeof(line), file); number++) {
        line[strcspn(line, "\n")] = '\0';
        for (char *comment = strstr(line, "// "); comment; comment = strstr(comment + 3, "// ")) {
            struct expectation e = {.line = number};
            if (sscanf(comment, "// %7[A-Z](%u): %199[^\n]", e.kind, &e.column, e.text) != 3 &&
                sscanf(comment, "// %7[A-Z]: %199[^\n]", e.kind, e.text) != 2)
                continue;
            char *next = strstr(e.text, " // ");
            if (next)
                *next = '\0';
            assert_true(count < MAX_EXPECTATIONS);
            list[count++] = e;
        }
    }
    fclose(file);
    return count;
}

static bool meets(struct expectation *list, size_t count, const char *kind,
                  const struct place *place, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        struct expectation *e = &list[i];
        if (!e->met && strcmp(e->kind, kind) == 0 && (!place || e->line == place->line) &&
            (!place || !e->column || e->column == place->column) && strstr(text, e->text)) {
            e->met = true;
            return true;
        }
    }
    return false;
}

static unsigned check_file(const char *directory, const char *name)
{
    static const char *const kinds[] = {"ERROR", "WARNING", "NOTE", "NOTE"};
    struct expectation list[MAX_EXPECTATIONS];
    char path[1000];
    unsigned failures = 0;
    snprintf(path, sizeof(path), "%s/%s/%s", TEST_DIR, directory, name);
    size_t count = read_expectations(path, list);
    struct compiler *cc = new_compiler();
    bool ok = compile_file(cc, path);
    struct place subject = {0}; /* of the last message that is not a note */
    for (size_t i = 0; i < cc->diags.list.count; i++) {
        const struct diagnostic *d = &cc->diags.list.items[i];
        struct place place = {0};
        if (d->location.unit)
            place = source_place(&d->location);
        bool met =
            meets(list, count, kinds[d->severity], d->location.unit ? &place : NULL, d->message);
        if (!met && d->severity != SEVERITY_NOTE) {
            print_error("%s/%s:%u:%u: unexpected %s: %s\n", directory, name, place.line,
                        place.column, kinds[d->severity], d->message);
            failures++;
        }
        if (d->severity != SEVERITY_NOTE)
            subject = place;
        if (d->hint)
            meets(list, count, "HINT", &subject, d->hint);
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i].met)
            continue;
        print_error("%s/%s:%u: missing %s: %s\n", directory, name, list[i].line, list[i].kind,
                    list[i].text);
        failures++;
    }
    if (strcmp(directory, "errors") == 0 ? ok || count == 0 : !ok) {
        print_error("%s/%s: %s\n", directory, name, ok ? "compiles" : "does not compile");
        failures++;
    }
    /* Printing must survive whatever it is given. */
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    diag_print(cc, out);
    fclose(out);
    free(printed);
    delete_compiler(cc);
    return failures;
}

static void check_directory(const char *directory)
{
    char path[1000];
    snprintf(path, sizeof(path), "%s/%s", TEST_DIR, directory);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    unsigned failures = 0, files = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (!dot || strcmp(dot, ".camkes") != 0)
            continue;
        failures += check_file(directory, entry->d_name);
        files++;
    }
    closedir(dir);
    assert_int_equal(failures, 0);
    assert_true(files > 0);
}

static void test_errors(void **state)
{
    (void)state;
    check_directory("errors");
}

static void test_good(void **state)
{
    (void)state;
    check_directory("good");
}

static void test_warned(void **state)
{
    (void)state;
    check_directory("warned");
}

/* The whole of one message, as it is printed. */
static void test_printed(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    const char *text = "component A { control; attribute int n; }\n"
                       "assembly { composition { component A a; } configuration {\n"
                       "\ta.n = 5 + \"x\";\n"
                       "} }\n";
    assert_false(compile_text(cc, text, strlen(text)));
    /* In memory only, so there is no line to show. */
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    diag_print(cc, out);
    fclose(out);
    assert_string_equal(printed, "test:3:12: error: a string cannot be calculated with\n");
    free(printed);
    delete_compiler(cc);
}

/* The examples of docs/adl.md are what it says they are. */
static void test_document(void **state)
{
    (void)state;
    FILE *file = fopen(DOCUMENT, "r");
    char line[500];
    static char text[1 << 16];
    bool inside = false;
    size_t blocks = 0;
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "```", 3) == 0) {
            inside = !inside && strcmp(line, "```c\n") == 0;
            if (inside)
                text[0] = '\0';
            /* At a block's end: those that are whole files or connectors must compile. */
            bool system = strstr(text, "assembly {"),
                 connector = strncmp(text, "connector", 9) == 0;
            if (inside || !text[0] || !(system || connector))
                continue;
            if (connector)
                strcat(text,
                       "component A { control; } assembly { composition { component A a; } }");
            struct compiler *cc = new_compiler();
            bool ok = compile_text(cc, text, strlen(text));
            diag_print(cc, stderr);
            assert_true(ok);
            delete_compiler(cc);
            text[0] = '\0';
            blocks++;
        } else if (inside) {
            assert_true(strlen(text) + strlen(line) + 100 < sizeof(text));
            strcat(text, line);
        }
    }
    fclose(file);
    assert_int_equal(blocks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),   cmocka_unit_test(test_good),
        cmocka_unit_test(test_warned),   cmocka_unit_test(test_printed),
        cmocka_unit_test(test_document),
    };
    return cmocka_run_group_tests_name("camkesc diagnostics", tests, NULL, NULL);
}
