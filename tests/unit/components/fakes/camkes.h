/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What TimeServer's alarm.c is connected to; test_alarm.c has it. PCIConfigIO's owners.c looks at
 * the instance's attributes, which test_owners.c has.
 */
#pragma once

#include <camkes/tables.h>

#include <stdbool.h>
#include <stdint.h>

extern volatile void *hpet;

void pit_out8(uint16_t port, uint8_t value);
