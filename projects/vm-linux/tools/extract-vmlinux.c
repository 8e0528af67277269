/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extract-vmlinux: takes the ELF kernel out of a Linux bzImage (host tool, build time).
 *
 * Rests on Linux's x86 boot protocol, versions 2.08 and later: the setup header says where in the
 * protected-mode part the compressed payload lies. What is decompressed is written as it is: an ELF
 * file and, in relocatable kernels, the relocation table after it, which the monitor leaves alone.
 * A file that is an ELF kernel already passes through unchanged.
 *
 *   extract-vmlinux BZIMAGE OUTPUT
 *
 * The decompressors are the usual command-line tools, found in PATH.
 */
#include <base/bits.h>
#include <base/elf.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Offsets in the real-mode part and its setup header. */
enum {
    SETUP_SECTS = 0x1f1,
    BOOT_FLAG = 0x1fe,
    HEADER_MAGIC = 0x202,
    HEADER_VERSION = 0x206,
    PAYLOAD_OFFSET = 0x248,
    PAYLOAD_LENGTH = 0x24c,
    HEADER_END = 0x250,
};

enum {
    SECTOR_SIZE = 512,
    DEFAULT_SETUP_SECTS = 4,
    BOOT_FLAG_VALUE = 0xaa55,
    OLDEST_VERSION = 0x208,
    SIZE_TRAILER = 4,
};

#define HDRS      0x53726448u
#define MAX_IMAGE ((off_t)GIB(1))

struct format {
    const char *name;
    const char *magic;
    size_t magic_len;
    /* The kernel's build appends the uncompressed size to every format but gzip. */
    int has_size_trailer;
    const char *tool;
    const char *package;
};

static const struct format formats[] = {
    {"gzip", "\x1f\x8b", 2, 0, "gzip", "gzip"},
    {"bzip2", "BZh", 3, 1, "bzip2", "bzip2"},
    {"xz", "\3757zXZ\0", 6, 1, "xz", "xz-utils"},
    {"lzma", "\x5d\0\0", 3, 1, "lzma", "xz-utils"},
    {"lzo", "\x89LZO", 4, 1, "lzop", "lzop"},
    {"lz4", "\x02!L\x18", 4, 1, "lz4", "lz4"},
    {"zstd", "\x28\xb5\x2f\xfd", 4, 1, "zstd", "zstd"},
};

struct image {
    const char *path;
    uint8_t *bytes;
    size_t size;
};

struct payload {
    const struct format *format;
    const uint8_t *bytes;
    size_t size;
    /* 0: the format does not tell */
    uint32_t unpacked_size;
};

static int fail(const char *path, const char *form, ...) __attribute__((format(printf, 2, 3)));

static int fail(const char *path, const char *form, ...)
{
    va_list args;
    fprintf(stderr, "extract-vmlinux: error: %s: ", path);
    va_start(args, form);
    vfprintf(stderr, form, args);
    va_end(args);
    fputc('\n', stderr);
    return -1;
}

static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t get32(const uint8_t *bytes)
{
    return get16(bytes) | (uint32_t)get16(bytes + 2) << 16;
}

static int read_image(struct image *image)
{
    struct stat status;
    int fd = open(image->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        return fail(image->path, "%s", strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size > MAX_IMAGE) {
        close(fd);
        return fail(image->path, "not a Linux kernel (not a regular file of at most 1 GiB)");
    }
    image->size = (size_t)status.st_size;
    image->bytes = malloc(image->size + 1);
    size_t done = 0;
    while (image->bytes && done < image->size) {
        ssize_t got = read(fd, image->bytes + done, image->size - done);
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    close(fd);
    return done == image->size ? 0 : fail(image->path, "cannot read the whole file");
}

static int is_elf(const uint8_t *bytes, size_t size)
{
    return size >= ELF_MAGIC_SIZE && memcmp(bytes, ELF_MAGIC, ELF_MAGIC_SIZE) == 0;
}

static int find_payload(const struct image *image, struct payload *payload)
{
    const uint8_t *bytes = image->bytes;
    if (image->size < HEADER_END || get16(bytes + BOOT_FLAG) != BOOT_FLAG_VALUE ||
        get32(bytes + HEADER_MAGIC) != HDRS) {
        return fail(image->path, "not a Linux kernel: no bzImage setup header and not an ELF file "
                                 "(give the kernel's vmlinuz or vmlinux)");
    }
    unsigned version = get16(bytes + HEADER_VERSION);
    if (version < OLDEST_VERSION) {
        return fail(image->path, "boot protocol %u.%02u is too old: 2.08 (Linux 2.6.26) is needed",
                    version >> 8, version & 0xff);
    }
    size_t sectors = bytes[SETUP_SECTS] != 0 ? bytes[SETUP_SECTS] : DEFAULT_SETUP_SECTS;
    size_t start = (sectors + 1) * SECTOR_SIZE + get32(bytes + PAYLOAD_OFFSET);
    size_t length = get32(bytes + PAYLOAD_LENGTH);
    if (start > image->size || length > image->size - start || length <= SIZE_TRAILER) {
        return fail(image->path,
                    "truncated kernel: its payload (%zu bytes at %zu) ends after the file's "
                    "%zu bytes",
                    length, start, image->size);
    }
    payload->bytes = bytes + start;
    payload->size = length;
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        const struct format *format = &formats[i];
        if (length < format->magic_len ||
            memcmp(payload->bytes, format->magic, format->magic_len) != 0)
            continue;
        payload->format = format;
        if (format->has_size_trailer) {
            payload->size = length - SIZE_TRAILER;
            payload->unpacked_size = get32(payload->bytes + payload->size);
        }
        return 0;
    }
    if (is_elf(payload->bytes, payload->size))
        return 0;
    return fail(image->path,
                "the kernel's payload is in no known compression format "
                "(it begins with %02x %02x %02x %02x)",
                payload->bytes[0], payload->bytes[1], payload->bytes[2], payload->bytes[3]);
}

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        bytes += put;
        size -= (size_t)put;
    }
    return 0;
}

/* Run the format's tool with the payload on its standard input and `out` as its output. */
static int decompress(const struct image *image, const struct payload *payload, int out)
{
    int ends[2];
    const struct format *format = payload->format;
    if (pipe(ends) < 0)
        return fail(image->path, "pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0)
        return fail(image->path, "fork: %s", strerror(errno));
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp(format->tool, format->tool, "-d", "-c", (char *)NULL);
        fail(image->path, "the kernel is compressed with %s; install the package '%s'",
             format->name, format->package);
        _exit(127);
    }
    close(ends[0]);
    /* A tool that gives up early is judged by its exit code, not by our broken pipe. */
    int sent = write_all(ends[1], payload->bytes, payload->size);
    close(ends[1]);
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    /* gzip's exit code 2 is a warning: bytes follow the stream. */
    int warned = WIFEXITED(status) && WEXITSTATUS(status) == 2 && strcmp(format->tool, "gzip") == 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return -1;
    if ((sent < 0 || status != 0) && !warned) {
        return fail(image->path, "%s could not decompress the kernel: is the file damaged?",
                    format->tool);
    }
    return 0;
}

static int check_output(const struct image *image, const struct payload *payload, int out)
{
    uint8_t magic[ELF_MAGIC_SIZE];
    struct stat status;
    if (fstat(out, &status) < 0 || pread(out, magic, sizeof(magic), 0) != sizeof(magic) ||
        !is_elf(magic, sizeof(magic)))
        return fail(image->path, "what the kernel file holds is not an ELF image");
    if (payload->unpacked_size != 0 && (uint32_t)status.st_size != payload->unpacked_size) {
        return fail(image->path, "damaged: %u bytes expected after decompression, %lld found",
                    payload->unpacked_size, (long long)status.st_size);
    }
    return 0;
}

static int extract(const struct image *image, int out)
{
    struct payload payload = {.bytes = image->bytes, .size = image->size};
    if (!is_elf(image->bytes, image->size) && find_payload(image, &payload) < 0)
        return -1;
    if (payload.format) {
        if (decompress(image, &payload, out) < 0)
            return -1;
    } else if (write_all(out, payload.bytes, payload.size) < 0) {
        return fail(image->path, "cannot write the result: %s", strerror(errno));
    }
    return check_output(image, &payload, out);
}

/* Write the kernel to `path`, which appears only when it is complete. */
static int extract_to(const struct image *image, const char *path)
{
    char *part = NULL;
    if (asprintf(&part, "%s.part", path) < 0)
        return fail(path, "%s", strerror(errno));
    int result = -1;
    int out = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0)
        fail(part, "%s", strerror(errno));
    else if (extract(image, out) == 0)
        result = rename(part, path) == 0 ? 0 : fail(path, "%s", strerror(errno));
    if (out >= 0)
        close(out);
    if (result < 0)
        unlink(part);
    free(part);
    return result;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: extract-vmlinux BZIMAGE OUTPUT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct image image = {.path = argv[1]};
    int result = read_image(&image);
    if (result == 0)
        result = extract_to(&image, argv[2]);
    free(image.bytes);
    return result < 0;
}
