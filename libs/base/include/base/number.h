/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers as people write them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The number that the text from `p` to `end` is: decimal or 0x…, with a K, M or G behind it for
 * 2^10, 2^20, 2^30. False if it is anything else, or needs more than 64 bits.
 */
bool number_parse(const char *p, const char *end, uint64_t *value);
