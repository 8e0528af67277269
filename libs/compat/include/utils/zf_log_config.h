/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A file, or a component by C_FLAGS -DZF_LOG_LEVEL=…, sets another one. */
#ifndef ZF_LOG_DEF_LEVEL
#define ZF_LOG_DEF_LEVEL ZF_LOG_ERROR
#endif
