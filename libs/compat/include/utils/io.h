/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdint.h>

#define RAW_READ8(address)          (*(volatile uint8_t *)(address))
#define RAW_READ16(address)         (*(volatile uint16_t *)(address))
#define RAW_READ32(address)         (*(volatile uint32_t *)(address))
#define RAW_READ64(address)         (*(volatile uint64_t *)(address))
#define RAW_WRITE8(value, address)  (*(volatile uint8_t *)(address) = (value))
#define RAW_WRITE16(value, address) (*(volatile uint16_t *)(address) = (value))
#define RAW_WRITE32(value, address) (*(volatile uint32_t *)(address) = (value))
#define RAW_WRITE64(value, address) (*(volatile uint64_t *)(address) = (value))
