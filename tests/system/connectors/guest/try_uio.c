/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries out the connections that are PCI functions, with a second Partner: /dev/uio0 has `data` and
 * the events, /dev/uio1 `large`, /dev/uio2 nothing.
 *
 *     try_uio       all that they do and refuse; the last line is "PASS"
 *     try_uio hold  maps a dataport, says "held", and keeps it until its input ends
 *     try_uio gone  waits for an event of /dev/uio1, of which there are none, and expects that its
 *                   function goes
 */
#include "consumes_event.h"
#include "dataport.h"
#include "dataport_allocate.h"
#include "emits_event.h"
#include "try.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>

static int partner; /* waits unless it is asked not to */
static volatile uint32_t *registers;
static char *data;

static bool is_told(int fd)
{
    uint32_t count;
    ssize_t size = read(fd, &count, sizeof(count));

    CHECK(size == sizeof(count) || (size == -1 && errno == EAGAIN));
    return size > 0;
}

/* Has the partner end its flood; nothing is left of it then, because this guest comes first. */
static void settle(void)
{
    strcpy(data, "quiet");
    CHECK(emits_event_emit(partner) == 0);
    do
        CHECK(consumes_event_wait(partner) > 0);
    while (strcmp(data + PAGE, "quiet") != 0);
}

static void test_registers(void)
{
    CHECK(strcmp((const char *)&registers[2], "partner") == 0);
    CHECK(registers[PAGE / sizeof(*registers) - 1] == 0);
    strcpy(data, "by a word");
    registers[0] = 1;
    CHECK(is_told(partner) && strcmp(data + PAGE, "by a word") == 0);
    strcpy(data, "by a byte");
    *(volatile char *)registers = 1;
    CHECK(is_told(partner) && strcmp(data + PAGE, "by a byte") == 0);
    /* Who makes up an event, has one. */
    registers[1] = UINT32_MAX;
    CHECK(is_told(partner) && registers[1] == 0);
    puts("ok: registers");
}

static void test_dataport(void)
{
    int fd = open_node("/dev/uio1", 0);
    ssize_t size = dataport_get_size(fd);
    volatile char *large = dataport_mmap(fd);

    CHECK(dataport_get_size(partner) == 2 * PAGE && size == 1 << 20 && large != MAP_FAILED);
    CHECK(dataport_get_paddr(fd) != 0 && dataport_get_paddr(fd) % (1 << 20) == 0);
    CHECK(dataport_allocate(fd, PAGE) == -1 && errno == ENOTTY);
    close(fd);
    for (char c = 'a'; c != 'f'; c++) {
        large[0] = c;
        CHECK(emits_event_emit(partner) == 0 && consumes_event_wait(partner) > 0);
        CHECK(large[size - 1] == c);
    }
    CHECK(munmap((void *)large, (size_t)size) == 0);

    CHECK(mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, partner, PAGE) == MAP_FAILED);
    CHECK(errno == EINVAL);
    CHECK(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, partner, 0) == MAP_FAILED);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, partner, 2 * PAGE) == MAP_FAILED);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, partner, PAGE) == MAP_FAILED);
    CHECK(errno == EINVAL);

    fd = open_node("/dev/uio2", O_NONBLOCK);
    CHECK(dataport_get_size(fd) == -1 && dataport_mmap(fd) == MAP_FAILED);
    CHECK(emits_event_emit(fd) == 0 && !is_told(fd));
    close(fd);
    puts("ok: dataports");
}

static void test_calls(void)
{
    char text[8] = "";

    CHECK(ioctl(partner, _IOW('E', 0, unsigned), 0) == -1 && errno == ENOTTY);
    CHECK(read(partner, text, 8) == -1 && errno == EINVAL);
    CHECK(write(partner, text, 3) == -1 && errno == EINVAL);
    puts("ok: wrong calls");
}

/* Each of two that have it open gets each event. */
static void test_events(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct pollfd pollfd = {.fd = partner, .events = POLLIN};
    int other = open_node("/dev/uio0", O_NONBLOCK);
    int set = epoll_create1(0);
    struct timeval none = {0};
    fd_set fds;

    CHECK(set >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, other, &event) == 0);
    CHECK(!is_told(other) && poll(&pollfd, 1, 0) == 0 && epoll_wait(set, &event, 1, 0) == 0);
    CHECK(emits_event_emit(other) == 0);
    CHECK(poll(&pollfd, 1, -1) == 1 && pollfd.revents == POLLIN);
    CHECK(poll(&pollfd, 1, 0) == 1); /* until it is read */
    CHECK(is_told(partner) && poll(&pollfd, 1, 0) == 0);
    CHECK(epoll_wait(set, &event, 1, -1) == 1 && event.events == EPOLLIN);
    CHECK(is_told(other) && epoll_wait(set, &event, 1, 0) == 0 && !is_told(other));

    CHECK(emits_event_emit(partner) == 0);
    FD_ZERO(&fds);
    FD_SET(other, &fds);
    CHECK(select(other + 1, &fds, NULL, NULL, NULL) == 1 && is_told(other));
    CHECK(select(other + 1, &fds, NULL, NULL, &none) == 0);
    CHECK(consumes_event_poll(partner) > 0 && consumes_event_poll(partner) == 0);
    close(set);
    close(other);
    puts("ok: events");
}

/* What happened while nobody was there to see it is told once. */
static void test_nobody_there(void)
{
    munmap((void *)registers, PAGE);
    munmap(data, 2 * PAGE);
    CHECK(emits_event_emit(partner) == 0);
    close(partner);
    partner = open_node("/dev/uio0", 0);
    CHECK(is_told(partner));
    close(partner);
    partner = open_node("/dev/uio0", O_NONBLOCK);
    CHECK(!is_told(partner));
    puts("ok: nobody there");
}

static void hold(void)
{
    puts("held");
    fflush(stdout);
    close(partner);
    while (getchar() != EOF)
        ;
    CHECK(data[0] != '\0');
}

static void wait_until_gone(void)
{
    uint32_t count;
    int fd = open_node("/dev/uio1", 0);

    puts("waiting");
    fflush(stdout);
    CHECK(read(fd, &count, sizeof(count)) == -1 && errno == EIO);
    CHECK(write(fd, &count, sizeof(count)) == -1);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
    close(fd);
    puts("gone");
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "gone") == 0) {
        wait_until_gone();
        return 0;
    }
    partner = open_node("/dev/uio0", 0);
    registers = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, partner, 0);
    data = dataport_mmap(partner);
    CHECK(registers != MAP_FAILED && data != MAP_FAILED);
    if (argc == 2 && strcmp(argv[1], "hold") == 0) {
        hold();
        return 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    settle();
    test_registers();
    test_dataport();
    test_calls();
    test_events();
    test_nobody_there();
    puts("PASS");
    return 0;
}
