/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root of an address space, and the registers of a thread.
 */
#pragma once

#include <sel4/simple_types.h>

typedef seL4_CPtr seL4_X64_PML4;

typedef struct seL4_UserContext_ {
    seL4_Word rip, rsp, rflags, rax, rbx, rcx, rdx, rsi, rdi, rbp;
    seL4_Word r8, r9, r10, r11, r12, r13, r14, r15;
    seL4_Word fs_base, gs_base;
} seL4_UserContext;

#define seL4_UserContext_Words (sizeof(seL4_UserContext) / 8)
