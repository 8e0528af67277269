/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A root task from its first instruction to main(): thread-local storage, IPC buffer, boot
 * information. Rests on: ELF gABI (program headers); System V ABI x86-64, TLS variant II (the
 * thread pointer stands after the block and points to itself).
 */
#include <base/bits.h>
#include <base/elf.h>
#include <sel4/assert.h>
#include <sel4/sel4.h>

#define TLS_AREA_SIZE 8192

int main(void);

extern const struct elf64_header __ehdr_start;
static char tls_area[TLS_AREA_SIZE] __attribute__((aligned(64)));

static const struct elf64_segment *find_tls(void)
{
    const struct elf64_segment *s =
        (const void *)((const char *)&__ehdr_start + __ehdr_start.phoff);
    for (unsigned i = 0; i < __ehdr_start.phnum; i++)
        if (s[i].type == ELF_SEGMENT_TLS)
            return &s[i];
    return 0;
}

static void set_up_tls(void)
{
    const struct elf64_segment *tls = find_tls();
    uint64_t align = tls ? MAX(tls->align, 16u) : 16;
    uint64_t size = tls ? ROUND_UP(tls->memsz, align) : 0;
    char *pointer = tls_area + TLS_AREA_SIZE - 64;
    if (align > 64 || size > TLS_AREA_SIZE - 64)
        seL4_Fail("the root task's thread-local data is too large");
    if (tls) {
        const char *from = (const char *)tls->vaddr;
        for (uint64_t i = 0; i < tls->filesz; i++)
            pointer[(int64_t)i - (int64_t)size] = from[i];
    }
    *(void **)pointer = pointer;
    seL4_SetTLSBase((seL4_Word)pointer);
}

__attribute__((noreturn)) void sel4_root_start(seL4_BootInfo *bi)
{
    set_up_tls();
    seL4_InitBootInfo(bi);
    seL4_SetIPCBuffer(bi->ipcBuffer);
    main();
    for (;;)
        seL4_TCB_Suspend(seL4_CapInitThreadTCB);
}
