/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: compressed archives, through the usual command-line tools. Rests on what Linux's
 * initramfs unpacker accepts: its xz decoder wants CRC-32 checks, its lz4 decoder the legacy
 * frames.
 */
#include "overlay.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct compression compressions[] = {
    {"gzip", "\x1f\x8b", 2, "gzip", {"gzip", "-dc"}, {"gzip", "-nc"}},
    {"xz",
     "\xfd"
     "7zXZ",
     5,
     "xz-utils",
     {"xz", "-dc"},
     {"xz", "-c", "--check=crc32"}},
    {"zstd", "\x28\xb5\x2f\xfd", 4, "zstd", {"zstd", "-dcq"}, {"zstd", "-cq"}},
    {"bzip2", "BZh", 3, "bzip2", {"bzip2", "-dc"}, {"bzip2", "-c"}},
    {"lz4", "\x02!L\x18", 4, "lz4", {"lz4", "-dcq"}, {"lz4", "-lcq"}},
    /* The tool cannot read two streams in a row, the kernel can read a plain archive behind one. */
    {"lzma", "\x5d\0\0", 3, "xz-utils", {"xz", "-dc", "--format=lzma"}, {0}},
};

enum { COMPRESSIONS = sizeof(compressions) / sizeof(compressions[0]) };

const struct compression *compression_of(const uint8_t *bytes, size_t size)
{
    for (int i = 0; i < COMPRESSIONS; i++) {
        if (size >= compressions[i].magic_size &&
            !memcmp(bytes, compressions[i].magic, compressions[i].magic_size)) {
            return &compressions[i];
        }
    }
    return NULL;
}

const struct compression *compression_named(const char *name)
{
    for (int i = 0; i < COMPRESSIONS; i++) {
        if (!strcmp(compressions[i].name, name)) {
            return &compressions[i];
        }
    }
    return NULL;
}

pid_t run_filter(const struct compression *with, const char *const *command, int in, int out)
{
    pid_t process = fork();

    if (process < 0) {
        die("cannot start %s: %s", command[0], strerror(errno));
    }
    if (process > 0) {
        return process;
    }
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) {
        _exit(126);
    }
    /* Nobody else may hold the pipes open. */
    for (int fd = 3; fd < 64; fd++) {
        close(fd);
    }
    execvp(command[0], (char *const *)command);
    dprintf(STDERR_FILENO, "%s: %s; install the package '%s'\n", command[0], strerror(errno),
            with->package);
    _exit(127);
}

int end_filter(pid_t process)
{
    int status;

    while (waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
