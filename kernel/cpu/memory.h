/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things are in the kernel's address space. The assembler reads the constants too.
 *
 *   0000_0000_0000_0000 .. 0000_7fff_ffff_ffff  user programs
 *   ffff_8000_0000_0000 .. ffff_8fff_ffff_ffff  physical window: all RAM, at a fixed offset
 *   ffff_ffff_8000_0000 .. ffff_ffff_bfff_ffff  the kernel's image, at a fixed offset
 *   ffff_ffff_c000_0000 .. ffff_ffff_c01f_ffff  device registers (local APIC, I/O APICs)
 */
#pragma once

#define KERNEL_BASE      0xffffffff80000000
#define PHYS_WINDOW      0xffff800000000000
#define PHYS_WINDOW_SIZE 0x0000100000000000
#define DEVICE_WINDOW    0xffffffffc0000000

/* Segment selectors; the order of the user's is what SYSRET demands (STAR + 8, STAR + 16). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS         0x28

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

/* First address that is not the user's (47 bits). */
#define USER_TOP 0x0000800000000000ull

/* True if `address` may be a thread's RIP, FS base or GS base. */
static inline bool address_is_user(uint64_t address)
{
    return address < USER_TOP;
}

/* Code and data that nobody needs once the first thread runs; boot gives the memory back. */
#define BOOT_CODE __attribute__((section(".boot.text"), noinline, cold))
#define BOOT_DATA __attribute__((section(".boot.data")))

#ifdef KERNEL_ON_HOST
/* Unit tests (tests/unit/kernel): physical memory is an array of theirs. */
extern char *host_memory;
#define WINDOW_ADDRESS ((uint64_t)host_memory)
#else
#define WINDOW_ADDRESS PHYS_WINDOW
#endif

static inline void *phys_to_virt(uint64_t paddr)
{
    return (void *)(paddr + WINDOW_ADDRESS);
}

/* For addresses in the physical window. */
static inline uint64_t virt_to_phys(const void *p)
{
    return (uint64_t)p - WINDOW_ADDRESS;
}

/* For objects inside the kernel's image. */
static inline uint64_t image_to_phys(const void *p)
{
    return (uint64_t)p - KERNEL_BASE;
}
#endif
