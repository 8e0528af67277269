/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a capability is, as arguments of the invocations of a CNode. */
#pragma once

#include <sel4/sel4.h>

typedef struct cspacepath {
    seL4_CPtr capPtr;
    seL4_Word capDepth;
    seL4_CPtr root;
    seL4_CPtr dest;
    seL4_Word destDepth;
    seL4_Word offset;
    seL4_Word window;
} cspacepath_t;
