/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts as objects: who is told of which. Numbers are those of cpu/vectors.h.
 */
#pragma once

#include <stdint.h>

/* An interrupt has arrived; its end is signalled to the local APIC after this. */
void irq_handle(unsigned irq);
