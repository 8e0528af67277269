/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as objects: who is told of which. Numbers are those of cpu/vectors.h.
 */
#pragma once

#include <stdint.h>

/* An interrupt has arrived (and was acknowledged at the local APIC). */
void irq_handle(unsigned irq);
