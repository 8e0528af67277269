/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer: waits for a peer, takes what it sends, and answers.
 * transfer NAME ADDRESS: sends such a peer 128 MiB, and says what a KiB took until it had all of
 * them. Under QEMU's -icount the time-stamp counter advances by one per executed instruction.
 */
#include <errno.h>
#include <error.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define PORT  5000
#define CHUNK 65536
#define BYTES (128 << 20)

static char buffer[CHUNK];

static void send_all(int peer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = write(peer, buffer, size - done < CHUNK ? size - done : CHUNK);

        if (got <= 0)
            error(1, errno, "write");
        done += (size_t)got;
    }
}

static void receive_all(int peer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(peer, buffer, size - done < CHUNK ? size - done : CHUNK);

        if (got <= 0)
            error(1, errno, "read");
        done += (size_t)got;
    }
}

/* The end of the stream is confirmed by one byte. */
static void answer(int peer)
{
    receive_all(peer, BYTES);
    send_all(peer, 1);
}

static void ask(int peer, const char *name)
{
    const uint64_t start = __builtin_ia32_rdtsc();

    send_all(peer, BYTES);
    receive_all(peer, 1);
    const uint64_t took = __builtin_ia32_rdtsc() - start;
    printf("bench: %s %llu\n", name, (unsigned long long)took / (BYTES >> 10));
}

int main(int argc, char **argv)
{
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(PORT)};

    if (argc == 3 && inet_aton(argv[2], &where.sin_addr) == 0)
        error(1, 0, "%s is no address", argv[2]);
    if (argc == 3) {
        if (connect(peer, (struct sockaddr *)&where, sizeof(where)) < 0)
            error(1, errno, "connect");
        ask(peer, argv[1]);
        return 0;
    }
    if (bind(peer, (struct sockaddr *)&where, sizeof(where)) < 0 || listen(peer, 1) < 0)
        error(1, errno, "listen");
    const int accepted = accept(peer, NULL, NULL);
    if (accepted < 0)
        error(1, errno, "accept");
    answer(accepted);
    return 0;
}
