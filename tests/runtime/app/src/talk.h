/* SPDX-License-Identifier: BSD-2-Clause */
/* Types that the runtime test's components share. */
#pragma once

#include <stdint.h>
#include <camkes/dataport.h>

typedef struct point {
    int32_t x, y;
    char tag[24];
} point_t;

/* What tester asks of partner (talk_add) and helper (event help), in this order. */
#define LOCKED_ROUNDS 5000
#define HEAP_ROUNDS   20000

typedef struct talk_page {
    uint32_t count;
    char text[100];
} talk_page;
