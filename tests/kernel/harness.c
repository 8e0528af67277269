/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the tests, and gives each its arena, its slots and its threads. The last words are
 * "N passed, N failed"; the machine then powers off through QEMU's isa-debug-exit device.
 */
#include "harness.h"
#include "groups.h"
#include "text.h"

#define EXIT_PORT   0xf4
#define MAP_BASE    0x10000000ul
#define STACK_SIZE  16384
#define STACK_COUNT 16
#define SLOT_COUNT  4096

static seL4_CPtr arena, arena_parent, first_slot, next_slot, exit_port, parking;
static unsigned passed, failed, skipped;
static bool test_failed, test_skipped;
static const char *test_name;

/* --- Memory and slots --- */
seL4_CPtr test_arena(void)
{
    return arena;
}

seL4_BootInfo *boot_info(void)
{
    return seL4_GetBootInfo();
}

const seL4_BootInfoHeader *boot_record(seL4_Word id)
{
    const seL4_BootInfo *bi = boot_info();
    const char *at = (const char *)bi + PAGE_SIZE_4K, *end = at + bi->extraLen;
    while ((seL4_Word)(end - at) >= sizeof(seL4_BootInfoHeader)) {
        const seL4_BootInfoHeader *h = (const seL4_BootInfoHeader *)at;
        if (h->len < sizeof(*h) || h->len > (seL4_Word)(end - at))
            return 0;
        if (h->id == id)
            return h;
        at += h->len;
    }
    return 0;
}

uint64_t read_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return low | (uint64_t)high << 32;
}

seL4_CPtr new_slot(void)
{
    return next_slot++;
}

seL4_CPtr make(seL4_Word type, seL4_Word size_bits)
{
    seL4_CPtr slot = new_slot();
    seL4_Error error = seL4_Untyped_Retype(arena, type, size_bits, ROOT, 0, 0, slot, 1);
    if (error == seL4_NoError)
        return slot;
    test_note("Retype of type %lu, %lu bits: error %lu", type, size_bits, (seL4_Word)error);
    test_failed = true;
    return 0;
}

seL4_CPtr mint(seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge)
{
    seL4_CPtr slot = new_slot();
    seL4_Error error = seL4_CNode_Mint(ROOT, slot, DEPTH, ROOT, source, DEPTH, rights, badge);
    if (error == seL4_NoError)
        return slot;
    test_note("Mint of slot %lu: error %lu", source, (seL4_Word)error);
    test_failed = true;
    return 0;
}

bool slot_is_empty(seL4_CPtr slot)
{
    return seL4_DebugCapIdentify(slot) == 0;
}

static seL4_Word next_address;

void *map_frame(seL4_CPtr frame, unsigned size_bits)
{
    seL4_Word size = BIT(size_bits);
    seL4_Word address = ROUND_UP(next_address, size);
    seL4_Error error;
    /* A failed lookup says which table is missing by the bits that are left: just try each. */
    for (int i = 0; i < 4; i++) {
        error = seL4_X86_Page_Map(frame, seL4_CapInitThreadVSpace, address, seL4_ReadWrite,
                                  seL4_X86_Default_VMAttributes);
        if (error != seL4_FailedLookup)
            break;
        if (seL4_X86_PDPT_Map(make(seL4_X86_PDPTObject, 0), seL4_CapInitThreadVSpace, address, 0) ==
                seL4_NoError ||
            seL4_X86_PageDirectory_Map(make(seL4_X86_PageDirectoryObject, 0),
                                       seL4_CapInitThreadVSpace, address, 0) == seL4_NoError)
            continue;
        seL4_X86_PageTable_Map(make(seL4_X86_PageTableObject, 0), seL4_CapInitThreadVSpace, address,
                               0);
    }
    if (error != seL4_NoError) {
        test_note("Page_Map at 0x%lx: error %lu", address, (seL4_Word)error);
        test_failed = true;
        return 0;
    }
    next_address = address + size;
    return (void *)address;
}

void *make_page(seL4_CPtr *frame)
{
    *frame = make(seL4_X86_4K, 0);
    return *frame ? map_frame(*frame, seL4_PageBits) : 0;
}

/* --- Threads --- */
static char stacks[STACK_COUNT][STACK_SIZE] __attribute__((aligned(16)));
static unsigned next_stack;

/* The page of a thread: IPC buffer first, thread-local data ends at THREAD_POINTER. */
#define THREAD_POINTER 3072

__attribute__((noreturn)) static void thread_main(thread_function function, seL4_Word a,
                                                  seL4_Word b, seL4_IPCBuffer *buffer)
{
    seL4_SetIPCBuffer(buffer);
    function(a, b);
    for (;;)
        seL4_Recv(parking, 0); /* no message ever comes */
}

bool thread_make(struct thread *t, thread_function function, seL4_Word a, seL4_Word b,
                 unsigned priority, seL4_CPtr fault_ep)
{
    t->tcb = make(seL4_TCBObject, 0);
    t->buffer = make_page(&t->frame);
    if (!t->tcb || !t->buffer || next_stack == STACK_COUNT)
        return false;
    char *page = (char *)t->buffer;
    *(void **)(page + THREAD_POINTER) = page + THREAD_POINTER;
    seL4_UserContext regs = {
        .rip = (seL4_Word)thread_main,
        .rsp = (seL4_Word)stacks[next_stack++] + STACK_SIZE - 8,
        .rdi = (seL4_Word)function,
        .rsi = a,
        .rdx = b,
        .rcx = (seL4_Word)t->buffer,
        .fs_base = (seL4_Word)page + THREAD_POINTER,
    };
    seL4_Error error = seL4_TCB_Configure(t->tcb, fault_ep, ROOT, 0, seL4_CapInitThreadVSpace, 0,
                                          (seL4_Word)t->buffer, t->frame);
    if (error == seL4_NoError)
        error = seL4_TCB_SetSchedParams(t->tcb, seL4_CapInitThreadTCB, priority, priority);
    if (error == seL4_NoError)
        error = seL4_TCB_WriteRegisters(t->tcb, false, 0, seL4_UserContext_Words, &regs);
    seL4_DebugNameThread(t->tcb, test_name);
    if (error == seL4_NoError)
        return true;
    test_note("making a thread: error %lu", (seL4_Word)error);
    test_failed = true;
    return false;
}

bool thread_start(struct thread *t, thread_function function, seL4_Word a, seL4_Word b,
                  unsigned priority)
{
    if (!thread_make(t, function, a, b, priority, 0))
        return false;
    return seL4_TCB_Resume(t->tcb) == seL4_NoError;
}

/* Wakes the test when no thread above priority 1 has anything left to do. */
static seL4_CPtr idle_signal;

static void idle_function(seL4_Word signal, seL4_Word unused)
{
    (void)unused;
    seL4_Signal(signal);
}

void let_others_run(void)
{
    struct thread t;
    idle_signal = make(seL4_NotificationObject, 0);
    if (thread_start(&t, idle_function, idle_signal, 0, 1))
        seL4_Wait(idle_signal, 0);
    seL4_CNode_Delete(ROOT, t.tcb, DEPTH);
    next_stack--;
}

/* --- Results --- */
void test_fail(const char *file, int line, const char *expression)
{
    if (!test_failed)
        print("FAIL %s: %s:%d: %s\n", test_name, file, line, expression);
    test_failed = true;
}

void test_fail_equal(const char *file, int line, const char *expression, seL4_Word got,
                     seL4_Word wanted)
{
    if (!test_failed)
        print("FAIL %s: %s:%d: %s: got %lu (0x%lx), not %lu\n", test_name, file, line, expression,
              got, got, wanted);
    test_failed = true;
}

void test_note(const char *format, ...)
{
    va_list args;
    print("note: ");
    va_start(args, format);
    vprint(format, &args);
    va_end(args);
    print("\n");
}

void test_skip(const char *why)
{
    print("skip %s: %s\n", test_name, why);
    test_skipped = true;
}

static void run(const struct test *test)
{
    test_name = test->name;
    test_failed = test_skipped = false;
    next_slot = first_slot;
    next_address = MAP_BASE;
    next_stack = 0;
    seL4_SetCapReceivePath(0, 0, 0);
    seL4_Error error = seL4_Untyped_Retype(arena_parent, seL4_UntypedObject, TEST_ARENA_BITS, ROOT,
                                           0, 0, arena, 1);
    if (error != seL4_NoError) {
        test_note("the arena cannot be made: error %lu", (seL4_Word)error);
        test_failed = true;
    } else {
        test->run();
    }
    for (seL4_CPtr slot = first_slot; slot < next_slot; slot++)
        seL4_CNode_Delete(ROOT, slot, DEPTH);
    error = seL4_CNode_Revoke(ROOT, arena_parent, DEPTH);
    if (error != seL4_NoError) {
        test_note("the arena cannot be revoked: error %lu", (seL4_Word)error);
        test_failed = true;
    }
    if (test_failed)
        failed++;
    else if (test_skipped)
        skipped++;
    else
        passed++;
    if (!test_failed && !test_skipped)
        print("ok %s\n", test->name);
    else if (test_failed)
        print("FAIL %s\n", test->name);
}

/* The largest untyped of RAM is split for the tests. */
static bool set_up(seL4_BootInfo *bi)
{
    seL4_Word best = 0, best_bits = 0;
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++)
        if (!bi->untypedList[i].isDevice && bi->untypedList[i].sizeBits > best_bits) {
            best = bi->untyped.start + i;
            best_bits = bi->untypedList[i].sizeBits;
        }
    exit_port = bi->empty.start;
    arena_parent = bi->empty.start + 1;
    arena = bi->empty.start + 2;
    parking = bi->empty.start + 3;
    first_slot = bi->empty.start + 4;
    if (bi->empty.end - first_slot < SLOT_COUNT)
        print("note: only %lu free slots\n", bi->empty.end - first_slot);
    /* A parent of its own, so that a whole revoke does not touch the boot untyped. */
    return seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, EXIT_PORT, EXIT_PORT, ROOT,
                                        exit_port, DEPTH) == seL4_NoError &&
           seL4_Untyped_Retype(best, seL4_UntypedObject, TEST_ARENA_BITS + 1, ROOT, 0, 0,
                               arena_parent, 1) == seL4_NoError &&
           seL4_Untyped_Retype(best, seL4_EndpointObject, 0, ROOT, 0, 0, parking, 1) ==
               seL4_NoError &&
           seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, TEST_PRIORITY) ==
               seL4_NoError;
}

int main(void)
{
    print("kernel tests\n");
    if (!set_up(boot_info())) {
        print("FAIL set-up\n0 passed, 1 failed\n");
        failed = 1;
    } else {
        for (unsigned g = 0; g < test_group_count; g++)
            for (unsigned i = 0; i < test_groups[g]->count; i++)
                run(&test_groups[g]->tests[i]);
        print("%u passed, %u failed", passed, failed);
        if (skipped)
            print(", %u skipped", skipped);
        print("\n");
    }
    seL4_DebugDumpScheduler(); /* run-in-qemu looks at the kernel stack's line */
    /* isa-debug-exit: QEMU ends with status value * 2 + 1. */
    seL4_X86_IOPort_Out8(exit_port, EXIT_PORT, failed ? 1 : 0);
    seL4_DebugHalt();
    return 0;
}
