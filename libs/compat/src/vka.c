/* SPDX-License-Identifier: BSD-2-Clause */
#include <alloc/alloc.h>
#include <camkes/allocator.h>
#include <camkes/runtime.h>

int camkes_make_vka(vka_t *vka)
{
    vka->alloc = camkes_alloc();
    return vka->alloc ? 0 : -1;
}

void vka_cspace_make_path(vka_t *vka, seL4_CPtr slot, cspacepath_t *path)
{
    (void)vka;
    *path = (cspacepath_t){
        .capPtr = slot,
        .capDepth = seL4_WordBits,
        .root = camkes_instance.cnode,
        .dest = camkes_instance.cnode,
        .offset = slot,
        .window = 1,
    };
}

int vka_alloc_object(vka_t *vka, seL4_Word type, seL4_Word size_bits, vka_object_t *result)
{
    bool sized = type == seL4_UntypedObject || type == seL4_CapTableObject;
    *result = (vka_object_t){.type = type, .size_bits = size_bits};
    return alloc_object(vka->alloc, type, sized ? (unsigned)size_bits : 0, &result->cptr);
}

int vka_alloc_frame(vka_t *vka, seL4_Word size_bits, vka_object_t *result)
{
    *result = (vka_object_t){.size_bits = size_bits};
    return alloc_frame(vka->alloc, (unsigned)size_bits, &result->cptr);
}

void vka_free_object(vka_t *vka, vka_object_t *object)
{
    if (object->cptr)
        (void)alloc_free(vka->alloc, object->cptr);
    object->cptr = 0;
}
