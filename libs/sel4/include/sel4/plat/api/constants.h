/* SPDX-License-Identifier: BSD-2-Clause */
/* What depends on the platform: nothing, as there are no hardware breakpoints. */
#pragma once

#include <sel4/constants.h>
