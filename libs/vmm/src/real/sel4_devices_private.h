/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the files that make pass_ops (vmm/passthrough.h) of capabilities: sel4_devices.c puts
 * them together; their `ctx` is a struct sel4_function.
 */
#pragma once

#include <vmm/sel4_devices.h>

#include <alloc/alloc.h>
#include <sel4/sel4.h>

/* Memory (sel4_device_memory.c). */
int sel4_device_claim_memory(struct sel4_function *function, unsigned bar, uint64_t address,
                             uint64_t size);
int sel4_device_show(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address);
void sel4_device_hide(void *ctx, unsigned bar, uint64_t offset, uint64_t size, uint64_t address);
uint64_t sel4_device_memory_read(void *ctx, unsigned bar, uint64_t offset, unsigned size);
void sel4_device_memory_write(void *ctx, unsigned bar, uint64_t offset, unsigned size,
                              uint64_t value);

/* Ports (sel4_device_ports.c). */
int sel4_device_claim_ports(struct sel4_function *function, unsigned bar, uint64_t address,
                            uint64_t size);
int sel4_device_open_ports(void *ctx, uint16_t first, uint16_t last, bool open);
uint32_t sel4_device_port_in(void *ctx, uint16_t port, unsigned size);
void sel4_device_port_out(void *ctx, uint16_t port, unsigned size, uint32_t value);
/* After all functions have been added. */
void sel4_device_open_other_ports(const struct sel4_devices *devices);

/* Interrupts (sel4_interrupts.c). */
int sel4_device_message(void *ctx, unsigned number, uint64_t *address, uint32_t *data);
void sel4_device_intx_served(void *ctx);
/* After all functions have been added. */
void sel4_device_start_lines(struct sel4_devices *devices);
