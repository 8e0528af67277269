/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <sel4utils/strerror.h>
#include <utils/util.h>
