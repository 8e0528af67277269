/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest shares with components, as a guest asks for it: rightly, wrongly and at random. A
 * model of the guest's pages checks each exchange. Run with a number to try another seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "fake_backend.h"

#include <vmm/crossvm.h>

#define LOW_BYTES  MIB(8)
#define HIGH_BYTES MIB(4)
#define PAGES      ((LOW_BYTES + HIGH_BYTES) / PAGE_SIZE_4K)

#define SMALL 1 /* one page */
#define LARGE 2 /* eight pages */
#define HUGE  7 /* two pages of 2 MiB */

static vmm_t *vmm;
static struct crossvm *crossvm;
static uint8_t *ram;
static const void *owner[PAGES]; /* null: the guest itself */
static char logged[8192];
static unsigned emitted, show_error;
static uint64_t seed = 20261127;

/* --- The world --- */

static uint64_t fake_tsc(void)
{
    return 0;
}

static int64_t fake_time(vmm_t *machine)
{
    (void)machine;
    return 0;
}

static void fake_timer(vmm_t *machine, uint64_t deadline)
{
    (void)machine;
    (void)deadline;
}

static void fake_write(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    (void)text;
    (void)size;
}

static void fake_log(vmm_t *machine, const char *line)
{
    (void)machine;
    strncat(logged, line, sizeof(logged) - strlen(logged) - 2);
    strcat(logged, "\n");
}

static uint64_t page_number(uint64_t address)
{
    return (address < LOW_BYTES ? address : address - GUEST_HIGH_BASE + LOW_BYTES) / PAGE_SIZE_4K;
}

/* All of it belongs to `from`, and then to `to`. */
static void change_owner(const void *from, const void *to, uint64_t address, uint64_t size)
{
    assert_int_not_equal(size, 0);
    for (uint64_t done = 0; done < size; done += PAGE_SIZE_4K) {
        uint64_t page = page_number(address + done);

        assert_true(page < PAGES);
        assert_ptr_equal(owner[page], from);
        owner[page] = to;
    }
}

static int show(vmm_t *machine, const struct crossvm_dataport *dataport, uint64_t address,
                uint64_t size)
{
    (void)machine;
    assert_true(size <= dataport->size);
    assert_int_equal((address | size) & MASK(dataport->page_bits), 0);
    assert_int_equal(dataport->shown, 0);
    if (show_error)
        return -(int)show_error;
    change_owner(NULL, dataport->ctx, address, size);
    return 0;
}

static void hide(vmm_t *machine, const struct crossvm_dataport *dataport)
{
    (void)machine;
    change_owner(dataport->ctx, NULL, dataport->address, dataport->shown);
}

static void emit(void)
{
    emitted++;
}

static const struct crossvm_memory memory_ops = {show, hide};

static int set_up(void **state)
{
    static int frames[3];
    const struct vmm_config config = {"vm0", "", "", "", ""};
    const struct vmm_platform platform = {.tsc = fake_tsc,
                                          .tsc_hz = 1000000000,
                                          .set_timer = fake_timer,
                                          .unix_time = fake_time,
                                          .console_write = fake_write,
                                          .log = fake_log};
    struct guest_memory memory = {NULL, NULL, LOW_BYTES, HIGH_BYTES};
    struct seL4_VCPURun *run;

    (void)state;
    fake_reset();
    logged[0] = 0;
    emitted = show_error = 0;
    memset(owner, 0, sizeof(owner));
    ram = calloc(1, LOW_BYTES + HIGH_BYTES);
    memory.low_base = ram;
    memory.high_base = ram + LOW_BYTES;
    vmm = calloc(1, sizeof(*vmm));
    crossvm = calloc(1, sizeof(*crossvm));
    assert_int_equal(vmm_init(vmm, &config, &platform, &memory), 0);
    assert_int_equal(crossvm_init(vmm, crossvm, &memory_ops), 0);
    assert_int_equal(crossvm_add_dataport(vmm, SMALL, &frames[0], KIB(4), PAGE_BITS_4K), 0);
    assert_int_equal(crossvm_add_dataport(vmm, LARGE, &frames[1], KIB(32), PAGE_BITS_4K), 0);
    assert_int_equal(crossvm_add_dataport(vmm, HUGE, &frames[2], MIB(4), PAGE_BITS_2M), 0);
    assert_int_equal(crossvm_add_emitter(vmm, 1, emit), 0);
    for (unsigned id = 1; id <= 3; id++)
        assert_int_equal(crossvm_add_event(vmm, id), 0);
    run = vmm->vcpu.run;
    run->cr0 = 0x80010001;
    run->cr4 = 0x20;
    run->efer = 0x500;
    run->cs_attr = 0xa9b;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(crossvm);
    free(vmm);
    free(ram);
    return 0;
}

/* The hypercall; what the guest finds in RAX. */
static int64_t call(unsigned token, uint64_t command, uint64_t id, uint64_t address, uint64_t size)
{
    struct seL4_VCPURun *run = vmm->vcpu.run;

    run->reg[seL4_VCPUReg_RAX] = token;
    run->reg[seL4_VCPUReg_RBX] = command;
    run->reg[seL4_VCPUReg_RCX] = id;
    run->reg[seL4_VCPUReg_RDX] = address;
    run->reg[seL4_VCPUReg_RSI] = size;
    for (unsigned i = 0; i < vmm->hypercalls; i++)
        if (vmm->hypercall[i].token == (int)token)
            assert_int_equal(vmm->hypercall[i].handler(&vmm->vcpu), 0);
    return (int64_t)vmm->vcpu.run->reg[seL4_VCPUReg_RAX];
}

static int64_t share(uint64_t id, uint64_t address, uint64_t size)
{
    return call(CROSSVM_DATAPORTS, CROSSVM_SHARE, id, address, size);
}

static unsigned count_shared(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < PAGES; i++)
        count += owner[i] ? 1 : 0;
    return count;
}

static unsigned count_lines(const char *part)
{
    unsigned count = 0;

    for (const char *at = logged; (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* --- Dataports --- */

static void shares_any_page(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), 0);
    assert_int_equal(share(LARGE, GUEST_HIGH_BASE + HIGH_BYTES - KIB(32), KIB(32)), 0);
    assert_int_equal(share(HUGE, MIB(4), MIB(4)), 0);
    assert_int_equal(count_shared(), 1 + 8 + 1024);
    /* The same once more; elsewhere, where part of itself was; less of it. */
    assert_int_equal(share(LARGE, GUEST_HIGH_BASE + HIGH_BYTES - KIB(32), KIB(32)), 0);
    assert_int_equal(share(LARGE, GUEST_HIGH_BASE + HIGH_BYTES - KIB(36), KIB(32)), 0);
    assert_int_equal(share(LARGE, 0, KIB(8)), 0);
    assert_int_equal(count_shared(), 1 + 2 + 1024);
    assert_string_equal(logged, "");
}

static void gives_ram_back(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, 0, KIB(4)), 0);
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_RETURN, SMALL, 0, 0), 0);
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_RETURN, SMALL, 0, 0), 0);
    assert_int_equal(count_shared(), 0);
    assert_int_equal(share(LARGE, 0, KIB(32)), 0);
    assert_int_equal(share(SMALL, MIB(2), KIB(4)), 0);
    crossvm_reset(vmm);
    assert_int_equal(count_shared(), 0);
    /* The guest that boots next finds all as the first did. */
    assert_int_equal(share(LARGE, KIB(4), KIB(32)), 0);
    assert_string_equal(logged, "");
}

static void refuses_what_is_wrong(void **state)
{
    static const struct {
        uint64_t id, address, size;
        int error;
    } wrong[] = {
        {0, 0, KIB(4), -ENOENT},
        {3, 0, KIB(4), -ENOENT},
        {257, 0, KIB(4), -ENOENT},
        {UINT64_MAX, 0, KIB(4), -ENOENT},
        {1ull << 32 | SMALL, 0, KIB(4), -ENOENT},
        {SMALL, 0, 0, -EINVAL},
        {SMALL, 0, 1, -EINVAL},
        {SMALL, 0, KIB(8), -EINVAL},
        {LARGE, 0, UINT64_MAX - KIB(4) + 1, -EINVAL},
        {HUGE, 0, KIB(4), -EINVAL},
        {SMALL, 8, KIB(4), -EINVAL},
        {HUGE, MIB(1), MIB(2), -EINVAL},
        {SMALL, LOW_BYTES, KIB(4), -EFAULT},
        {LARGE, LOW_BYTES - KIB(28), KIB(32), -EFAULT},
        {SMALL, 0xfec00000, KIB(4), -EFAULT},
        {SMALL, 0xfee00000, KIB(4), -EFAULT},
        {SMALL, GUEST_HIGH_BASE - KIB(4), KIB(4), -EFAULT},
        {SMALL, GUEST_HIGH_BASE + HIGH_BYTES, KIB(4), -EFAULT},
        {LARGE, UINT64_MAX - KIB(4) + 1, KIB(32), -EFAULT},
        {SMALL, MIB(3) + KIB(12), KIB(4), -EBUSY},
        {SMALL, KIB(64), KIB(4), -EBUSY},
    };

    (void)state;
    assert_int_equal(share(LARGE, MIB(3), KIB(32)), 0);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(64) + 8, 0, 0), 0);
    for (unsigned round = 0; round < 1000; round++)
        for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
            if (wrong[i].id != LARGE || wrong[i].error != -EBUSY)
                assert_int_equal(share(wrong[i].id, wrong[i].address, wrong[i].size),
                                 wrong[i].error);
    assert_int_equal(count_shared(), 8);
    assert_int_equal(call(CROSSVM_DATAPORTS, CROSSVM_RETURN, 3, 0, 0), -ENOENT);
    assert_int_equal(call(CROSSVM_DATAPORTS, 0, 1, 0, 0), -ENOSYS);
    assert_int_equal(call(CROSSVM_EVENTS_IN, 4, 1, 0, 0), -ENOSYS);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, 2, 1, 0, 0), -ENOSYS);
    assert_int_equal(count_lines("no such dataport"), 1);
    assert_int_equal(count_lines("where not all is RAM"), 1);
    assert_int_equal(count_lines("\n"), 6);
}

static void cannot_be_shown(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, 0, KIB(4)), 0);
    show_error = ENOMEM;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), -ENOMEM);
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), -ENOMEM);
    assert_int_equal(count_shared(), 0);
    assert_int_equal(count_lines("cannot be shown"), 1);
    show_error = 0;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), 0);
}

/* --- Events --- */

static struct crossvm_event_page *page_at(uint64_t address)
{
    return (struct crossvm_event_page *)(ram + address);
}

static bool interrupts(void)
{
    return vmm->ioapic.lines >> CROSSVM_IRQ & 1;
}

static void tells_of_events(void **state)
{
    const struct crossvm_event_page *page = page_at(KIB(4));

    (void)state;
    crossvm_event(vmm, 2); /* before the guest listens; twice is once */
    crossvm_event(vmm, 2);
    crossvm_event(vmm, 3);
    crossvm_event(vmm, 4); /* there is none such */
    crossvm_event(vmm, 0);
    crossvm_event(vmm, 257);
    crossvm_deliver(vmm);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(4), 0, 0), 0);
    assert_true(interrupts());
    assert_int_equal(page->id, 2);
    assert_int_equal(page->magic, 42);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm); /* not before the guest is done */
    assert_int_equal(page->id, 2);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_int_equal(page->id, 1);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_int_equal(page->id, 3);
    assert_true(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_DONE, 0, 0, 0), 0);
    /* The guest's module goes, and comes back. */
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_IGNORE, 0, 0, 0), 0);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm);
    assert_false(interrupts());
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(8), 0, 0), 0);
    assert_int_equal(page_at(KIB(8))->id, 1);
    assert_string_equal(logged, "");
}

static void events_outlive_a_reset(void **state)
{
    (void)state;
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(4), 0, 0), 0);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm);
    assert_true(interrupts());
    crossvm_reset(vmm);
    assert_false(interrupts());
    crossvm_event(vmm, 3);
    crossvm_deliver(vmm);
    assert_int_equal(page_at(KIB(4))->id, 1); /* the new guest's memory is let alone */
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, KIB(8), 0, 0), 0);
    assert_int_equal(page_at(KIB(8))->id, 3);
    assert_true(interrupts());
}

static void refuses_bad_pages(void **state)
{
    (void)state;
    assert_int_equal(share(SMALL, MIB(1), KIB(4)), 0);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, LOW_BYTES - 4, 0, 0), -EFAULT);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, 2, 0, 0), -EFAULT);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, MIB(1) - 4, 0, 0), -EFAULT);
    assert_int_equal(call(CROSSVM_EVENTS_IN, CROSSVM_LISTEN, UINT64_MAX - 3, 0, 0), -EFAULT);
    crossvm_event(vmm, 1);
    crossvm_deliver(vmm);
    assert_false(interrupts());
    assert_int_equal(count_lines("\n"), 1);
}

static void emits(void **state)
{
    (void)state;
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 1, 0, 0), 0);
    assert_int_equal(emitted, 1);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 0, 0, 0), -ENOENT);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 2, 0, 0), -ENOENT);
    assert_int_equal(call(CROSSVM_EVENTS_OUT, CROSSVM_EMIT, 257, 0, 0), -ENOENT);
    assert_int_equal(emitted, 1);
    assert_int_equal(count_lines("\n"), 1);
}

/* --- What the app says --- */

static void app_is_checked_too(void **state)
{
    static int frame;

    (void)state;
    assert_int_equal(crossvm_add_dataport(vmm, 0, &frame, KIB(4), PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 257, &frame, KIB(4), PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 3, NULL, KIB(4), PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 3, &frame, 100, PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, 3, &frame, 0, PAGE_BITS_4K), -EINVAL);
    assert_int_equal(crossvm_add_dataport(vmm, SMALL, &frame, KIB(4), PAGE_BITS_4K), -EEXIST);
    assert_int_equal(crossvm_add_emitter(vmm, 0, emit), -EINVAL);
    assert_int_equal(crossvm_add_emitter(vmm, 2, NULL), -EINVAL);
    assert_int_equal(crossvm_add_emitter(vmm, 1, emit), -EEXIST);
    assert_int_equal(crossvm_add_event(vmm, 257), -EINVAL);
    assert_int_equal(crossvm_add_event(vmm, 3), -EEXIST);
    assert_int_equal(crossvm_add_dataport(vmm, 256, &frame, KIB(4), PAGE_BITS_4K), 0);
    assert_int_equal(share(256, 0, KIB(4)), 0);
}

/* --- At random --- */

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t any_number(void)
{
    uint64_t number = next_random();

    switch (next_random() % 6) {
    case 0:
        return number;
    case 1:
        return number % 10;
    case 2:
        return number % (LOW_BYTES + KIB(8)) & ~MASK(PAGE_BITS_4K);
    case 3:
        return GUEST_HIGH_BASE + (number % (HIGH_BYTES + KIB(8)) & ~MASK(PAGE_BITS_4K));
    case 4:
        return number % 9 * KIB(4);
    default:
        return number % 4 * MIB(2);
    }
}

static void hostile_guest(void **state)
{
    unsigned served = 0;

    (void)state;
    for (unsigned round = 0; round < 300000; round++) {
        show_error = next_random() % 16 ? 0 : ENOMEM;
        vmm->vcpu.run->efer = next_random() % 2 ? 0x500 : 0;
        served += call(1 + next_random() % 3, next_random() % 5, any_number(), any_number(),
                       any_number()) == 0;
        crossvm_event(vmm, any_number());
        crossvm_deliver(vmm);
        if (next_random() % 1024 == 0)
            crossvm_reset(vmm);
    }
    crossvm_reset(vmm);
    assert_int_equal(count_shared(), 0);
    assert_true(served > 1000);
    assert_true(count_lines("\n") <= 9);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shares_any_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_ram_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cannot_be_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_of_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(events_outlive_a_reset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_bad_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(emits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(app_is_checked_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_guest, set_up, tear_down),
    };

    if (argc > 1)
        seed = strtoull(argv[1], NULL, 0) ?: seed;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
