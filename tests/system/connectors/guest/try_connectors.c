/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries out the devices of the connections with Partner, /dev/camkes_{data,large,ping,pong}:
 *
 *     try_connectors       all that they do and refuse; the last line is "PASS"
 *     try_connectors hold  maps a dataport, says "held", and keeps it until its input ends
 *     try_connectors where NODE  prints the physical address of a dataport
 */
#include "consumes_event.h"
#include "dataport.h"
#include "dataport_allocate.h"
#include "emits_event.h"
#include "try.h"

#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/wait.h>

static int ping, pong;

static void emit(void)
{
    CHECK(emits_event_emit(ping) == 0);
}

static int ready(int fd, int timeout)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    int count = poll(&pollfd, 1, timeout);

    CHECK(count == 0 || pollfd.revents == POLLIN);
    return count;
}

/* Has the partner end its flood; nothing is left of it then, because this guest comes first. */
static void settle(void)
{
    int fd = open_node("/dev/camkes_data", 0);
    char *data = dataport_mmap(fd);

    CHECK(data != MAP_FAILED);
    close(fd);
    strcpy(data, "quiet");
    emit();
    do
        CHECK(consumes_event_wait(pong) > 0);
    while (strcmp(data + PAGE, "quiet") != 0);
    CHECK(munmap(data, 2 * PAGE) == 0);
}

/* --- Dataports --- */

static void test_dataport(void)
{
    int fd = open_node("/dev/camkes_data", 0);
    int other = open_node("/dev/camkes_data", 0);
    char *data = dataport_mmap(fd);
    char *same = dataport_mmap(other);
    char text[64];

    CHECK(data != MAP_FAILED && same != MAP_FAILED);
    CHECK(dataport_get_size(fd) == 2 * PAGE);
    CHECK(dataport_get_paddr(fd) != 0 && dataport_get_paddr(fd) % PAGE == 0);
    close(fd);
    /* The mappings live on. */
    strcpy(data, "to the partner");
    CHECK(strcmp(same, "to the partner") == 0);
    emit();
    CHECK(consumes_event_wait(pong) > 0);
    CHECK(strcmp(same + PAGE, "to the partner") == 0);
    CHECK(munmap(data, 2 * PAGE) == 0 && munmap(same, 2 * PAGE) == 0);

    /* The second page alone; more than there is; memory of one's own. */
    data = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, PAGE);
    CHECK(data != MAP_FAILED && strcmp(data, "to the partner") == 0);
    munmap(data, PAGE);
    CHECK(mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, other, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, other, PAGE) == MAP_FAILED);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, other, 2 * PAGE) == MAP_FAILED);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, other, 0) == MAP_FAILED && errno == EINVAL);

    /* What is allocated stays as it is. */
    CHECK(dataport_allocate(other, 2 * PAGE) == 0);
    CHECK(dataport_allocate(other, PAGE) == -1 && errno == EBUSY);
    CHECK(dataport_allocate(other, PAGE + 1) == -1 && errno == EINVAL);
    CHECK(dataport_allocate(other, 0) == -1 && errno == EINVAL);
    CHECK(ioctl(other, _IOW('D', 0, size_t), NULL) == -1 && errno == EFAULT);
    CHECK(ioctl(other, _IOW('D', 0, size_t), "8192 bytes") == -1 && errno == EINVAL);
    memset(text, '1', sizeof(text));
    CHECK(ioctl(other, _IOW('D', 0, size_t), text) == -1 && errno == EINVAL);
    CHECK(ioctl(other, _IOR('D', 2, size_t), NULL) == -1 && errno == EFAULT);
    CHECK(ioctl(other, _IOR('D', 3, size_t), text) == -1 && errno == ENOTTY);
    CHECK(ioctl(other, TCGETS, text) == -1 && errno == ENOTTY);
    CHECK(read(other, text, 4) == -1 && errno == EINVAL);
    CHECK(write(other, text, 4) == -1 && errno == EINVAL);
    close(other);
    puts("ok: a small dataport");
}

static void test_large(void)
{
    int fd = open_node("/dev/camkes_large", 0);
    ssize_t size = dataport_get_size(fd);
    volatile char *data = dataport_mmap(fd);

    CHECK(size == 1 << 20 && data != MAP_FAILED);
    close(fd);
    for (char c = 'a'; c != 'f'; c++) {
        data[0] = c;
        emit();
        CHECK(consumes_event_wait(pong) > 0);
        CHECK(data[size - 1] == c);
    }
    CHECK(munmap((void *)data, (size_t)size) == 0);
    puts("ok: a large one");
}

/* The monitor has no such connection. */
static void test_unknown(void)
{
    int fd = open_node("/dev/camkes_no_dataport", 0);

    CHECK(dataport_allocate(fd, PAGE) == -1 && errno == EINVAL);
    CHECK(dataport_get_size(fd) == -1 && errno == ENXIO);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENXIO);
    close(fd);
    fd = open_node("/dev/camkes_no_event", 0);
    CHECK(emits_event_emit(fd) == -1 && errno == EINVAL);
    close(fd);
    puts("ok: unknown ids");
}

/* --- Events --- */

static void test_emits(void)
{
    char text[4] = "";

    CHECK(ioctl(ping, _IOW('E', 1, unsigned), 0) == -1 && errno == ENOTTY);
    CHECK(ioctl(ping, _IOW('D', 0, unsigned), 0) == -1 && errno == ENOTTY);
    CHECK(read(ping, text, 4) == -1 && errno == EINVAL);
    CHECK(write(ping, text, 4) == -1 && errno == EINVAL);
    puts("ok: what one cannot do to emit");
}

static void test_read(void)
{
    int fd = open_node("/dev/camkes_pong", O_NONBLOCK);
    uint32_t first, second, small[2];

    CHECK(read(fd, &first, sizeof(first)) == -1 && errno == EAGAIN);
    CHECK(read(fd, small, 8) == -1 && errno == EINVAL);
    CHECK(read(fd, small, 0) <= 0);
    CHECK(write(fd, &first, 4) == -1 && errno == EINVAL);
    CHECK(ioctl(fd, _IOW('E', 0, unsigned), 0) == -1 && errno == ENOTTY);
    emit();
    CHECK(read(pong, &first, sizeof(first)) == sizeof(first));
    emit();
    CHECK(read(pong, &second, sizeof(second)) == sizeof(second));
    CHECK(second == first + 1);
    CHECK(read(fd, &first, sizeof(first)) == -1 && errno == EAGAIN);
    close(fd);
    puts("ok: read");
}

static void test_poll(void)
{
    int other = open_node("/dev/camkes_pong", 0);
    struct timeval none = {0};
    fd_set set;

    CHECK(ready(pong, 0) == 0);
    emit();
    CHECK(ready(pong, -1) == 1); /* consumes it */
    CHECK(ready(pong, 0) == 0 && ready(other, 0) == 0);

    emit();
    FD_ZERO(&set);
    FD_SET(pong, &set);
    CHECK(select(pong + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(pong, &set));
    CHECK(select(pong + 1, &set, NULL, NULL, &none) == 0);

    close(other);
    puts("ok: poll and select");
}

static void test_epoll(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    int fd = open_node("/dev/camkes_pong", O_NONBLOCK);
    int set = epoll_create1(0);
    uint32_t count;

    CHECK(set >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0);
    CHECK(epoll_wait(set, &event, 1, 0) == 0);
    emit();
    CHECK(epoll_wait(set, &event, 1, -1) == 1 && event.events == EPOLLIN);
    CHECK(epoll_wait(set, &event, 1, 0) == 1); /* until it is read */
    CHECK(read(fd, &count, sizeof(count)) == sizeof(count));
    CHECK(epoll_wait(set, &event, 1, 0) == 0);
    CHECK(consumes_event_poll(pong) == 0);
    emit();
    CHECK(epoll_wait(set, &event, 1, -1) == 1);
    CHECK(consumes_event_poll(pong) > 0 && consumes_event_poll(pong) == 0);
    CHECK(epoll_wait(set, &event, 1, 0) == 0);
    close(set);
    close(fd);
    puts("ok: epoll");
}

/* Of two that wait, one gets an event, and each gets one in the end. */
static void test_openers(void)
{
    int children = 2;
    int status;

    for (int i = 0; i < children; i++) {
        if (fork() == 0) {
            uint32_t count;
            int fd = open_node("/dev/camkes_pong", 0);

            _exit(read(fd, &count, sizeof(count)) != sizeof(count));
        }
    }
    while (children > 0) {
        emit();
        CHECK(wait(&status) > 0 && status == 0);
        children--;
    }
    puts("ok: several openers");
}

static void hold(void)
{
    int fd = open_node("/dev/camkes_data", 0);
    char *data = dataport_mmap(fd);

    CHECK(data != MAP_FAILED);
    close(fd);
    puts("held");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    CHECK(munmap(data, 2 * PAGE) == 0);
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "hold") == 0) {
        hold();
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "where") == 0) {
        printf("%llu\n", dataport_get_paddr(open_node(argv[2], 0)));
        return 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    ping = open_node("/dev/camkes_ping", 0);
    pong = open_node("/dev/camkes_pong", 0);
    settle();
    test_dataport();
    test_large();
    test_unknown();
    test_emits();
    test_read();
    test_poll();
    test_epoll();
    test_openers();
    puts("PASS");
    return 0;
}
