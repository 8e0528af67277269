/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library as components see it.
 */
#include <camkes.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static char printed[64];
static size_t printed_size;

static void collect(int c)
{
    if (printed_size < sizeof(printed) - 1)
        printed[printed_size++] = (char)c;
}

__attribute__((constructor)) static void construct(void)
{
    collect('C');
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void test_console(void)
{
    CHECK(printed_size == 1 && printed[0] == 'C'); /* constructors ran, once */
    set_putchar(collect);
    printf("line %d\n", 1);
    fprintf(stderr, "unbuffered");
    set_putchar(NULL);
    CHECK(strcmp(printed, "Cline 1\nunbuffered") == 0);
    CHECK(isatty(1) == 1 && isatty(7) == 0);
    CHECK(!fopen("/etc/passwd", "r") && errno == ENOENT);
}

static void test_heap(void)
{
    /* 4 MiB: more than what is mapped when the instance starts. */
    size_t size = 4u << 20;
    uint32_t *words = malloc(size);
    CHECK(words);
    bool right = words;
    for (size_t i = 0; right && i < size / 4; i += 512)
        words[i] = (uint32_t)i;
    for (size_t i = 0; right && i < size / 4; i += 512)
        right = words[i] == i;
    CHECK(right);
    free(words);
    CHECK(!malloc(64u << 20) && errno == ENOMEM);
    void *again = calloc(1000, 1000);
    CHECK(again);
    free(again);
}

void test_library(void)
{
    char text[64];
    snprintf(text, sizeof(text), "%d %s %.3f %llx", -7, "seven", 7.125,
             (unsigned long long)0x123456789abcull);
    CHECK(strcmp(text, "-7 seven 7.125 123456789abc") == 0);
    int numbers[] = {5, 3, 9, 1};
    qsort(numbers, 4, sizeof(int), compare);
    CHECK(numbers[0] == 1 && numbers[3] == 9);
    CHECK(strtol("0x2a", NULL, 0) == 42);
    test_console();
    test_heap();
    CHECK(camkes_tsc_frequency() > 1000000);
    struct timeval a, b;
    CHECK(gettimeofday(&a, NULL) == 0 && gettimeofday(&b, NULL) == 0);
    CHECK(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_usec >= a.tv_usec));
    CHECK(clock() != (clock_t)-1);
}
