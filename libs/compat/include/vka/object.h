/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel objects by their kinds. */
#pragma once

#include <stddef.h>
#include <vka/vka.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vka_object {
    seL4_CPtr cptr;
    seL4_Word ut; /* not used here */
    seL4_Word type;
    seL4_Word size_bits;
} vka_object_t;

/* Functions that return an int return 0 or a negative errno. */
int vka_alloc_object(vka_t *vka, seL4_Word type, seL4_Word size_bits, vka_object_t *result);
/* 4 KiB, 2 MiB or 1 GiB: bits 12, 21, 30. */
int vka_alloc_frame(vka_t *vka, seL4_Word size_bits, vka_object_t *result);
void vka_free_object(vka_t *vka, vka_object_t *object);

static inline int vka_alloc_untyped(vka_t *vka, seL4_Word size_bits, vka_object_t *result)
{
    return vka_alloc_object(vka, seL4_UntypedObject, size_bits, result);
}

static inline int vka_alloc_cnode_object(vka_t *vka, seL4_Word size_bits, vka_object_t *result)
{
    return vka_alloc_object(vka, seL4_CapTableObject, size_bits, result);
}

static inline int vka_alloc_tcb(vka_t *vka, vka_object_t *result)
{
    return vka_alloc_object(vka, seL4_TCBObject, seL4_TCBBits, result);
}

static inline int vka_alloc_endpoint(vka_t *vka, vka_object_t *result)
{
    return vka_alloc_object(vka, seL4_EndpointObject, seL4_EndpointBits, result);
}

static inline int vka_alloc_notification(vka_t *vka, vka_object_t *result)
{
    return vka_alloc_object(vka, seL4_NotificationObject, seL4_NotificationBits, result);
}

#ifdef __cplusplus
}
#endif
