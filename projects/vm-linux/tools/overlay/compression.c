/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: compressed archives, through the usual command-line tools. Rests on what Linux's
 * initramfs unpacker accepts: its xz decoder wants CRC-32 checks, its lz4 decoder the legacy
 * frames.
 */
#include "overlay.h"

#include <base/bits.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct compression compressions[] = {
    {"gzip", "\x1f\x8b\x08", 3, "gzip", {"gzip", "-dc"}, {"gzip", "-nc"}, 0},
    {"xz", "\xfd\x37\x7a\x58\x5a", 5, "xz-utils", {"xz", "-dc"}, {"xz", "-c", "--check=crc32"}, 0},
    {"zstd", "\x28\xb5\x2f\xfd", 4, "zstd", {"zstd", "-dcq"}, {"zstd", "-cq"}, 0},
    /* Whatever comes after its archive, bzip2 calls that a success. */
    {"bzip2", "BZh", 3, "bzip2", {"bzip2", "-dc"}, {"bzip2", "-c"}, 1},
    /* Without an end mark: nothing but more of its own can follow. */
    {"lz4", "\x02!L\x18", 4, "lz4", {"lz4", "-dcq"}, {"lz4", "-lcq"}, 0},
    {"lzop", "\x89LZO", 4, "lzop", {"lzop", "-dc"}, {"lzop", "-c"}, 0},
    /* The tool cannot read two streams in a row, the kernel can read a plain archive after one. */
    {"lzma", "\x5d\0\0", 3, "xz-utils", {"xz", "-dc", "--format=lzma"}, {0}, 0},
};

/* The exit status of a child that could not become the program; the shell uses it so, too. */
enum { NOT_STARTED = 127 };

enum { COMPRESSIONS = ARRAY_SIZE(compressions) };

const struct compression *compression_of(const uint8_t *bytes, size_t size)
{
    for (int i = 0; i < COMPRESSIONS; i++)
        if (size >= compressions[i].magic_size &&
            !memcmp(bytes, compressions[i].magic, compressions[i].magic_size))
            return &compressions[i];
    return NULL;
}

const struct compression *compression_named(const char *name)
{
    for (int i = 0; i < COMPRESSIONS; i++)
        if (!strcmp(compressions[i].name, name))
            return &compressions[i];
    return NULL;
}

int run_filter(const struct compression *with, const char *const *command, int in, int out,
               int quiet)
{
    int status;
    pid_t process = fork();

    if (process < 0)
        die("cannot start %s: %s", command[0], strerror(errno));
    if (process == 0) {
        int nowhere = quiet ? open("/dev/null", O_WRONLY) : -1;
        if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
            (nowhere >= 0 && dup2(nowhere, STDERR_FILENO) < 0))
            _exit(NOT_STARTED);
        execvp(command[0], (char *const *)command);
        _exit(NOT_STARTED);
    }
    while (waitpid(process, &status, 0) < 0)
        if (errno != EINTR)
            die("cannot wait for %s: %s", command[0], strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED) {
        die("the program '%s' cannot be started; install the package '%s'", command[0],
            with->package);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
