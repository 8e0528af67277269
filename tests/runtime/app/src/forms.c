/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives what forms.camkes describes, and says what held.
 */
#include <camkes.h>
#include <camkes/dma.h>
#include <camkes/msgqueue.h>
#include <string.h>
#include "check.h"

unsigned checks_passed, checks_failed;
extern volatile char *bulky_buf;

static camkes_error_type_t seen_error;

static camkes_error_action_t note_error(camkes_error_t *error)
{
    seen_error = error->type;
    return CEA_DISCARD;
}

static void test_attributes(void)
{
    CHECK(strcmp(text, "a\tb") == 0);
    CHECK(sizeof(nums) == 3 * sizeof(*nums) && nums[2] == 6);
    CHECK(get_instance_affinity() == 0);
}

static void test_calls(void)
{
    CHECK(plain_add(20, 22) == 42);
    CHECK(direct_add(1, 2) == 3);
    bulky_buf[0] = 7;
    CHECK(bulky_add(0, 1) == 8);
    nudge_emit();
    while (plain_add(-1, 0) == 0)
        seL4_Yield();
    CHECK(plain_add(-1, 0) == 1);
    ((char *)own)[8191] = 5;
    CHECK(plain_add(-2, 0) == 5);
}

static void test_events(void)
{
    for (int i = 0; i < 3; i++)
        count_out_emit();
    CHECK(count_in_poll() == 1);
    count_in_wait();
    CHECK(count_in_poll() == 1 && count_in_poll() == 0);
    native_one_emit();
    CHECK(native_in_poll() == 1);
    native_two_emit_underlying();
    CHECK(native_in_poll() == 1 && native_in_poll() == 0);
    camkes_error_handler_t old = native_in_register_error_handler(note_error);
    CHECK(!old && native_in_reg_callback(NULL, NULL) != 0 && seen_error == CE_NOT_SUPPORTED);
}

static void test_letters(void)
{
    camkes_msgqueue_sender_t sender;
    camkes_msgqueue_receiver_t receiver;
    char letter[600] = "";
    CHECK(camkes_msgqueue_sender_init(4, &sender) != 0);
    CHECK(camkes_msgqueue_sender_init(3, &sender) == 0);
    CHECK(camkes_msgqueue_receiver_init(4, &receiver) == 0);
    CHECK(camkes_msgqueue_poll(&receiver) == 0);
    CHECK(camkes_msgqueue_get(&receiver, letter, sizeof(letter)) != 0);
    /* Many times around the ring, which holds three of these. */
    bool right = true;
    for (char i = 1; i < 100; i++) {
        memset(letter, i, sizeof(letter));
        right = right && camkes_msgqueue_send(&sender, letter, sizeof(letter)) == 0;
        memset(letter, 0, sizeof(letter));
        right = right && camkes_msgqueue_wait(&receiver) == 0 &&
                camkes_msgqueue_get(&receiver, letter, sizeof(letter)) == 0 && letter[0] == i &&
                letter[sizeof(letter) - 1] == i;
    }
    CHECK(right);
    unsigned sent = 0;
    while (camkes_msgqueue_send(&sender, letter, sizeof(letter)) == 0)
        sent++;
    CHECK(sent == 3);
    CHECK(camkes_msgqueue_get(&receiver, letter, 10) != 0);
    CHECK(camkes_msgqueue_get(&receiver, letter, sizeof(letter)) == 0);
}

static void test_dma(void)
{
    char *a = camkes_dma_alloc(100, 0), *b = camkes_dma_alloc(4096, 4096, true);
    CHECK(a && b && camkes_dma_get_paddr(a) != 0);
    CHECK(((uintptr_t)b & 4095) == 0 && (camkes_dma_get_paddr(b) & 4095) == 0);
    CHECK(camkes_dma_get_paddr(a + 99) == camkes_dma_get_paddr(a) + 99);
    CHECK(camkes_dma_get_paddr(&seen_error) == 0);
    CHECK(!camkes_dma_alloc(1 << 20, 0));
    camkes_dma_free(a, 100);
    camkes_dma_free(b, 4096);
    a = camkes_dma_alloc(100, 0);
    CHECK(a);
    /* The shared pool was added last, so it is found first. */
    CHECK(camkes_dma_get_paddr(for_device) != 0);
    CHECK((int)(camkes_dma_get_paddr(for_device) >> 12) == plain_add(-3, 0));
}

/* The 8042: a command byte that lets keys interrupt, and a byte as if it came from the keyboard. */
static void test_interrupt(void)
{
    seL4_Word badge = 0;
    keyboard_out8(0x64, 0x60);
    keyboard_out8(0x60, 0x01);
    keyboard_out8(0x64, 0xd2);
    keyboard_out8(0x60, 0x1c);
    seL4_Wait(key_notification(), &badge);
    CHECK((badge & key_notification_badge()) == key_notification_badge());
    CHECK(keyboard_in8(0x60) == 0x1c);
    CHECK(key_acknowledge() == 0);
}

int run(void)
{
    test_attributes();
    test_calls();
    test_events();
    test_letters();
    test_dma();
    test_interrupt();
    printf("forms: %u passed, %u failed\n", checks_passed, checks_failed);
    over_emit();
    return 0;
}
