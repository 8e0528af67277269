/* SPDX-License-Identifier: BSD-2-Clause */
/* Rests on: GNU cpp manual, "Preprocessor Output" (line markers). */
#include "source.h"

#include "compiler.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SOURCE MIB(64)

static bool read_all(struct text *text, int fd)
{
    char buffer[16384];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof(buffer));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || text->length > MAX_SOURCE)
            return false;
        if (got == 0)
            return true;
        text_add_bytes(text, buffer, (size_t)got);
    }
}

static struct source_file *source_file(struct compiler *cc, const char *path)
{
    for (size_t i = 0; i < cc->files.count; i++)
        if (strcmp(cc->files.items[i]->path, path) == 0)
            return cc->files.items[i];
    struct source_file *file = arena_alloc(&cc->arena, sizeof(*file));
    file->path = arena_strdup(&cc->arena, path);
    vec_push(&cc->arena, &cc->files, file);
    int fd = path[0] == '<' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        struct text text;
        text_init(&text, &cc->arena);
        if (read_all(&text, fd)) {
            file->text = text.data;
            file->length = text.length;
            vec_push(&cc->arena, &cc->inputs, file->path);
        }
        close(fd);
    }
    return file;
}

/* `# 12 "file" flags` or `#line 12 "file"`. Returns false for any other line. */
static bool parse_marker(struct compiler *cc, const char *line, size_t length, uint32_t *number,
                         struct source_file **file)
{
    char *copy = arena_strndup(&cc->arena, line, length);
    char *p = copy;
    while (*p == ' ' || *p == '\t')
        p++;
    if (*p++ != '#')
        return false;
    while (*p == ' ' || *p == '\t')
        p++;
    if (strncmp(p, "line", 4) == 0)
        p += 4;
    char *end;
    unsigned long value = strtoul(p, &end, 10);
    if (end == p || value > INT32_MAX)
        return false;
    *number = (uint32_t)value;
    p = strchr(end, '"');
    if (!p)
        return true;
    /* The name is a C string: \\ and \" are escaped in it. */
    char *out = ++p, *start = p;
    while (*p && *p != '"') {
        if (*p == '\\' && p[1])
            p++;
        *out++ = *p++;
    }
    *out = '\0';
    *file = source_file(cc, start);
    return true;
}

static void index_lines(struct compiler *cc, struct unit *unit)
{
    struct source_file *file = source_file(cc, unit->path);
    uint32_t number = 1;
    size_t offset = 0;
    while (offset < unit->length) {
        const char *line = unit->text + offset;
        const char *end = memchr(line, '\n', unit->length - offset);
        size_t length = end ? (size_t)(end - line) : unit->length - offset;
        uint32_t next = number + 1;
        if (parse_marker(cc, line, length, &number, &file))
            next = number;
        vec_push(&cc->arena, &unit->lines,
                 (struct source_line){.offset = (uint32_t)offset, .number = number, .file = file});
        number = next;
        offset += length + 1;
    }
    if (unit->lines.count == 0)
        vec_push(&cc->arena, &unit->lines, (struct source_line){.number = 1, .file = file});
}

struct unit *source_from_memory(struct compiler *cc, const char *path, const char *text,
                                size_t length)
{
    struct unit *unit = arena_alloc(&cc->arena, sizeof(*unit));
    unit->path = arena_strdup(&cc->arena, path);
    unit->directory = dirname(arena_strdup(&cc->arena, path));
    unit->text = arena_strndup(&cc->arena, text, length);
    unit->length = length;
    index_lines(cc, unit);
    vec_push(&cc->arena, &cc->units, unit);
    return unit;
}

/*
 * The preprocessor's messages go on to standard error, but those about strings that end on a later
 * line, as they may here. A message is a line, indented ones below it, and before it how the file
 * was included.
 */
static void pass_on(struct compiler *cc, FILE *messages)
{
    char *line = NULL;
    size_t room = 0;
    bool goes_on = true, unwanted = false;
    struct text message;
    text_init(&message, &cc->arena);
    rewind(messages);
    for (bool more = true; more;) {
        more = getline(&line, &room, messages) > 0;
        if (!more || (line[0] != ' ' && !goes_on)) {
            if (!unwanted && message.length > 0)
                fwrite(message.data, 1, message.length, stderr);
            unwanted = false;
            message.length = 0;
        }
        if (more) {
            text_add(&message, line);
            if (strstr(line, ": warning: missing terminating"))
                unwanted = true;
            goes_on = strstr(line, " from ") && !strstr(line, ": warning: ");
        }
    }
    free(line);
    fclose(messages);
}

/* Runs the preprocessor, its output in a pipe, its messages in a file. */
static bool preprocess(struct compiler *cc, const char *path, struct text *text,
                       struct location from)
{
    const struct options *options = &cc->options;
    size_t count = 16 + 2 * options->include_dirs.count + options->cpp_flags.count;
    const char **argv = arena_alloc(&cc->arena, count * sizeof(*argv));
    size_t n = 0;
    argv[n++] = options->cpp;
    /* A strict standard, so that `linux` and `unix` stay plain words. */
    const char *const fixed[] = {"-E", "-std=c17", "-x", "c"};
    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
        argv[n++] = fixed[i];
    for (size_t i = 0; i < options->include_dirs.count; i++) {
        argv[n++] = "-I";
        argv[n++] = options->include_dirs.items[i];
    }
    for (size_t i = 0; i < options->cpp_flags.count; i++)
        argv[n++] = options->cpp_flags.items[i];
    argv[n++] = path;

    int pipe_fds[2];
    FILE *messages = tmpfile();
    if (!messages || pipe2(pipe_fds, O_CLOEXEC)) {
        diag_error(cc, from, "no pipe to the preprocessor: %s", strerror(errno));
        return false;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(pipe_fds[1], STDOUT_FILENO);
        dup2(fileno(messages), STDERR_FILENO);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    close(pipe_fds[1]);
    bool ok = child > 0 && read_all(text, pipe_fds[0]);
    close(pipe_fds[0]);
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    pass_on(cc, messages);
    if (ok && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        diag_error(cc, from, "the C preprocessor '%s' could not be started", options->cpp);
    else
        diag_error(cc, from, "the C preprocessor found errors in %s (see above)", path);
    return false;
}

struct unit *source_open(struct compiler *cc, const char *path, struct location from)
{
    struct source_file *file = source_file(cc, path);
    if (!file->text) {
        diag_error(cc, from, "cannot read %s: %s", path, errno ? strerror(errno) : "not a file");
        return NULL;
    }
    if (cc->options.no_cpp)
        return source_from_memory(cc, path, file->text, file->length);
    struct text text;
    text_init(&text, &cc->arena);
    if (!preprocess(cc, path, &text, from))
        return NULL;
    return source_from_memory(cc, path, text.data, text.length);
}

/* The text of line `number` of a file. */
static const char *find_line(const struct source_file *file, unsigned number, size_t *length)
{
    const char *p = file->text, *end = p ? p + file->length : NULL;
    for (unsigned i = 1; p && i < number; i++) {
        p = memchr(p, '\n', (size_t)(end - p));
        p = p ? p + 1 : NULL;
    }
    if (!p || p > end)
        return NULL;
    const char *stop = memchr(p, '\n', (size_t)(end - p));
    *length = (size_t)((stop ? stop : end) - p);
    return p;
}

/* Where `needle` is in the line: at `column` if possible, else its occurrence nearest to it. */
static bool locate(const char *line, size_t length, const char *needle, size_t size, size_t *column)
{
    bool found = false;
    size_t best = 0;
    for (size_t i = 0; size && i + size <= length; i++) {
        if (memcmp(line + i, needle, size) != 0)
            continue;
        size_t gap = i > *column ? i - *column : *column - i;
        size_t best_gap = best > *column ? best - *column : *column - best;
        if (!found || gap < best_gap)
            best = i;
        found = true;
    }
    *column = best;
    return found;
}

struct place source_place(const struct location *location)
{
    const struct unit *unit = location->unit;
    size_t low = 0, high = unit->lines.count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (unit->lines.items[middle].offset <= location->offset)
            low = middle;
        else
            high = middle;
    }
    const struct source_line *line = &unit->lines.items[low];
    struct place place = {.file = line->file, .line = line->number ? line->number : 1, .width = 1};
    size_t offset = MIN(location->offset, unit->length);
    size_t column = offset - line->offset, size = location->length;
    const char *expanded = unit->text + line->offset;
    const char *stop = memchr(expanded, '\n', unit->length - line->offset);
    size_t expanded_length = stop ? (size_t)(stop - expanded) : unit->length - line->offset;
    if (column + size > expanded_length)
        size = expanded_length > column ? expanded_length - column : 0;
    place.line_text = find_line(place.file, place.line, &place.line_length);
    if (!place.line_text) {
        place.column = (unsigned)column + 1;
        return place;
    }
    bool untouched = place.line_length == expanded_length &&
                     memcmp(place.line_text, expanded, expanded_length) == 0;
    size_t at = column;
    if (untouched || size == 0 ||
        locate(place.line_text, place.line_length, expanded + column, size, &at)) {
        place.column = (unsigned)(at <= place.line_length ? at : place.line_length) + 1;
        place.width = size ? size : 1;
        return place;
    }
    /* A macro brought it: point at the start of the line, and show what it became. */
    size_t indent = 0;
    while (indent < place.line_length &&
           (place.line_text[indent] == ' ' || place.line_text[indent] == '\t'))
        indent++;
    place.column = (unsigned)indent + 1;
    place.from_macro = true;
    place.expanded = expanded;
    place.expanded_length = expanded_length;
    place.expanded_column = column;
    return place;
}
