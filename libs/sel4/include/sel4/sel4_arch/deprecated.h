/* SPDX-License-Identifier: BSD-2-Clause */
/* Former names: <sel4/deprecated.h>. */
#pragma once

#include <sel4/deprecated.h>
