/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by its POSIX names, as far as a program without files has it. */
#pragma once

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PROT_NONE  0
#define PROT_READ  1
#define PROT_WRITE 2
#define PROT_EXEC  4

#define MAP_SHARED    0x01
#define MAP_PRIVATE   0x02
#define MAP_FIXED     0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON      MAP_ANONYMOUS
#define MAP_FAILED    ((void *)-1)

#define MADV_NORMAL     0
#define MADV_RANDOM     1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED   3
#define MADV_DONTNEED   4

/*
 * Anonymous memory, readable and writable, out of the heap (attribute heap_size). There are no
 * files (ENODEV), and the rights of pages stay (ENOTSUP).
 */
void *mmap(void *address, size_t length, int prot, int flags, int fd, off_t offset);
/* All of what one mmap() returned. */
int munmap(void *address, size_t length);
int mprotect(void *address, size_t length, int prot);
/* All memory stays: advice is heard, and each page is there. */
int madvise(void *address, size_t length, int advice);
int mincore(void *address, size_t length, unsigned char *pages);

#ifdef __cplusplus
}
#endif
