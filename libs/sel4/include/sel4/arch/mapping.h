/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is missing when mapping a frame or table for a guest answers seL4_FailedLookup.
 */
#pragma once

#include <sel4/sel4_arch/mapping.h>

#define SEL4_MAPPING_LOOKUP_NO_EPTPT   21
#define SEL4_MAPPING_LOOKUP_NO_EPTPD   30
#define SEL4_MAPPING_LOOKUP_NO_EPTPDPT 39
