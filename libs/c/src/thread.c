/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread start: thread-local storage, newlib's per-thread state. TLS follows variant II of the ELF
 * TLS specification: FS points just above the block, to a word that holds its own address.
 */
#include <reent.h>
#include <string.h>
#include <base/bits.h>
#include <base/elf.h>
#include <caisson/c.h>

/* This program's ELF header, which the linker maps with the first segment. */
extern const struct elf64_header __ehdr_start;
void c_thread_start(seL4_Word index, seL4_IPCBuffer *ipc_buffer);

extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

struct c_runtime c_runtime;

static __thread struct _reent thread_reent = _REENT_INIT(thread_reent);
static __thread seL4_CPtr thread_wake;

struct _reent *__getreent(void)
{
    return &thread_reent;
}

static const struct elf64_segment *find_tls(void)
{
    const struct elf64_segment *segment =
        (const void *)((const char *)&__ehdr_start + __ehdr_start.phoff);
    while (segment->type != ELF_SEGMENT_TLS) /* there always is one: thread_reent */
        segment++;
    return segment;
}

/* The block lives at the bottom of the thread's stack: this frame is never left. */
__attribute__((noinline)) _Noreturn void c_thread_start(seL4_Word index, seL4_IPCBuffer *ipc_buffer)
{
    const struct elf64_segment *tls = find_tls();
    size_t align = MAX(tls->align, 16u);
    size_t size = ROUND_UP(tls->memsz, tls->align);
    uintptr_t pointer = (uintptr_t)__builtin_alloca(size + 2 * align + sizeof(uintptr_t));
    pointer = ROUND_UP(pointer + size, align);
    memcpy((void *)(pointer - size), (const void *)tls->vaddr, tls->filesz);
    memset((void *)(pointer - size + tls->filesz), 0, size - tls->filesz);
    *(uintptr_t *)pointer = pointer;
    seL4_SetTLSBase(pointer);
    seL4_SetIPCBuffer(ipc_buffer);

    c_thread_main(index);
    if (c_runtime.park)
        c_runtime.park();
    __builtin_trap();
}

void c_run_constructors(void)
{
    size_t count = ((uintptr_t)__init_array_end - (uintptr_t)__init_array_start) / sizeof(void *);
    for (size_t i = 0; i < count; i++)
        __init_array_start[i]();
}

void c_thread_set_wake(seL4_CPtr notification)
{
    thread_wake = notification;
}

seL4_CPtr c_thread_wake(void)
{
    return thread_wake;
}

void c_sleep(void)
{
    if (thread_wake == 0) {
        seL4_Yield();
        return;
    }
    seL4_Wait(thread_wake, NULL);
}
