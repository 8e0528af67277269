/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define FORCE_READ(address)         ((void)*(volatile __typeof__(*(address)) *)(address))
#define FORCE_WRITE(address, value) (*(volatile __typeof__(*(address)) *)(address) = (value))
