/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernel operations cost. Under QEMU's -icount shift=0 the TSC counts executed instructions,
 * so the figures are exact; each line is the least of many runs, less the cost of measuring.
 */
#include "harness.h"
#include "text.h"

#define RUNS 64

static uint64_t overhead;
static volatile uint64_t stamp;

static void report(const char *what, uint64_t least)
{
    print("bench %-44s %lu\n", what, least - overhead);
}

#define MEASURE(least, statement)                                                                  \
    do {                                                                                           \
        least = ~0ul;                                                                              \
        for (unsigned run_ = 0; run_ < RUNS; run_++) {                                             \
            uint64_t start_ = read_tsc();                                                          \
            statement;                                                                             \
            uint64_t took_ = read_tsc() - start_;                                                  \
            if (took_ < least)                                                                     \
                least = took_;                                                                     \
        }                                                                                          \
    } while (0)

static void bench_overhead(void)
{
    uint64_t least;
    overhead = 0;
    MEASURE(least, (void)0);
    overhead = least;
    print("bench %-44s %lu\n", "(two readings of the TSC)", least);
}

static void bench_null_system_call(void)
{
    uint64_t least;
    MEASURE(least, seL4_Yield());
    report("Yield, alone", least);
    /* A reply to nobody is the shortest way through the general path. */
    MEASURE(least, seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0)));
    report("null system call", least);
}

/* --- Messages --- */
/*
 * Between the two readings stands nothing but the system call and its number, and what stores the
 * first reading; bench_overhead() measures the same without the call. MR0 to MR3 travel, whatever
 * they hold.
 */
#define READ_STAMP  "lfence; rdtsc; shl $32, %%rdx; or %%rdx, %%rax; mov %%rax, %[stamp]\n\t"
#define READ_RESULT "lfence; rdtsc; shl $32, %%rdx; or %%rdx, %%rax\n\t"
#define STAMPED(number, call)                                                                      \
    static inline uint64_t stamped_##number(seL4_CPtr cap, seL4_Word info)                         \
    {                                                                                              \
        uint64_t now;                                                                              \
        __asm__ volatile(READ_STAMP "mov %[no], %%rax\n\t" call READ_RESULT                        \
                         : "=a"(now), [stamp] "+m"(stamp), "+D"(cap), "+S"(info)                   \
                         : [no] "i"(number)                                                        \
                         : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");                      \
        return now;                                                                                \
    }
STAMPED(seL4_SysCall, "syscall\n\t")
STAMPED(seL4_SysReplyRecv, "syscall\n\t")
STAMPED(seL4_SysYield, "")

static uint64_t call_least, reply_least, stamped_overhead;

static void least(uint64_t *so_far, uint64_t now)
{
    if (now - stamp < *so_far)
        *so_far = now - stamp;
}

static void echo(seL4_Word ep, seL4_Word length)
{
    seL4_Recv(ep, 0);
    for (;;)
        least(&call_least, stamped_seL4_SysReplyRecv(ep, length));
}

/* --- A second address space with the same contents --- */
#define IMAGE_BASE 0x400000ul /* where the root task is linked */

static bool map_in(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word address)
{
    seL4_CPtr copy = mint(frame, seL4_AllRights, 0);
    return copy && seL4_X86_Page_Map(copy, vspace, address, seL4_ReadWrite, 0) == seL4_NoError;
}

static bool map_tables(seL4_CPtr vspace, seL4_Word address)
{
    seL4_X86_PDPT_Map(make(seL4_X86_PDPTObject, 0), vspace, address, 0);
    seL4_X86_PageDirectory_Map(make(seL4_X86_PageDirectoryObject, 0), vspace, address, 0);
    return seL4_X86_PageTable_Map(make(seL4_X86_PageTableObject, 0), vspace, address, 0) ==
           seL4_NoError;
}

/* The image and the thread's own page, at the same addresses. */
static seL4_CPtr clone_vspace(const struct thread *t)
{
    seL4_SlotRegion image = boot_info()->userImageFrames;
    seL4_CPtr vspace = make(seL4_X64_PML4Object, 0);
    if (seL4_X86_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace) != seL4_NoError ||
        !map_tables(vspace, IMAGE_BASE) || !map_tables(vspace, (seL4_Word)t->buffer) ||
        !map_in(vspace, t->frame, (seL4_Word)t->buffer))
        return 0;
    for (seL4_CPtr frame = image.start; frame < image.end; frame++)
        if (!map_in(vspace, frame, IMAGE_BASE + ((frame - image.start) << seL4_PageBits)))
            return 0;
    return vspace;
}

static void measure_call(const char *call, const char *reply, unsigned length, unsigned priority,
                         bool two_spaces)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread server;
    CHECK(thread_make(&server, echo, ep, length, priority, 0));
    if (two_spaces) {
        seL4_CPtr vspace = clone_vspace(&server);
        CHECK(vspace);
        CHECK_OK(seL4_TCB_SetSpace(server.tcb, 0, ROOT, 0, vspace, 0));
    }
    CHECK_OK(seL4_TCB_Resume(server.tcb));
    let_others_run();
    call_least = reply_least = stamped_overhead = ~0ul;
    for (unsigned i = 0; i < RUNS; i++)
        least(&stamped_overhead, stamped_seL4_SysYield(ep, length));
    for (unsigned i = 0; i < RUNS; i++)
        least(&reply_least, stamped_seL4_SysCall(ep, length));
    print("bench %-44s %lu\n", call, call_least - stamped_overhead);
    print("bench %-44s %lu\n", reply, reply_least - stamped_overhead);
    CHECK_OK(seL4_TCB_Suspend(server.tcb));
}

static void bench_call(void)
{
    measure_call("Call, 0 words, equal priority", "ReplyRecv, 0 words", 0, TEST_PRIORITY, false);
}

static void bench_call_words(void)
{
    measure_call("Call, 4 words, to higher priority", "ReplyRecv, 4 words, to lower", 4, HIGHER,
                 false);
}

static void bench_call_across(void)
{
    measure_call("Call, 4 words, to another address space", "ReplyRecv, 4 words, to another", 4,
                 TEST_PRIORITY, true);
}

static void bench_call_long(void)
{
    measure_call("Call, 10 words", "ReplyRecv, 10 words", 10, TEST_PRIORITY, false);
}

static uint64_t least_seen;

static void take_signals(seL4_Word n, seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Word badge;
        seL4_Wait(n, &badge);
        uint64_t took = read_tsc() - stamp;
        if (took < least_seen)
            least_seen = took;
    }
}

static void bench_signal(void)
{
    seL4_CPtr n = make(seL4_NotificationObject, 0), idle = make(seL4_NotificationObject, 0);
    struct thread high, low;
    uint64_t least;
    MEASURE(least, seL4_Signal(idle));
    report("Signal, nobody waits", least);
    CHECK(thread_start(&high, take_signals, n, 0, HIGHER));
    least_seen = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        stamp = read_tsc();
        seL4_Signal(n);
    }
    report("Signal to a higher-priority thread", least_seen);
    CHECK_OK(seL4_TCB_Suspend(high.tcb));
    CHECK(thread_start(&low, take_signals, idle, 0, LOWER));
    least = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        let_others_run();
        uint64_t start = read_tsc();
        seL4_Signal(idle);
        uint64_t took = read_tsc() - start;
        if (took < least)
            least = took;
    }
    report("Signal to a lower-priority thread", least);
}

static void take_messages(seL4_Word ep, seL4_Word unused)
{
    (void)unused;
    for (;;) {
        seL4_Word badge;
        seL4_Recv(ep, &badge);
        uint64_t took = read_tsc() - stamp;
        if (took < least_seen)
            least_seen = took;
    }
}

static void bench_send(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    CHECK(thread_start(&t, take_messages, ep, 0, HIGHER));
    least_seen = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        stamp = read_tsc();
        seL4_Send(ep, seL4_MessageInfo_new(0, 0, 0, 0));
    }
    report("Send to a higher-priority thread", least_seen);
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
}

static void fault_forever(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    for (;;) {
        stamp = read_tsc();
        __asm__ volatile("ud2");
        uint64_t took = read_tsc() - stamp;
        if (took < least_seen)
            least_seen = took;
    }
}

static void bench_fault(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0);
    struct thread t;
    uint64_t fault_least = ~0ul;
    least_seen = ~0ul;
    CHECK(thread_make(&t, fault_forever, 0, 0, TEST_PRIORITY, ep));
    CHECK_OK(seL4_TCB_Resume(t.tcb));
    seL4_Recv(ep, 0);
    for (unsigned i = 0; i < RUNS; i++) {
        seL4_Word ip = seL4_GetMR(seL4_UserException_FaultIP) + 2, a = 0, b = 0, c = 0;
        stamp = read_tsc();
        seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), 0, &ip, &a, &b, &c);
        uint64_t took = read_tsc() - stamp;
        seL4_SetMR(seL4_UserException_FaultIP, ip);
        if (took < fault_least)
            fault_least = took;
    }
    report("fault to its handler", fault_least);
    report("reply to a fault, back in the thread", least_seen);
}

static void yield_forever(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    for (;;) {
        uint64_t took = read_tsc() - stamp;
        if (took < least_seen)
            least_seen = took;
        stamp = read_tsc();
        seL4_Yield();
    }
}

static void bench_yield(void)
{
    struct thread t;
    least_seen = ~0ul;
    stamp = 0;
    CHECK(thread_start(&t, yield_forever, 0, 0, TEST_PRIORITY));
    for (unsigned i = 0; i < RUNS; i++) {
        stamp = read_tsc();
        seL4_Yield();
    }
    report("Yield to another thread", least_seen);
}

static void bench_map(void)
{
    seL4_CPtr frame;
    uint64_t least = ~0ul, least_unmap = ~0ul;
    void *page = make_page(&frame);
    CHECK(page);
    for (unsigned i = 0; i < RUNS; i++) {
        uint64_t start = read_tsc();
        seL4_X86_Page_Unmap(frame);
        uint64_t middle = read_tsc();
        seL4_X86_Page_Map(frame, seL4_CapInitThreadVSpace, (seL4_Word)page, seL4_ReadWrite, 0);
        uint64_t end = read_tsc();
        if (middle - start < least_unmap)
            least_unmap = middle - start;
        if (end - middle < least)
            least = end - middle;
    }
    report("map a 4 KiB page", least);
    report("unmap it", least_unmap);
}

static void bench_objects(void)
{
    seL4_CPtr slot = new_slot(), ep = make(seL4_EndpointObject, 0);
    uint64_t least_copy = ~0ul, least_delete = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        uint64_t start = read_tsc();
        seL4_CNode_Copy(ROOT, slot, DEPTH, ROOT, ep, DEPTH, seL4_AllRights);
        uint64_t middle = read_tsc();
        seL4_CNode_Delete(ROOT, slot, DEPTH);
        uint64_t end = read_tsc();
        if (middle - start < least_copy)
            least_copy = middle - start;
        if (end - middle < least_delete)
            least_delete = end - middle;
    }
    report("CNode_Copy", least_copy);
    report("CNode_Delete", least_delete);
}

TEST_GROUP(ipc_bench, TEST(bench_overhead), TEST(bench_null_system_call), TEST(bench_call),
           TEST(bench_call_words), TEST(bench_call_across), TEST(bench_call_long),
           TEST(bench_signal), TEST(bench_send), TEST(bench_fault), TEST(bench_yield),
           TEST(bench_map), TEST(bench_objects));
