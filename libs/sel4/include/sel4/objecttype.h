/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What seL4_Untyped_Retype() can make.
 */
#pragma once

#include <sel4/simple_types.h>

typedef enum api_object {
    seL4_UntypedObject = 0,
    seL4_TCBObject,
    seL4_EndpointObject,
    seL4_NotificationObject,
    seL4_CapTableObject,
    seL4_NonArchObjectTypeCount,
} seL4_ObjectType;

typedef enum _mode_object {
    seL4_X86_PDPTObject = seL4_NonArchObjectTypeCount,
    seL4_X64_PML4Object,
    seL4_X64_HugePageObject,
    seL4_ModeObjectTypeCount,
} seL4_seL4ArchObjectType;

typedef enum _object {
    seL4_X86_4K = seL4_ModeObjectTypeCount,
    seL4_X86_LargePageObject,
    seL4_X86_PageTableObject,
    seL4_X86_PageDirectoryObject,
    seL4_X86_IOPageTableObject, /* refused where there is no IOMMU */
    seL4_X86_VCPUObject,
    seL4_X86_EPTPML4Object,
    seL4_X86_EPTPDPTObject,
    seL4_X86_EPTPDObject,
    seL4_X86_EPTPTObject,
    seL4_ObjectTypeCount,
} seL4_ArchObjectType;

/* A word that holds any of them. */
typedef seL4_Word api_object_t;
typedef seL4_Word object_t;

#define seL4_X64_HugePage       seL4_X64_HugePageObject
#define seL4_X86_HugePageObject seL4_X64_HugePageObject
#define seL4_X86_LargePage      seL4_X86_LargePageObject
#define seL4_IA32_PDPTObject    seL4_X86_PDPTObject
#define seL4_VSpaceObject       seL4_X64_PML4Object
