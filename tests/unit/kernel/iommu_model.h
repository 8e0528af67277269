/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of the drivers of I/O memory management units: memory, registers, and the rest of
 * the kernel that those see. Each test has a model of its kind of unit behind the registers.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <base/bits.h>
#include "cpu/devmap.h"
#include "cpu/lapic.h"
#include "cpu/memory.h"
#include "cpu/pci.h"
#include "cpu/print.h"
#include "iommu/driver.h"

#define MEMORY_SIZE        MIB(8)
#define REGISTERS_AT       0xfed80000u
#define REGISTERS_SIZE_MAX 0x4000

char *host_memory;
struct iommu iommu;
static uint64_t memory_used;
static _Alignas(8) char registers[REGISTERS_SIZE_MAX];
static bool x2apic;
static uint32_t message_address;
static uint16_t message_data;
static unsigned printed;

/* The test's: a register is about to be read, or has been written. */
static void model_read(unsigned offset);
static void model_written(unsigned offset, uint64_t before);

static inline void *allocate(uint64_t size, uint64_t align)
{
    memory_used = ROUND_UP(memory_used, align);
    void *at = host_memory + memory_used;
    memory_used += ROUND_UP(size, PAGE_SIZE_4K);
    assert_true(memory_used <= MEMORY_SIZE);
    return at;
}

static inline void model_reset(void)
{
    free(host_memory);
    host_memory = aligned_alloc(PAGE_SIZE_4K, MEMORY_SIZE);
    memset(host_memory, 0, MEMORY_SIZE);
    memset(registers, 0, sizeof(registers));
    memory_used = PAGE_SIZE_4K;
    x2apic = false;
    printed = 0;
}

static inline uint64_t *reg64(unsigned offset)
{
    return (uint64_t *)&registers[offset];
}

static inline uint32_t *reg32(unsigned offset)
{
    return (uint32_t *)&registers[offset];
}

volatile void *devmap(uint64_t paddr, size_t size)
{
    assert_int_equal(paddr, REGISTERS_AT);
    assert_true(size <= sizeof(registers));
    return registers;
}

uint64_t mmio_get64(const volatile void *at)
{
    unsigned offset = (unsigned)((const volatile char *)at - registers);
    model_read(offset);
    return *reg64(offset);
}

uint32_t mmio_get32(const volatile void *at)
{
    unsigned offset = (unsigned)((const volatile char *)at - registers);
    model_read(offset);
    return *reg32(offset);
}

void mmio_put64(volatile void *at, uint64_t value)
{
    unsigned offset = (unsigned)((volatile char *)at - registers);
    uint64_t before = *reg64(offset);
    *reg64(offset) = value;
    model_written(offset, before);
}

void mmio_put32(volatile void *at, uint32_t value)
{
    unsigned offset = (unsigned)((volatile char *)at - registers);
    uint64_t before = *reg32(offset);
    *reg32(offset) = value;
    model_written(offset, before);
}

/* The models answer at once. */
void iommu_wait(unsigned count)
{
    assert_true(count < 4);
}

uint32_t lapic_id(void)
{
    return 3;
}

bool lapic_is_x2apic(void)
{
    return x2apic;
}

void pci_send_messages(uint16_t function, uint32_t address, uint16_t data)
{
    assert_int_equal(function, 2);
    message_address = address;
    message_data = data;
}

void kprintf(const char *format, ...)
{
    (void)format;
    printed++;
}

void panic(const char *format, ...)
{
    fail_msg("panic: %s", format);
    abort();
}
