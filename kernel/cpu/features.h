/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this processor can do, found once at boot.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct cpu_features {
    bool gib_pages;  /* 1 GiB pages */
    bool smep, smap; /* the kernel can neither run nor touch user pages by accident */
    bool umip;       /* SGDT and friends are privileged */
    bool pcid;       /* PCID together with INVPCID */
    bool x2apic;
    bool tsc_deadline;
    bool xsave; /* XSAVE, with at least one of its extensions (see fpu.c) */
    bool xsaveopt;
    uint8_t phys_bits; /* width of physical addresses */
};

extern struct cpu_features cpu_features;

/* Fills cpu_features; panics with one sentence if the processor lacks what the kernel needs. */
void cpu_features_init(void);
