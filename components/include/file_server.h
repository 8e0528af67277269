/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client of the FileServer needs to know beside FileServerInterface.camkes.
 *
 * The first bytes of the connection's shared memory carry the call itself (names, results); file
 * data goes after them. A larger <interface>_shmem_size means fewer calls.
 */
#pragma once

#define FS_DATA_OFFSET 512     /* where read() puts its bytes in the shared memory */
#define FS_NAME_MAX    255     /* longest name that open() looks up */
#define FS_READ_MAX    65536ul /* bytes that one read() gives at most */

enum { FS_SEEK_SET = 0, FS_SEEK_CUR = 1, FS_SEEK_END = 2 };
