/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the attributes of a hardware component's interface say about the device (docs/adl.md,
 * "Hardware").
 */
#pragma once

#include "layout.h"

/* <if>_paddr, <if>_size, <if>_hardware_cached */
void hardware_memory(struct compiler *cc, const struct interface *interface, const char *name,
                     struct frames *frames);
/* <if>_attributes = "first:last" */
unsigned hardware_ports(struct compiler *cc, const struct interface *interface, const char *name);
/* <if>_irq_number, or <if>_irq_type and its companions */
unsigned hardware_irq(struct compiler *cc, const struct interface *interface, const char *name);
