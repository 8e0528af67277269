/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests of random bytes in random states, with random permissions and random answers to their
 * exits. Nothing is expected of them; the kernel and everybody else must stay whole. The numbers
 * are the same in each run.
 */
#include "virt_machine.h"
#include "harness.h"

GUEST(hypercall);

#define GUESTS     60
#define ENTRIES    12
#define CODE_BYTES 512
#define CANARY     0xc0ffee5eed5afe11ul

static uint64_t random_state;

static uint64_t next_random(void)
{
    return test_random(&random_state);
}

/* Values that are likelier than random ones to pass a check, or just to miss it. */
static uint64_t next_value(void)
{
    uint64_t r = next_random();
    switch (r >> 60) {
    case 0:
    case 1:
        return r & 0xffff;
    case 2:
        return BIT(r & 63);
    case 3:
        return ~BIT(r & 63);
    case 4:
        return r & 0xffffffff;
    case 5:
        return GUEST_PML4;
    default:
        return r & 0xfff;
    }
}

static void change_state(struct machine *m)
{
    unsigned count = next_random() % 6;
    for (unsigned i = 0; i < count; i++)
        seL4_X86_VCPU_WriteState(m->vcpu, next_random() % (seL4_VCPUState_Count + 2), next_value());
}

static void change_message(struct seL4_VCPURun *run)
{
    uint64_t *word = (uint64_t *)run;
    run->rip = next_random() & 1 ? machine_next_rip() : GUEST_CODE + next_random() % CODE_BYTES;
    for (unsigned i = 0; i < 3; i++)
        word[next_random() % (offsetof(struct seL4_VCPURun, reason) / 8)] = next_value();
    if (next_random() % 4)
        run->event = 0;
}

struct rescuer {
    seL4_CPtr signal;
    volatile bool done;
};

/* Ends each run of a guest that does not stop by itself: one time slice for each. */
static void rescue(seL4_Word argument, seL4_Word unused)
{
    struct rescuer *r = (struct rescuer *)argument;
    (void)unused;
    while (!r->done) {
        seL4_Signal(r->signal);
        seL4_Yield();
    }
}

static bool run_guest(struct machine *m, unsigned number)
{
    static const uint8_t nothing[1];
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    random_state = 0x243f6a8885a308d3ul + number * 0x9e3779b97f4a7c15ul;
    machine_load(m, nothing, nothing, (enum machine_mode)(number % 3));
    for (unsigned i = 0; i < CODE_BYTES; i++)
        m->memory[GUEST_CODE + i] = (uint8_t)(next_random() >> 13);
    for (unsigned i = 0; i < ENTRIES; i++) {
        struct seL4_VCPURun saved = *run;
        change_state(m);
        *run = saved;
        if (i > 0)
            change_message(run);
        seL4_Word badge, result = seL4_VMEnter(&badge);
        if (result > SEL4_VMENTER_RESULT_FAULT || run->reason >= seL4_VCPUExit_Count)
            return false;
    }
    return true;
}

/* Memory that no guest was given. */
static bool page_is_whole(const uint64_t *page)
{
    for (unsigned i = 0; i < 512; i++)
        if (page[i] != CANARY + i)
            return false;
    return true;
}

static void virt_fuzz(void)
{
    MACHINE(m);
    struct seL4_VCPURun *run = seL4_VCPUMessage();
    seL4_CPtr frame, notification = make(seL4_NotificationObject, 0);
    struct rescuer r = {.signal = mint(notification, seL4_AllRights, 1)};
    uint64_t *page = make_page(&frame);
    CHECK(page);
    for (unsigned i = 0; i < 512; i++)
        page[i] = CANARY + i;
    CHECK_OK(seL4_TCB_BindNotification(seL4_CapInitThreadTCB, notification));
    struct thread t;
    CHECK(thread_start(&t, rescue, (seL4_Word)&r, 0, TEST_PRIORITY));
    for (unsigned i = 0; i < GUESTS; i++) {
        bool sound = run_guest(&m, i);
        if (!sound)
            test_note("guest %u: reason %lu", i, run->reason);
        CHECK(sound && page_is_whole(page));
    }
    r.done = true;
    seL4_Yield();
    CHECK_OK(seL4_TCB_UnbindNotification(seL4_CapInitThreadTCB));

    /* A sound guest runs as ever. */
    CHECK(machine_make(&m));
    machine_load(&m, GUEST_ARGS(hypercall), MACHINE_64);
    CHECK_EQUAL(machine_run(), seL4_VCPUExit_Hypercall);
}

TEST_GROUP(virt_fuzz_tests, TEST(virt_fuzz));
