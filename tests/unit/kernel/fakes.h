/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine below the kernel's boot code, as far as these tests need one: memory, a console whose
 * text can be read, and a panic that comes back.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define HOST_MEMORY_SIZE (2u << 20)
extern char *host_memory;

/* Fresh, zeroed memory, and nothing printed, mapped or known. */
void machine_reset(void);

/* What was printed since the last reset. */
extern char console_text[4096];

/* Runs `statement`; true if it panicked. */
extern jmp_buf panic_return;
extern bool panic_expected;
#define PANICS(statement)                                                                          \
    (panic_expected = true,                                                                        \
     setjmp(panic_return) == 0 ? ((void)(statement), panic_expected = false) : true)

/* What the ACPI code found. */
#define FOUND_MAX 64
struct found {
    uint64_t lapic;
    unsigned ioapics, overrides;
    struct {
        uint64_t paddr;
        uint32_t gsi_base;
    } ioapic[FOUND_MAX];
    struct {
        uint8_t irq;
        uint32_t gsi;
        bool level, active_low;
    } override[FOUND_MAX];
};
extern struct found found;

/* Pages of device registers that the kernel keeps. */
extern uint64_t device_pages[4];
extern unsigned device_page_count;

/* A repeatable source of random numbers. */
uint32_t random_next(void);
