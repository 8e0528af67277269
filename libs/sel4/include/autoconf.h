/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration, under the name that programs written for seL4 include first. */
#pragma once

#include <sel4/config.h>
