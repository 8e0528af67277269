/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration, under the name of seL4's generated file. */
#pragma once

#include <sel4/config.h>
