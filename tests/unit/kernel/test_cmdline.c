/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's command line.
 */
#include "cmdline.h"
#include "fakes.h"
#include "suites.h"

#include <stdio.h>
#include <string.h>

static int reset(void **state)
{
    (void)state;
    machine_reset();
    boot_options = (struct boot_options){.console_port = 0x3f8, .max_ram = ~0ul};
    return 0;
}

/* Complaints pile up over a boot, so those of earlier tests are printed, too: look at the last. */
static bool complains(const char *text, const char *about)
{
    char wanted[100];
    console_text[0] = '\0';
    cmdline_parse(text);
    cmdline_report();
    snprintf(wanted, sizeof(wanted), "'%s'", about);
    return strstr(console_text, wanted);
}

static void test_options(void **state)
{
    (void)state;
    cmdline_parse("/boot/kernel.elf  console_port=0x2f8 debug=1   max_ram=512M ");
    assert_int_equal(boot_options.console_port, 0x2f8);
    assert_int_equal(boot_options.debug, 1);
    assert_int_equal(boot_options.max_ram, 512ul << 20);
    cmdline_parse("console_port=0 max_ram=3G");
    assert_int_equal(boot_options.console_port, 0);
    assert_int_equal(boot_options.max_ram, 3ul << 30);
    cmdline_parse("kernel max_ram=4096K debug=0");
    assert_int_equal(boot_options.max_ram, 4ul << 20);
    assert_int_equal(boot_options.debug, 0);
    cmdline_parse(NULL);
    cmdline_parse("");
    cmdline_parse("   ");
    cmdline_report();
    assert_string_equal(console_text, "");
}

static void test_bad_options(void **state)
{
    (void)state;
    assert_true(complains("kernel nonsense=1", "nonsense=1"));
    assert_true(complains("kernel debug", "debug"));
    assert_true(complains("kernel debug=", "debug="));
    assert_true(complains("kernel debug=2", "debug=2"));
    assert_true(complains("console_port=0x10000", "console_port=0x10000"));
    assert_true(complains("max_ram=1T", "max_ram=1T"));
    assert_true(complains("max_ram=99999999999999999999", "max_ram=99999999999999999999"));
    assert_true(complains("max_ram=17179869184G", "max_ram=17179869184G"));
    assert_int_equal(boot_options.console_port, 0x3f8);
    assert_int_equal(boot_options.debug, 0);
}

static void test_long_words(void **state)
{
    (void)state;
    static char text[4000];
    for (int round = 0; round < 2000; round++) {
        unsigned length = random_next() % (sizeof(text) - 1);
        for (unsigned i = 0; i < length; i++)
            text[i] = " =x0G,debug_port9max"[random_next() % 20];
        text[length] = '\0';
        cmdline_parse(text);
        console_text[0] = '\0';
        cmdline_report();
    }
}

int cmdline_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_options, reset),
        cmocka_unit_test_setup(test_bad_options, reset),
        cmocka_unit_test_setup(test_long_words, reset),
    };
    return cmocka_run_group_tests_name("command line", tests, NULL, NULL);
}
