/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#define MS_IN_S      1000ull
#define US_IN_MS     1000ull
#define US_IN_S      1000000ull
#define NS_IN_US     1000ull
#define NS_IN_MS     1000000ull
#define NS_IN_S      1000000000ull
#define PS_IN_NS     1000ull
#define PS_IN_US     1000000ull
#define S_IN_MINUTE  60ull
#define NS_IN_MINUTE (S_IN_MINUTE * NS_IN_S)
#define M_IN_HOUR    60ull
#define H_IN_DAY     24ull
