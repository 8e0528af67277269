/* SPDX-License-Identifier: BSD-2-Clause */
/* Under this name sources of the tutorial's time include what is in camkes/dataport.h. */
#pragma once

#include <camkes/dataport.h>
