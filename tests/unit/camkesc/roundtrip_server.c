/* SPDX-License-Identifier: BSD-2-Clause */
/* The server's methods. */
#include <camkes.h>

#include <stdlib.h>
#include <string.h>

#include "roundtrip.h"

const struct camkes_procedure *server_procedure(void)
{
    return camkes_instance.ends[0]->procedure;
}

int near_add(int a, int b)
{
    return a + b;
}

void near_nothing(void)
{
}

uint64_t near_implied(uint64_t a)
{
    return ~a;
}

char *near_greet(const char *name)
{
    char *text = malloc(strlen(name) + 8);
    strcpy(text, "hello ");
    return strcat(text, name);
}

void near_divide(int a, int b, int *quotient, int *remainder)
{
    *quotient = a / b;
    *remainder = a % b;
}

void near_twice(int *value)
{
    *value *= 2;
}

int64_t near_sum(size_t values_sz, const int *values)
{
    int64_t sum = 0;
    for (size_t i = 0; i < values_sz; i++)
        sum += values[i];
    return sum;
}

void near_squares(int n, size_t *values_sz, uint32_t **values)
{
    *values_sz = (size_t)n;
    *values = malloc((size_t)n * sizeof(**values));
    for (int i = 0; i < n; i++)
        (*values)[i] = (uint32_t)(i * i);
}

void near_reverse(size_t *text_sz, char **text)
{
    for (size_t i = 0, j = *text_sz; i + 1 < j; i++) {
        char c = (*text)[i];
        (*text)[i] = (*text)[--j];
        (*text)[j] = c;
    }
}

void near_split(const char *text, size_t *words_sz, char ***words)
{
    *words = NULL;
    *words_sz = 0;
    for (const char *p = text; *p;) {
        size_t length = strcspn(p, " ");
        *words = realloc(*words, (*words_sz + 1) * sizeof(**words));
        (*words)[(*words_sz)++] = strndup(p, length);
        p += length + strspn(p + length, " ");
    }
}

char *near_join(size_t words_sz, char **words)
{
    char *text = calloc(1, 1000);
    for (size_t i = 0; i < words_sz; i++)
        strcat(strcat(text, i ? "+" : ""), words[i]);
    return text;
}

void near_swap(char **a, char **b)
{
    char *c = *a;
    *a = *b;
    *b = c;
}

struct point near_move(struct point p, const int *by)
{
    p.x += *by;
    p.y -= *by;
    return p;
}

unsigned int near_bits(uint8_t a, uint16_t b, char c, unsigned char d)
{
    return a + 1000u * b + 100000000u * (unsigned)(c == 'c') + d;
}

int64_t near_weigh(const size_t *weights_sz, int **weights, const size_t *names_sz, char ***names)
{
    int64_t sum = 0;
    for (size_t i = 0; i < *weights_sz; i++)
        sum += (*weights)[i];
    for (size_t i = 0; i < *names_sz; i++)
        sum += (int64_t)strlen((*names)[i]) * 1000;
    return sum;
}
