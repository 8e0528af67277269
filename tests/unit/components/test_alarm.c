/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TimeServer's alarm on an HPET that does not keep to its rate, in a machine that is stopped for a
 * while at any place: alarms are right all the same.
 */
#include "suites.h"

#include <alarm.h>
#include <camkes.h>

#define PERIOD_FS     10000000ull /* 100 MHz */
#define TICKS_PER_SEC 100300000ull
#define CAPABILITIES  (PERIOD_FS << 32 | 1u << 15)
#define MS            1000000ull
#define SECOND        (1000 * MS)

enum { HPET_CAPABILITIES = 0x00, HPET_COUNTER = 0x1e, HPET_COMPARE = 0x21 };

static uint64_t registers[0x100];
static uint64_t now;
static unsigned looks, stop_at;
volatile void *hpet = registers;

/* What goes to the 8254, which nobody needs beside an HPET, is counted. */
static unsigned pit_writes;

void pit_out8(uint16_t port, uint8_t value)
{
    (void)port;
    (void)value;
    pit_writes++;
}

static void pass(uint64_t ns)
{
    now += ns;
    registers[HPET_COUNTER] = (uint32_t)(now * (TICKS_PER_SEC / 100000) / 10000);
}

static uint64_t look(void)
{
    if (++looks == stop_at)
        pass(MS);
    uint64_t time = now;
    pass(200);
    return time;
}

static void assert_alarms_are_right(unsigned stopped_at)
{
    looks = 0;
    stop_at = stopped_at;
    pit_writes = 0;
    now = 12345678;
    registers[HPET_CAPABILITIES] = CAPABILITIES;
    pass(0);
    alarm_init(look);
    for (unsigned i = 0; i < 50; i++) {
        pass(10 * MS);
        alarm_tune();
    }
    alarm_set(SECOND);
    uint32_t ticks = (uint32_t)registers[HPET_COMPARE] - (uint32_t)registers[HPET_COUNTER];
    assert_in_range(ticks, TICKS_PER_SEC - TICKS_PER_SEC / 10000,
                    TICKS_PER_SEC + TICKS_PER_SEC / 10000);
    assert_int_equal(pit_writes, 0);
}

static void test_undisturbed(void **state)
{
    (void)state;
    assert_alarms_are_right(0);
}

static void test_stopped(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 40; at++)
        assert_alarms_are_right(at);
}

static void test_without_hpet(void **state)
{
    (void)state;
    registers[HPET_CAPABILITIES] = 0;
    alarm_init(look);
    alarm_tune();
    alarm_set(MS);
    assert_int_equal(pit_writes, 3);
    alarm_set(SECOND);
    assert_int_equal(pit_writes, 6);
}

int alarm_suite(void)
{
    /* Without comes first: what was found once stays. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_hpet),
        cmocka_unit_test(test_undisturbed),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
