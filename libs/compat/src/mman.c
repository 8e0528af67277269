/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <utils/list.h>
#include <utils/util.h>

/* Where mmap()s are: munmap() of anything else must not reach the heap. */
static list_t mappings;

static int differ(void *a, void *b)
{
    return a != b;
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static int refusal(size_t length, int prot, int flags)
{
    if (length == 0 || length > PTRDIFF_MAX || flags & MAP_FIXED)
        return EINVAL;
    if (!(flags & MAP_ANONYMOUS))
        return ENODEV;
    return prot & PROT_EXEC ? ENOTSUP : 0;
}

void *mmap(void *address, size_t length, int prot, int flags, int fd, off_t offset)
{
    (void)address;
    (void)fd;
    (void)offset;
    errno = refusal(length, prot, flags);
    if (errno != 0)
        return MAP_FAILED;
    length = ROUND_UP(length, PAGE_SIZE_4K);
    void *memory = memalign(PAGE_SIZE_4K, length);
    if (memory && list_prepend(&mappings, memory) == 0)
        return memset(memory, 0, length);
    free(memory);
    errno = ENOMEM;
    return MAP_FAILED;
}

int munmap(void *address, size_t length)
{
    (void)length;
    if (list_remove(&mappings, address, differ) != 0)
        return fail(EINVAL);
    free(address);
    return 0;
}

int mprotect(void *address, size_t length, int prot)
{
    (void)address;
    (void)length;
    return prot == (PROT_READ | PROT_WRITE) ? 0 : fail(ENOTSUP);
}

int madvise(void *address, size_t length, int advice)
{
    (void)length;
    bool valid = advice >= MADV_NORMAL && advice <= MADV_DONTNEED;
    return valid && IS_PAGE_ALIGNED_4K((uintptr_t)address) ? 0 : fail(EINVAL);
}

int mincore(void *address, size_t length, unsigned char *pages)
{
    if (!IS_PAGE_ALIGNED_4K((uintptr_t)address))
        return fail(EINVAL);
    if (!pages)
        return fail(EFAULT);
    memset(pages, 1, BYTES_TO_4K_PAGES(length));
    return 0;
}
