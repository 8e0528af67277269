/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of devices, as objects: IOSpace capabilities (docs/kernel-api.md).
 */
#pragma once

/* Boot: after iommu_start(). */
void iospace_init(void);
/* The units' interrupt: tells each fault to the console, and to who holds the device. */
void iospace_take_faults(void);
