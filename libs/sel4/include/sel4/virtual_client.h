/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocations made of others: there are none without scheduling contexts. */
#pragma once

#include <interfaces/sel4_client.h>
