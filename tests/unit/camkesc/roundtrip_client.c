/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's calls. */
#include <camkes.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "roundtrip.h"

static void call_arrays(void)
{
    size_t count = 0;
    uint32_t *squares = NULL;
    assert_int_equal(far_sum(3, (const int[]){1, -2, 40}), 39);
    assert_int_equal(far_sum(0, NULL), 0);
    far_squares(5, &count, &squares);
    assert_int_equal(count, 5);
    assert_int_equal(squares[4], 16);
    free(squares);
    char buffer[] = {'a', 'b', '\0', 'd'}, *text = buffer;
    count = sizeof(buffer);
    far_reverse(&count, &text);
    assert_int_equal(count, 4);
    assert_memory_equal(text, "d\0ba", 4);
    free(text);
    char **words = NULL;
    far_split("one  two three", &count, &words);
    assert_int_equal(count, 3);
    assert_string_equal(words[2], "three");
    char *joined = far_join(count, words);
    assert_string_equal(joined, "one+two+three");
    free(joined);
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

void client_calls(void)
{
    int quotient = 0, remainder = 0, value = 21;
    assert_int_equal(far_add(2, -5), -3);
    far_nothing();
    assert_true(far_implied(0x0123456789abcdef) == ~UINT64_C(0x0123456789abcdef));
    char *greeting = far_greet("world");
    assert_string_equal(greeting, "hello world");
    free(greeting);
    far_divide(17, 5, &quotient, &remainder);
    assert_int_equal(quotient, 3);
    assert_int_equal(remainder, 2);
    far_twice(&value);
    assert_int_equal(value, 42);
    call_arrays();
    char *a = (char *)"first", *b = (char *)"";
    far_swap(&a, &b);
    assert_string_equal(a, "");
    assert_string_equal(b, "first");
    free(a);
    free(b);
    struct point p = far_move((struct point){.x = 1, .y = 2}, &(int){10});
    assert_int_equal(p.x, 11);
    assert_int_equal(p.y, -8);
    int *weights = (int[]){3, 4};
    char **names = (char *[]){(char *)"ab", (char *)"c", (char *)""};
    assert_int_equal(far_weigh(&(size_t){2}, &weights, &(size_t){3}, &names), 3007);
    assert_int_equal(far_bits(7, 3, 'c', 0), 100003007);
}

/* Replies that are too short or too long give zeros and no crash. */
void client_calls_damaged(void)
{
    char **words = (char **)1;
    size_t count = 1;
    assert_int_equal(far_add(1, 1), 0);
    assert_null(far_greet("x"));
    far_split("a b", &count, &words);
    assert_null(words);
    assert_int_equal(count, 0);
}
