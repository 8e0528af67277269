/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long and random work: long operations let others run, and no order of operations breaks the
 * kernel (a debug build checks its invariants on the way) or leaves memory behind.
 */
#include "harness.h"

static volatile seL4_Word counter;

static void count_up(seL4_Word unused, seL4_Word unused2)
{
    (void)unused, (void)unused2;
    for (;;)
        counter++;
}

/* --- Long operations --- */
#define MANY_BITS 15

static bool fill(seL4_CPtr node, seL4_CPtr ep)
{
    for (seL4_Word i = 0; i < BIT(MANY_BITS); i++)
        if (seL4_CNode_Copy(node, i, MANY_BITS, ROOT, ep, DEPTH, seL4_AllRights) != seL4_NoError)
            return false;
    return true;
}

static void stress_long_delete_is_preempted(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), node = make(seL4_CapTableObject, MANY_BITS);
    struct thread t;
    CHECK(node);
    CHECK(fill(node, ep));
    CHECK(thread_start(&t, count_up, 0, 0, TEST_PRIORITY));
    seL4_Yield(); /* it runs for a time slice; the timer then ends ours, too */
    seL4_Word before = counter;
    CHECK_OK(seL4_CNode_Delete(ROOT, node, DEPTH));
    CHECK(counter > before);
    CHECK(slot_is_empty(node));
}

static void stress_long_revoke_is_preempted(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), node = make(seL4_CapTableObject, MANY_BITS);
    struct thread t;
    CHECK(node);
    CHECK(fill(node, ep));
    CHECK(thread_start(&t, count_up, 0, 0, TEST_PRIORITY));
    seL4_Yield();
    seL4_Word before = counter;
    CHECK_OK(seL4_CNode_Revoke(ROOT, ep, DEPTH));
    CHECK(counter > before);
    CHECK_OK(seL4_CNode_Copy(node, 0, MANY_BITS, ROOT, ep, DEPTH, seL4_AllRights));
}

static void stress_long_retype_is_preempted(void)
{
    seL4_CPtr memory = make(seL4_UntypedObject, 24), frames = new_slot();
    struct thread t;
    bool shared = false;
    for (unsigned i = 1; i < 8; i++)
        new_slot();
    CHECK(thread_start(&t, count_up, 0, 0, TEST_PRIORITY));
    for (unsigned round = 0; round < 10; round++) {
        seL4_Word before = counter;
        CHECK_OK(seL4_Untyped_Retype(memory, seL4_X86_LargePageObject, 0, ROOT, 0, 0, frames, 8));
        shared |= counter > before;
        CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    }
    CHECK(shared);
}

/* Two threads delete CNodes that hold each other's capabilities, a piece at a time. */
static void delete_cap(seL4_Word slot, seL4_Word done)
{
    seL4_CNode_Delete(ROOT, slot, DEPTH);
    seL4_Signal(done);
}

static void stress_concurrent_deletes(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), done = make(seL4_NotificationObject, 0);
    seL4_CPtr memory = make(seL4_UntypedObject, 22), a = new_slot(), b = new_slot();
    seL4_CPtr one = mint(done, seL4_AllRights, 1), two = mint(done, seL4_AllRights, 2);
    struct thread t, u;
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_CapTableObject, MANY_BITS, ROOT, 0, 0, a, 2));
    CHECK(fill(a, ep));
    CHECK(fill(b, ep));
    /* In the middle of each the other's last capability: whoever comes there first finds it. */
    CHECK_OK(seL4_CNode_Delete(a, 5000, MANY_BITS));
    CHECK_OK(seL4_CNode_Delete(b, 9000, MANY_BITS));
    CHECK_OK(seL4_CNode_Copy(a, 5000, MANY_BITS, ROOT, b, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Copy(b, 9000, MANY_BITS, ROOT, a, DEPTH, seL4_AllRights));
    CHECK(thread_start(&t, delete_cap, a, one, LOWER));
    CHECK(thread_start(&u, delete_cap, b, two, LOWER));
    seL4_Word badge = 0;
    while (badge != 3) {
        seL4_Word now;
        seL4_Wait(done, &now);
        badge |= now;
    }
    CHECK(slot_is_empty(a) && slot_is_empty(b));
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_UntypedObject, 22, ROOT, 0, 0, a, 1));
}

/* A deletion that its thread never finishes does not keep others from theirs. */
static void stress_abandoned_delete(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), done = make(seL4_NotificationObject, 0);
    seL4_CPtr memory = make(seL4_UntypedObject, 22), a = new_slot(), b = new_slot();
    struct thread t;
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_CapTableObject, MANY_BITS, ROOT, 0, 0, a, 2));
    CHECK(fill(a, ep));
    CHECK(thread_start(&t, delete_cap, a, done, TEST_PRIORITY));
    struct thread rival;
    CHECK(thread_start(&rival, count_up, 0, 0, TEST_PRIORITY));
    seL4_Yield(); /* the delete starts, and is interrupted for the rival, then us */
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
    CHECK_OK(seL4_TCB_Suspend(rival.tcb));
    if (slot_is_empty(a)) {
        /* Not when instructions are counted, as ctest does. */
        test_skip("the machine deleted it all in one time slice");
        return;
    }
    CHECK_EQUAL(seL4_CNode_Move(ROOT, new_slot(), DEPTH, ROOT, a, DEPTH), seL4_IllegalOperation);
    CHECK_OK(seL4_CNode_Delete(ROOT, b, DEPTH));
    CHECK(slot_is_empty(b));
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    CHECK(slot_is_empty(a));
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_UntypedObject, 22, ROOT, 0, 0, a, 1));
}

/*
 * A CNode that stands in itself has no deleter that waits for it: what one revocation left of it is
 * nobody else's business.
 */
static void revoke_cap(seL4_Word slot, seL4_Word unused)
{
    (void)unused;
    seL4_CNode_Revoke(ROOT, slot, DEPTH);
}

static void stress_orphan_is_left_alone(void)
{
    seL4_CPtr ep = make(seL4_EndpointObject, 0), victim = make(seL4_EndpointObject, 0);
    seL4_CPtr memory = make(seL4_UntypedObject, 22), node = new_slot();
    struct thread t, rival;
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_CapTableObject, MANY_BITS, ROOT, 0, 0, node, 1));
    CHECK(fill(node, ep));
    CHECK_OK(seL4_CNode_Delete(node, 77, MANY_BITS));
    CHECK_OK(seL4_CNode_Move(node, 77, MANY_BITS, ROOT, node, DEPTH));
    CHECK(thread_start(&t, revoke_cap, memory, 0, TEST_PRIORITY));
    CHECK(thread_start(&rival, count_up, 0, 0, TEST_PRIORITY));
    seL4_Yield();
    CHECK_OK(seL4_TCB_Suspend(t.tcb));
    CHECK_OK(seL4_TCB_Suspend(rival.tcb));
    uint64_t before = read_tsc();
    CHECK_OK(seL4_CNode_Delete(ROOT, victim, DEPTH));
    CHECK(read_tsc() - before < 5000);
    /* Who wants the memory back finishes it. */
    CHECK_OK(seL4_CNode_Revoke(ROOT, memory, DEPTH));
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_UntypedObject, 22, ROOT, 0, 0, node, 1));
}

/* --- Random operations on a few slots --- */
#define POOL       24
#define OPERATIONS 30000

static uint64_t random_state;

static unsigned pick(unsigned count)
{
    return (unsigned)(test_random(&random_state) >> 33) % count;
}

/* Invoking an endpoint would be a message that nobody answers. */
static bool same_type(seL4_CPtr a, seL4_CPtr b)
{
    return seL4_DebugCapIdentify(a) == seL4_DebugCapIdentify(b);
}

/* A root and a depth for a slot of the pool: sometimes inside a CNode that is in the pool. */
static seL4_CPtr slot_root(seL4_CPtr first, seL4_Word *index, seL4_Uint8 *depth)
{
    seL4_CPtr node = first + pick(POOL);
    if (pick(3) && same_type(node, ROOT)) {
        *index = pick(4);
        *depth = 2;
        return node;
    }
    *index = first + pick(POOL);
    *depth = DEPTH;
    return ROOT;
}

static void random_operation(seL4_CPtr first)
{
    static const seL4_Word types[] = {
        seL4_UntypedObject,  seL4_TCBObject,      seL4_EndpointObject, seL4_NotificationObject,
        seL4_CapTableObject, seL4_CapTableObject, seL4_X86_4K,         seL4_X86_PageTableObject};
    seL4_Word to, from;
    seL4_Uint8 to_depth, from_depth;
    seL4_CPtr to_root = slot_root(first, &to, &to_depth);
    seL4_CPtr from_root = slot_root(first, &from, &from_depth);
    seL4_Word type = types[pick(8)];
    seL4_CPtr memory = first + pick(POOL);

    switch (pick(11)) {
    case 0:
    case 1:
        if (same_type(memory, test_arena()))
            seL4_Untyped_Retype(memory, type, type == seL4_UntypedObject ? 13 + pick(3) : 2, ROOT,
                                0, 0, first + pick(POOL), 1 + pick(2));
        break;
    case 2:
        seL4_Untyped_Retype(test_arena(), type, type == seL4_UntypedObject ? 16 : 2, ROOT, 0, 0,
                            first + pick(POOL), 1);
        break;
    case 3:
    case 4:
        seL4_CNode_Copy(to_root, to, to_depth, from_root, from, from_depth, seL4_AllRights);
        break;
    case 5:
        seL4_CNode_Mint(to_root, to, to_depth, from_root, from, from_depth, seL4_AllRights,
                        pick(3));
        break;
    case 6:
    case 7:
        seL4_CNode_Move(to_root, to, to_depth, from_root, from, from_depth);
        break;
    case 8:
        seL4_CNode_Delete(to_root, to, to_depth);
        break;
    case 9:
        seL4_CNode_Revoke(to_root, to, to_depth);
        break;
    default:
        seL4_CNode_Rotate(to_root, to, to_depth, 0, ROOT, first + pick(POOL), DEPTH, 0, from_root,
                          from, from_depth);
        break;
    }
}

static void stress_random_operations(void)
{
    seL4_CPtr first = new_slot();
    for (unsigned i = 1; i < POOL + 2; i++)
        new_slot();
    for (unsigned seed = 1; seed <= 4; seed++) {
        random_state = 0x9e3779b97f4a7c15ul * seed;
        for (unsigned i = 0; i < OPERATIONS; i++)
            random_operation(first);
        CHECK_OK(seL4_CNode_Revoke(ROOT, test_arena(), DEPTH));
        for (unsigned i = 0; i < POOL; i++)
            CHECK(slot_is_empty(first + i));
        /* Nothing is left in it: it can be handed out as a whole. */
        CHECK_OK(seL4_Untyped_Retype(test_arena(), seL4_UntypedObject, TEST_ARENA_BITS, ROOT, 0, 0,
                                     first, 1));
        CHECK_OK(seL4_CNode_Delete(ROOT, first, DEPTH));
    }
}

TEST_GROUP(stress_tests, TEST(stress_long_delete_is_preempted),
           TEST(stress_long_revoke_is_preempted), TEST(stress_long_retype_is_preempted),
           TEST(stress_concurrent_deletes), TEST(stress_abandoned_delete),
           TEST(stress_orphan_is_left_alone), TEST(stress_random_operations));
