/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutated descriptions: whatever comes in, the compiler ends, with a result or with a message, and
 * the sanitizers find nothing. CAMKESC_FUZZ_SECONDS and CAMKESC_FUZZ_SEED choose how long and
 * which; the seed of the run is printed. One case is the input alone: `camkesc-fuzz file`.
 */
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct sample {
    char *text;
    size_t length;
};

static struct sample samples[200];
static size_t sample_count, good_count;
static uint64_t random_state;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static size_t below(size_t limit)
{
    return limit ? (size_t)(next_random() % limit) : 0;
}

static struct sample read_sample(const char *path)
{
    struct sample sample = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return sample;
    sample.text = calloc(1, 1 << 16);
    sample.length = fread(sample.text, 1, 1 << 16, file);
    fclose(file);
    return sample;
}

/* As the preprocessor leaves it, since mutated text does not go through it. */
static struct sample preprocess_sample(const char *path)
{
    struct compiler *cc = new_compiler();
    struct unit *unit = source_open(cc, path, NOWHERE);
    assert_non_null(unit);
    struct sample sample = {.text = malloc(unit->length + 1), .length = unit->length};
    memcpy(sample.text, unit->text, unit->length);
    delete_compiler(cc);
    return sample;
}

static void read_samples(const char *directory, bool preprocess)
{
    DIR *dir = opendir(directory);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[1000];
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        if (strstr(entry->d_name, ".camkes") && sample_count < ARRAY_SIZE(samples))
            samples[sample_count++] = preprocess ? preprocess_sample(path) : read_sample(path);
    }
    if (dir)
        closedir(dir);
}

/* Pieces that matter to the grammar and to the checks behind it. */
static const char *const pieces[] = {
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    ",",
    ".",
    "=",
    "<-",
    "->",
    "**",
    "<<",
    "?",
    ":",
    "\"",
    "/*",
    "//",
    "#",
    "component ",
    "assembly ",
    "composition ",
    "configuration ",
    "connection ",
    "connector ",
    "procedure ",
    "struct ",
    "import ",
    "include ",
    "control;",
    "hardware;",
    "attribute int ",
    "provides ",
    "uses ",
    "maybe ",
    "emits ",
    "consumes ",
    "dataport ",
    "has mutex ",
    "from ",
    "to ",
    "with 3 threads",
    "group ",
    "export ",
    "Buf(0x40000000)",
    "9223372036854775807",
    "0xffffffffffffffff",
    "-1",
    "1e308",
    "0",
    "a",
    "b",
    "a.p",
    "\\",
    "simple_untyped47_pool = 4096;",
    "heap_size = 1 << 36;",
    "_stack_size = 1 << 26;",
    "cnode_size_bits = 2;",
    "untyped_mb = 1048576;",
    "mmios = [\"0:0x10000000:12\"];",
    "ioports = \"0:65535,1:2\";",
    "\n# 7 \"x\"\n",
    "\0",
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* A word of the text at or after a random place. */
static size_t find_word(const char *text, size_t length, size_t *size)
{
    size_t at = below(length);
    while (at > 0 && is_word(text[at - 1]))
        at--;
    while (at < length && !is_word(text[at]))
        at++;
    *size = 0;
    while (at + *size < length && is_word(text[at + *size]))
        ++*size;
    return at;
}

static size_t splice(char *text, size_t length, size_t capacity, size_t at, size_t size,
                     const char *with, size_t with_size)
{
    char copy[256];
    if (with_size > sizeof(copy) || length - size + with_size > capacity)
        return length;
    memcpy(copy, with, with_size);
    memmove(text + at + with_size, text + at + size, length - at - size);
    memcpy(text + at, copy, with_size);
    return length - size + with_size;
}

/* Keeps the grammar mostly right: one word takes another's place, numbers become odd ones. */
static size_t exchange_words(char *text, size_t length, size_t capacity)
{
    static const char *const numbers[] = {
        "0",   "1",     "-1",   "2",        "7",          "255",
        "256", "4095",  "4097", "0x200000", "0x40000001", "9223372036854775807",
        "1.5", "\"x\"", "[]",   "{}",       "[1, {}]"};
    for (size_t n = 1 + below(3); n > 0; n--) {
        size_t size, other_size;
        size_t at = find_word(text, length, &size), other = find_word(text, length, &other_size);
        if (size && text[at] <= '9') {
            const char *number = numbers[below(ARRAY_SIZE(numbers))];
            length = splice(text, length, capacity, at, size, number, strlen(number));
        } else {
            length = splice(text, length, capacity, at, size, text + other, other_size);
        }
    }
    return length;
}

static size_t mutate(char *text, size_t length, size_t capacity)
{
    for (size_t n = 1 + below(8); n > 0; n--) {
        size_t at = below(length + 1);
        size_t count = below(40);
        const char *piece = pieces[below(ARRAY_SIZE(pieces))];
        const struct sample *other = &samples[below(sample_count)];
        size_t from = below(other->length);
        switch (below(5)) {
        case 0: /* another byte */
            if (at < length)
                text[at] = (char)next_random();
            break;
        case 1: /* leave out */
            if (count > length - at)
                count = length - at;
            memmove(text + at, text + at + count, length - at - count);
            length -= count;
            break;
        case 2: /* put in a piece */
            count = strlen(piece);
            if (length + count > capacity)
                break;
            memmove(text + at + count, text + at, length - at);
            memcpy(text + at, piece, count);
            length += count;
            break;
        case 3: /* repeat something that is there */
            if (count > length - at)
                count = length - at;
            if (length + count > capacity)
                break;
            memmove(text + at + count, text + at, length - at);
            length += count;
            break;
        default: /* overwrite with something of another sample */
            if (count > other->length - from)
                count = other->length - from;
            if (count > length - at)
                count = length - at;
            memcpy(text + at, other->text + from, count);
        }
    }
    return length;
}

static void emit_everything(struct compiler *cc)
{
    struct text text;
    text_init(&text, &cc->arena);
    for (size_t i = 0; i < cc->layout->instances.count; i++) {
        emit_header(cc->layout->instances.items[i], &text);
        emit_tables(cc->layout->instances.items[i], &text);
    }
    emit_capdl_text(cc, &text);
    emit_list(cc, &text);
    text_init(&text, &cc->arena);
    emit_capdl_bin(cc, &text);
}

static bool run_one(const char *text, size_t length)
{
    static FILE *null;
    struct compiler *cc = new_compiler();
    bool ok = compile_text(cc, text, length);
    if (ok)
        emit_everything(cc);
    else
        assert_true(cc->diags.errors > 0); /* a failure says why */
    if (!null)
        null = fopen("/dev/null", "w");
    diag_print(cc, null);
    delete_compiler(cc);
    return ok;
}

static void test_fuzz(void **state)
{
    (void)state;
    const char *seconds = getenv("CAMKESC_FUZZ_SECONDS"), *seed = getenv("CAMKESC_FUZZ_SEED");
    const size_t capacity = 1 << 17;
    char *text = malloc(capacity);
    time_t end = time(NULL) + (seconds ? atoi(seconds) : 10);
    random_state = seed ? strtoull(seed, NULL, 0) : 0x9e3779b97f4a7c15;
    print_message("seed 0x%llx\n", (unsigned long long)random_state);
    unsigned long runs = 0, good = 0;
    while (time(NULL) < end) {
        const struct sample *sample = &samples[below(below(4) ? good_count : sample_count)];
        memcpy(text, sample->text, sample->length);
        size_t length = below(2) ? mutate(text, sample->length, capacity)
                                 : exchange_words(text, sample->length, capacity);
        const char *save = getenv("CAMKESC_FUZZ_SAVE");
        if (save) {
            FILE *file = fopen(save, "wb");
            fwrite(text, 1, length, file);
            fclose(file);
        }
        good += run_one(text, length);
        runs++;
    }
    free(text);
    print_message("%lu descriptions, %lu of them good\n", runs, good);
    /* Both ways must have been taken, or the test tests nothing. */
    assert_true(good > 0 && good < runs);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct sample sample = read_sample(argv[1]);
        printf("%s\n", run_one(sample.text, sample.length) ? "good" : "bad");
        free(sample.text);
        return 0;
    }
    read_samples(TEST_DIR "/good", true);
    good_count = sample_count;
    read_samples(TEST_DIR "/errors", false);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fuzz)};
    int failed = cmocka_run_group_tests_name("camkesc fuzz", tests, NULL, NULL);
    for (size_t i = 0; i < sample_count; i++)
        free(samples[i].text);
    return failed;
}
