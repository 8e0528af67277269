/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives what forms.camkes describes, and says what held.
 */
#include <camkes.h>
#include <camkes/dma.h>
#include <camkes/msgqueue.h>
#include <camkes/virtqueue.h>
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

/* What the mirror has used, once it has. */
static unsigned take_post(virtqueue_driver_t *queue, char *text, size_t size)
{
    virtqueue_ring_object_t chain;
    uint32_t length = 0;
    while (!VQ_DRV_POLL(queue))
        seL4_Wait(post_notification(), NULL);
    if (!virtqueue_get_used_buf(queue, &chain, &length))
        return 0;
    camkes_virtqueue_driver_gather_copy_buffer(queue, &chain, text, size);
    return length;
}

static void test_virtqueue(void)
{
    virtqueue_driver_t queue;
    char text[1000], back[1000];
    CHECK(camkes_virtqueue_driver_init(&queue, 4) != 0);
    CHECK(camkes_virtqueue_driver_init(&queue, 5) == 0);
    CHECK(post_get_size() == 8192 && post_notification_badge() != 0);
    bool right = true;
    for (unsigned round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)(round + i);
        right =
            right && camkes_virtqueue_driver_scatter_send_buffer(&queue, text, sizeof(text)) == 0;
        queue.notify();
        right = right && take_post(&queue, back, sizeof(back)) == sizeof(back);
        for (size_t i = 0; i < sizeof(text); i++)
            right = right && back[i] == text[sizeof(text) - 1 - i];
    }
    CHECK(right);
    /* An event calls back as well; the mirror says how often it has been called for it. */
    wake_mirror_emit();
    unsigned size;
    do {
        camkes_virtqueue_driver_scatter_send_buffer(&queue, NULL, 1);
        queue.notify();
        size = take_post(&queue, back, 1);
    } while (size == 1 && back[0] == 0);
    CHECK(size == 1 && back[0] == 1);
}

/* The message is as long as the memory of the connection, and one item longer. */
static void test_long_calls(void)
{
    static uint16_t items[4096];
    size_t most = ARRAY_SIZE(items) - sizeof(uint64_t) / 2;
    for (size_t i = 0; i < ARRAY_SIZE(items); i++)
        items[i] = (uint16_t)i;
    heavy_register_error_handler(note_error);
    CHECK(heavy_sum(most, items) == most * (most - 1) / 2);
    seen_error = CE_NO_ERROR;
    CHECK(heavy_sum(ARRAY_SIZE(items), items) == 0 && seen_error != CE_NO_ERROR);
    CHECK(heavy_sum(3, items) == 3);
}

static void test_string_reverse(void)
{
    char *in = text_in, *out = text_out;
    strcpy(in, "backwards");
    text_ready_emit();
    text_done_wait();
    CHECK(strcmp(out, "sdrawkcab") == 0);
    memset(in, 'x', 8192); /* no end */
    text_ready_emit();
    text_done_wait();
    CHECK(strnlen(out, 8192) == 8191);
    CHECK(dataport_get_id(&text_in_handle) == 17);
    CHECK(dataport_get_rights(&text_in_handle).words[0] == seL4_ReadWrite.words[0]);
    seL4_CPtr *caps = dataport_get_frame_caps(&text_in_handle);
    CHECK(caps && caps[0] == dataport_get_nth_frame_cap(&text_in_handle, 0) &&
          caps[1] == dataport_get_nth_frame_cap(&text_in_handle, 1));
    dataport_free_frame_caps(&text_in_handle, caps);
    CHECK(dataport_get_id(&text_out_handle) == 0);
    CHECK(dataport_get_rights(&text_out_handle).words[0] == seL4_CanRead.words[0]);
}

/* --- a network of one datagram a time, for Echo --- */

static const char *datagram[3]; /* for clients 1 and 2 */
static char echo[3][64];

int net_recv_poll(unsigned *len, uint16_t *port, uint32_t *addr)
{
    seL4_Word client = net_recv_get_sender_id();
    const char *message = datagram[client];
    datagram[client] = NULL;
    *len = message ? (unsigned)strlen(message) + 1 : 0;
    *port = 7;
    *addr = 0x0a000001;
    if (message)
        strcpy(net_recv_buf(client), message);
    return message ? 0 : -1;
}

int net_send_send(uintptr_t data, unsigned len, uint32_t addr)
{
    seL4_Word client = net_send_get_sender_id();
    if (addr == 0x0a000001 && len < sizeof(echo[0]))
        memcpy(echo[client], (char *)net_send_buf(client) + data, len);
    return echoed_post();
}

static void test_echo(void)
{
    datagram[1] = "one";
    datagram[2] = "and two";
    net_recv_emit(1);
    CHECK(echoed_wait() == 0 && echoed_wait() == 0);
    CHECK(strcmp(echo[1], "one") == 0 && strcmp(echo[2], "and two") == 0);
    datagram[2] = "again";
    net_recv_emit(2);
    CHECK(echoed_wait() == 0 && strcmp(echo[2], "again") == 0);
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
    test_virtqueue();
    test_long_calls();
    test_string_reverse();
    test_echo();
    test_dma();
    test_interrupt();
    printf("forms: %u passed, %u failed\n", checks_passed, checks_failed);
    over_emit();
    return 0;
}
