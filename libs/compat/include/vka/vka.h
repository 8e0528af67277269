/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects out of the instance's untyped memory (`simple`, `simple_untypedN_pool`): the names
 * of libsel4vka over <alloc/alloc.h>. camkes_make_vka() makes one.
 */
#pragma once

#include <utils/util.h>
#include <vka/cspacepath_t.h>

#ifdef __cplusplus
extern "C" {
#endif

struct alloc;

typedef struct vka {
    struct alloc *alloc;
} vka_t;

/* Slots are numbers in the instance's own CNode. */
void vka_cspace_make_path(vka_t *vka, seL4_CPtr slot, cspacepath_t *path);

int vka_cspace_alloc(vka_t *vka, seL4_CPtr *slot)
    ERROR("a slot comes with what is put there: vka_alloc_endpoint() and its kin");

#ifdef __cplusplus
}
#endif
