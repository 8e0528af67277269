/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define STRINGIFY(x)  #x
#define XSTRINGIFY(x) STRINGIFY(x)
#define JOIN_(a, b)   a##b
#define JOIN(a, b)    JOIN_(a, b)
