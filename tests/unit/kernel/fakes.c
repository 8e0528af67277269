/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot code under test calls, on the host.
 */
#include "fakes.h"
#include "paging.h"
#include "cpu/devmap.h"
#include "cpu/features.h"
#include "cpu/ioapic.h"
#include "cpu/lapic.h"
#include "cpu/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *host_memory;
char console_text[4096];
jmp_buf panic_return;
bool panic_expected;
struct found found;
uint64_t device_pages[4];
unsigned device_page_count;
struct cpu_features cpu_features;

void machine_reset(void)
{
    free(host_memory);
    host_memory = calloc(1, HOST_MEMORY_SIZE);
    assert_non_null(host_memory);
    console_text[0] = '\0';
    memset(&found, 0, sizeof(found));
    device_page_count = 0;
    panic_expected = false;
    cpu_features.phys_bits = 40;
}

static void print(const char *format, va_list args)
{
    size_t used = strlen(console_text);
    vsnprintf(console_text + used, sizeof(console_text) - used, format, args);
}

void kprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print(format, args);
    va_end(args);
}

void panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print(format, args);
    va_end(args);
    if (!panic_expected)
        fail_msg("panic: %s", console_text);
    panic_expected = false;
    longjmp(panic_return, 1);
}

void *paging_window(uint64_t paddr, uint64_t size)
{
    bool inside = paddr <= HOST_MEMORY_SIZE && size <= HOST_MEMORY_SIZE - paddr;
    return inside ? host_memory + paddr : NULL;
}

void lapic_map(uint64_t paddr)
{
    found.lapic = paddr;
}

void ioapic_add(uint64_t paddr, uint32_t gsi_base)
{
    if (found.ioapics == FOUND_MAX)
        return;
    found.ioapic[found.ioapics].paddr = paddr;
    found.ioapic[found.ioapics++].gsi_base = gsi_base;
}

void ioapic_override_isa(uint8_t irq, uint32_t gsi, bool level, bool active_low)
{
    if (found.overrides == FOUND_MAX)
        return;
    found.override[found.overrides].irq = irq;
    found.override[found.overrides].gsi = gsi;
    found.override[found.overrides].level = level;
    found.override[found.overrides++].active_low = active_low;
}

bool devmap_page(unsigned i, uint64_t *paddr)
{
    if (i >= device_page_count)
        return false;
    *paddr = device_pages[i];
    return true;
}

uint32_t random_next(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005 + 1442695040888963407;
    return (uint32_t)(state >> 33);
}
