/* SPDX-License-Identifier: BSD-2-Clause */
/* The shared terminal: what reaches it and in which form, where its input goes. */
#include "suites.h"

#include <console.h>
#include <stdlib.h>
#include <string.h>

static char screen[8192];
static size_t screen_size;
static char typed[CONSOLE_MAX_CLIENTS][256];
static unsigned dumps;

static void to_screen(const char *bytes, size_t size)
{
    assert_true(screen_size + size < sizeof(screen));
    memcpy(screen + screen_size, bytes, size);
    screen_size += size;
    screen[screen_size] = 0;
}

static void to_client(unsigned client, uint8_t c)
{
    size_t length = strlen(typed[client]);
    assert_true(length + 1 < sizeof(typed[client]));
    typed[client][length] = (char)c;
}

static void dump(void)
{
    dumps++;
}

static const struct console_ops ops = {to_screen, to_client, dump};
static const struct console_ops release_ops = {to_screen, to_client, NULL};
static struct console console;
static unsigned vm0, vm1, rtc;

static void clear(void)
{
    screen_size = 0;
    screen[0] = 0;
    memset(typed, 0, sizeof(typed));
}

static int set_up(void **state)
{
    (void)state;
    clear();
    dumps = 0;
    console_init(&console, &ops);
    vm1 = (unsigned)console_client(&console, "vm1");
    vm0 = (unsigned)console_client(&console, "vm0");
    rtc = (unsigned)console_client(&console, "rtc");
    console_set_input(&console, vm1, 1);
    console_set_input(&console, vm0, 0);
    return 0;
}

static void print(unsigned client, enum console_kind kind, const char *text)
{
    console_print(&console, client, kind, text, strlen(text));
}

static void type(const char *text)
{
    for (; *text; text++)
        console_receive(&console, (uint8_t)*text);
}

/* --- output --- */

static void test_single_guest_is_byte_exact(void **state)
{
    (void)state;
    static const char bytes[] = "\033[2J\033[1;1Hvi \x00\xff\rpartial";
    console_print(&console, vm0, CONSOLE_RAW, bytes, sizeof(bytes) - 1);
    assert_int_equal(screen_size, sizeof(bytes) - 1);
    assert_memory_equal(screen, bytes, sizeof(bytes) - 1);
    /* Also byte by byte. */
    clear();
    for (size_t i = 0; i < sizeof(bytes) - 1; i++)
        console_print(&console, vm0, CONSOLE_RAW, &bytes[i], 1);
    assert_int_equal(screen_size, sizeof(bytes) - 1);
    assert_memory_equal(screen, bytes, sizeof(bytes) - 1);
    assert_false(console_pending(&console));
}

static void test_only_guest_without_focus_is_byte_exact(void **state)
{
    (void)state;
    print(vm1, CONSOLE_RAW, "login: ");
    assert_string_equal(screen, "login: ");
}

static void test_processed_lines(void **state)
{
    (void)state;
    print(rtc, CONSOLE_PROCESSED, "one");
    assert_string_equal(screen, "");
    assert_true(console_pending(&console));
    print(rtc, CONSOLE_PROCESSED, " line\nnext");
    assert_string_equal(screen, "\033[36mone line\033[0m\r\n");
    clear();
    console_flush(&console);
    assert_string_equal(screen, "\033[36mnext\033[0m");
    assert_false(console_pending(&console));
    clear();
    /* The rest of a line that was flushed goes behind it. */
    print(rtc, CONSOLE_PROCESSED, "!\n");
    assert_string_equal(screen, "\033[36m!\033[0m\r\n");
}

static void test_lines_do_not_cut_into_each_other(void **state)
{
    (void)state;
    print(vm0, CONSOLE_RAW, "caisson login: ");
    clear();
    print(rtc, CONSOLE_PROCESSED, "hello\n");
    assert_string_equal(screen, "\r\n\033[36mhello\033[0m\r\n");
    clear();
    print(vm0, CONSOLE_RAW, "root\r\n");
    assert_string_equal(screen, "root\r\n");
    clear();
    print(rtc, CONSOLE_PROCESSED, "again\n");
    assert_string_equal(screen, "\033[36magain\033[0m\r\n");
}

static void test_two_guests(void **state)
{
    (void)state;
    print(vm0, CONSOLE_RAW, "0: ");
    clear();
    print(vm1, CONSOLE_RAW, "boot\r\nmore");
    assert_string_equal(screen, "\r\n\033[92mboot\033[0m\r\n");
    clear();
    /* The one with the keyboard stays byte exact. */
    print(vm0, CONSOLE_RAW, "\033[K$ ");
    assert_string_equal(screen, "\033[K$ ");
    clear();
    type("@1");
    clear();
    /* What the other had collected comes first when it gets the terminal. */
    print(vm1, CONSOLE_RAW, "+");
    assert_string_equal(screen, "\033[92mmore\033[0m+");
}

static void test_long_lines(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * CONSOLE_LINE; i++)
        print(rtc, CONSOLE_PROCESSED, "x");
    print(rtc, CONSOLE_PROCESSED, "\n");
    unsigned shown = 0;
    for (size_t i = 0; i < screen_size; i++)
        shown += screen[i] == 'x';
    assert_int_equal(shown, 3 * CONSOLE_LINE);
}

static void test_too_many_clients(void **state)
{
    (void)state;
    static char names[CONSOLE_MAX_CLIENTS + 1][4];
    int last = 0;
    for (unsigned i = 0; i <= CONSOLE_MAX_CLIENTS; i++) {
        names[i][0] = (char)('a' + i);
        last = console_client(&console, names[i]);
    }
    assert_int_equal(last, -1);
    assert_int_equal(console_client(&console, "vm0"), vm0);
}

/* --- input --- */

static void test_input_goes_to_the_lowest_number(void **state)
{
    (void)state;
    type("ls\rq");
    assert_string_equal(typed[vm0], "ls\rq");
    assert_string_equal(typed[vm1], "");
}

static void test_switch(void **state)
{
    (void)state;
    type("a\r@1b\r@0c");
    assert_string_equal(typed[vm0], "a\rc");
    assert_string_equal(typed[vm1], "b\r");
    assert_non_null(strstr(screen, "input to vm1"));
    clear();
    type("\r@7d");
    assert_non_null(strstr(screen, "no client 7"));
    assert_string_equal(typed[vm0], "\rd");
}

static void test_at_sign(void **state)
{
    (void)state;
    type("me@home\r"); /* not at the start of a line */
    assert_string_equal(typed[vm0], "me@home\r");
    clear();
    type("@@x\r");
    assert_string_equal(typed[vm0], "@x\r");
    clear();
    type("@x"); /* no command */
    assert_string_equal(typed[vm0], "@x");
}

static void test_several(void **state)
{
    (void)state;
    type("@m01\rhi");
    assert_string_equal(typed[vm0], "hi");
    assert_string_equal(typed[vm1], "hi");
    clear();
    type("\r@m9\rx");
    assert_string_equal(typed[vm0], "\rx");
    assert_string_equal(typed[vm1], "\rx");
}

static void test_commands(void **state)
{
    (void)state;
    type("@s");
    assert_int_equal(dumps, 1);
    console.ops = &release_ops;
    type("@s");
    assert_non_null(strstr(screen, "built without debugging calls"));
    console.ops = &ops;
    type("@?");
    assert_non_null(strstr(screen, "client 0 *vm0"));
    assert_non_null(strstr(screen, "client 1  vm1"));
    clear();
    type("@da");
    assert_non_null(strstr(screen, "read 0x61"));
    assert_string_equal(typed[vm0], "a");
    clear();
    type("\r@db");
    assert_null(strstr(screen, "0x62"));
}

/* Anything may be printed and typed in any order; nothing that a focused guest prints gets lost. */
static void test_random_traffic(void **state)
{
    (void)state;
    static const char alphabet[] = "@@@0179ms?d\r\nx\033[";
    const unsigned clients[] = {vm0, vm1, rtc};
    srand(5);
    for (unsigned i = 0; i < 20000; i++) {
        char text[8];
        size_t size = 1 + (size_t)rand() % sizeof(text);
        for (size_t n = 0; n < size; n++)
            text[n] = rand() % 4 ? alphabet[rand() % (int)(sizeof(alphabet) - 1)] : (char)rand();
        if (rand() % 2) {
            for (size_t n = 0; n < size; n++)
                console_receive(&console, (uint8_t)text[n]);
        } else {
            unsigned client = clients[rand() % 3];
            bool through = client == (unsigned)console.focus && client != rtc;
            clear();
            console_print(&console, client, client == rtc ? CONSOLE_PROCESSED : CONSOLE_RAW, text,
                          size);
            if (through) {
                assert_true(screen_size >= size);
                assert_memory_equal(screen + screen_size - size, text, size);
            }
        }
        if (rand() % 16 == 0) {
            console_flush(&console);
            assert_false(console_pending(&console));
        }
        clear();
    }
}

int console_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_single_guest_is_byte_exact, set_up),
        cmocka_unit_test_setup(test_only_guest_without_focus_is_byte_exact, set_up),
        cmocka_unit_test_setup(test_processed_lines, set_up),
        cmocka_unit_test_setup(test_lines_do_not_cut_into_each_other, set_up),
        cmocka_unit_test_setup(test_two_guests, set_up),
        cmocka_unit_test_setup(test_long_lines, set_up),
        cmocka_unit_test_setup(test_too_many_clients, set_up),
        cmocka_unit_test_setup(test_input_goes_to_the_lowest_number, set_up),
        cmocka_unit_test_setup(test_switch, set_up),
        cmocka_unit_test_setup(test_at_sign, set_up),
        cmocka_unit_test_setup(test_several, set_up),
        cmocka_unit_test_setup(test_commands, set_up),
        cmocka_unit_test_setup(test_random_traffic, set_up),
    };
    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
