/* SPDX-License-Identifier: BSD-2-Clause */
/* Read by descriptions too. */
#pragma once

/* Bytes in each of StringReverse's dataports. */
#define STRING_REVERSE_BUFSIZE 8192
