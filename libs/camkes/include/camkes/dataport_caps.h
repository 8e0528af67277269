/* SPDX-License-Identifier: BSD-2-Clause */
/* The frames of dataports, under today's name of this header. */
#pragma once

#include <camkes/dataport.h>
