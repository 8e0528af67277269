/* SPDX-License-Identifier: BSD-2-Clause */
/* Of the dataports: for the description, too. */
#define ONE_SIZE   0x1000
#define THREE_SIZE 0x3000
#define MANY_SIZE  0x401000 /* pages of 4 KiB */
#define LARGE_SIZE 0x400000 /* of 2 MiB */
