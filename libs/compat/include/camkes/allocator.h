/* SPDX-License-Identifier: BSD-2-Clause */
/* The instance's kernel objects. */
#pragma once

#include <simple/simple.h>
#include <vka/object.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the instance holds, and its allocator; an instance needs the attribute `simple` for both. */
void camkes_make_simple(simple_t *simple);
/* 0, or -1: the instance holds no CSpace. */
int camkes_make_vka(vka_t *vka);

#ifdef __cplusplus
}
#endif
