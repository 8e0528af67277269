/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A root task from its first instruction to main(): thread-local storage, IPC buffer, boot
 * information. Rests on: ELF gABI (program headers); System V ABI x86-64, TLS variant II (the
 * thread pointer stands behind the block and points to itself).
 */
#include <elf.h>
#include <sel4/sel4.h>

#define TLS_AREA_SIZE 8192

int main(void);

extern const Elf64_Ehdr __ehdr_start;
static char tls_area[TLS_AREA_SIZE] __attribute__((aligned(64)));

static const Elf64_Phdr *find_tls(void)
{
    const Elf64_Phdr *ph = (const void *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
    for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
        if (ph[i].p_type == PT_TLS)
            return &ph[i];
    return 0;
}

static void set_up_tls(void)
{
    const Elf64_Phdr *tls = find_tls();
    uint64_t align = tls && tls->p_align > 16 ? tls->p_align : 16;
    uint64_t size = tls ? (tls->p_memsz + align - 1) & -align : 0;
    char *pointer = tls_area + TLS_AREA_SIZE - 64;
    if (align > 64 || size > TLS_AREA_SIZE - 64) {
        seL4_DebugPutString("root task: thread-local data is too large\n");
        seL4_DebugHalt();
    }
    if (tls) {
        const char *from = (const char *)tls->p_vaddr;
        for (uint64_t i = 0; i < tls->p_filesz; i++)
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
