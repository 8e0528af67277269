/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: what an image consists of and which files it has. Rests on Linux's initramfs
 * buffer format: archives in sequence, each plain or compressed in a way of its own, zeros between
 * them, a plain one at a multiple of four bytes.
 *
 * Only the decompressor knows where a compressed archive ends, and the tools do not tell. So all
 * that is left of the image is tried first; if it does not unpack, the part up to each place where
 * another archive may begin: what unpacks without error, check sum and all, is one archive.
 */
#include "overlay.h"

#include <base/bits.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALIGNMENT = 4, MAGIC_SIZE = 6, KEPT_ZEROS = 16 };

struct bytes {
    const uint8_t *data;
    size_t size;
};

/* The bytes of a file, until unmap(). */
static struct bytes map(int file, const char *what)
{
    struct stat status;
    struct bytes bytes = {0};

    if (fstat(file, &status))
        die("%s: %s", what, strerror(errno));
    if (status.st_size) {
        bytes.size = (size_t)status.st_size;
        bytes.data = mmap(NULL, bytes.size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes.data == MAP_FAILED)
            die("%s: %s", what, strerror(errno));
    }
    return bytes;
}

static void unmap(struct bytes bytes)
{
    if (bytes.size)
        munmap((void *)bytes.data, bytes.size);
}

/* Whoever adds to an image has named it as this parameter. */
static const char *label(const struct image *image)
{
    return image->only_looked_at ? "" : "rootfs_image ";
}

static size_t skip_zeros(struct bytes bytes, size_t at)
{
    while (at < bytes.size && !bytes.data[at])
        at++;
    return at;
}

#define CPIO_HOW        "which Linux does not take as initrd; make it with 'cpio -o -H newc'"
#define FILE_SYSTEM_HOW "let Buildroot make a cpio archive (BR2_TARGET_ROOTFS_CPIO)"

/*
 * What people have instead of an archive. A kernel with CONFIG_BLK_DEV_RAM knows the file systems
 * (Documentation/admin-guide/initrd.rst).
 */
static const struct other {
    size_t at;
    const char *magic;
    size_t size;
    const char *what;
    const char *how;
    int is_file_system;
} others[] = {
    {0, "\xc7\x71", 2, "a cpio archive of the old binary format", CPIO_HOW, 0},
    {0, "\x71\xc7", 2, "a cpio archive of the old binary format", CPIO_HOW, 0},
    {0, "\x04\x22\x4d\x18", 4, "compressed with lz4 in a form that Linux does not take",
     "use 'lz4 -l'", 0},
    {0, "\x27\x05\x19\x56", 4, "an image for the boot loader U-Boot",
     "give the cpio archive that it was made of", 0},
    {0, "\x7f\x45LF", 4, "a program, not an initrd", "give an initrd or initramfs image", 0},
    {257, "ustar", 5, "a tar archive", "Linux takes cpio archives: 'cpio -o -H newc'", 0},
    {0, "hsqs", 4, "a file system (squashfs), not an initrd", FILE_SYSTEM_HOW, 1},
    {0, "\x45\x3d\xcd\x28", 4, "a file system (cramfs), not an initrd", FILE_SYSTEM_HOW, 1},
    {0, "-rom1fs-", 8, "a file system (romfs), not an initrd", FILE_SYSTEM_HOW, 1},
    {1040, "\x8f\x13", 2, "a file system (minix), not an initrd", FILE_SYSTEM_HOW, 1},
    {1080, "\x53\xef", 2, "a file system (ext2, 3 or 4), not an initrd", FILE_SYSTEM_HOW, 1},
};

/* Says what it is instead of an archive, if that can be seen. */
static _Noreturn void refuse(const struct image *image, const char *what, struct bytes bytes,
                             size_t at, const char *otherwise)
{
    /* File systems may begin with zeros. */
    int first = at == skip_zeros(bytes, 0);

    for (size_t i = 0; first && i < ARRAY_SIZE(others); i++) {
        const struct other *other = &others[i];
        if (bytes.size < other->at + other->size ||
            memcmp(bytes.data + other->at, other->magic, other->size) != 0)
            continue;
        if (image->only_looked_at && other->is_file_system)
            report_mildly("Only a kernel with CONFIG_BLK_DEV_RAM takes it, as /dev/ram0.");
        die("%s: %s; %s", what, other->what, other->how);
    }
    die("%s: %s, at byte %zu; give an initrd or initramfs image", what, otherwise, at);
}

static FILE *temporary_file(void)
{
    FILE *file = tmpfile();

    if (!file)
        die("cannot make a temporary file: %s", strerror(errno));
    return file;
}

/* The contents of a compressed part, or NULL if it does not unpack. */
static FILE *unpack(const struct compression *with, struct bytes part)
{
    FILE *packed = temporary_file();
    FILE *content = temporary_file();

    if (fwrite(part.data, 1, part.size, packed) != part.size || fflush(packed))
        die("cannot write a temporary file: %s", strerror(errno));
    rewind(packed);
    int good = run_filter(with, with->unpack, fileno(packed), fileno(content), 1);
    fclose(packed);
    if (!good) {
        fclose(content);
        return NULL;
    }
    return content;
}

/* Some tools call zeros after an archive an error. Some archives end in zeros, too. */
static FILE *unpack_padded(const struct compression *with, struct bytes part)
{
    FILE *content = unpack(with, part);
    size_t end = part.size;

    while (end && !part.data[end - 1])
        end--;
    for (size_t kept = 0; !content && kept < KEPT_ZEROS && end + kept < part.size; kept++)
        content = unpack(with, (struct bytes){part.data, end + kept});
    return content;
}

static int is_plain(struct bytes image, size_t at)
{
    return image.size - at > MAGIC_SIZE && !memcmp(image.data + at, "07070", MAGIC_SIZE - 1);
}

/* Unpacks the archive that begins at `from`; `*end` is where another may begin. */
static FILE *unpack_first(const struct compression *with, struct bytes image, size_t from,
                          size_t *end)
{
    struct bytes rest = {image.data + from, image.size - from};
    FILE *content = with->ignores_rest ? NULL : unpack_padded(with, rest);

    *end = image.size;
    for (size_t at = from + 1; !content && at < image.size; at++) {
        if (is_plain(image, at) || compression_of(image.data + at, image.size - at)) {
            content = unpack_padded(with, (struct bytes){rest.data, at - from});
            *end = at;
        }
    }
    if (!content && with->ignores_rest) {
        content = unpack_padded(with, rest);
        *end = image.size;
    }
    return content;
}

/* Scans the plain archive at a place; returns its end. */
static size_t scan_plain(struct image *image, struct bytes bytes, size_t at, const char *what)
{
    if (at % ALIGNMENT) {
        die("%s: a cpio archive begins at byte %zu, and Linux wants a multiple of %d: put zeros "
            "before it",
            what, at, ALIGNMENT);
    }
    FILE *file = fmemopen((void *)(bytes.data + at), bytes.size - at, "r");

    if (!file)
        die("%s: %s", what, strerror(errno));
    cpio_scan(file, &image->tree, what);
    at += (size_t)ftell(file);
    fclose(file);
    return at;
}

static void scan_unpacked(struct image *image, FILE *content)
{
    char what[600];
    size_t at = 0;

    snprintf(what, sizeof(what), "%s%.400s, unpacked with %s", label(image), image->path,
             image->compression->name);
    struct bytes bytes = map(fileno(content), what);
    while ((at = skip_zeros(bytes, at)) < bytes.size) {
        if (!is_plain(bytes, at))
            refuse(image, what, bytes, at, "not a cpio archive of the format \"newc\"");
        at = scan_plain(image, bytes, at, what);
    }
    unmap(bytes);
    fclose(content);
}

static void let_linux_try(const struct image *image)
{
    if (image->only_looked_at)
        report_mildly("Linux will complain, and have what comes before.");
}

static void scan_archives(struct image *image, struct bytes bytes, const char *what)
{
    size_t first = skip_zeros(bytes, 0);

    if (first == bytes.size)
        die("%s: the file is empty; give an initrd or initramfs image", what);
    for (size_t at = first; at < bytes.size; at = skip_zeros(bytes, at)) {
        if (at != first)
            let_linux_try(image);
        if (is_plain(bytes, at)) {
            at = scan_plain(image, bytes, at, what);
            image->plain_archives++;
            image->compression = NULL;
            continue;
        }
        image->compression = compression_of(bytes.data + at, bytes.size - at);
        if (!image->compression) {
            refuse(image, what, bytes, at,
                   "neither a cpio archive (newc) nor one compressed by gzip, xz, zstd, bzip2, "
                   "lz4, lzop or lzma");
        }
        FILE *content = unpack_first(image->compression, bytes, at, &at);
        if (!content) {
            /* Perhaps all of it is good, and something else follows. */
            let_linux_try(image);
            die("%s: %s cannot unpack it: the image is truncated or damaged", what,
                image->compression->name);
        }
        scan_unpacked(image, content);
    }
}

void image_scan(struct image *image)
{
    struct stat status;
    char what[600];
    int file = open(image->path, O_RDONLY | O_CLOEXEC);

    snprintf(what, sizeof(what), "%s%.400s", label(image), image->path);
    if (file < 0 || fstat(file, &status))
        die("%s: %s", what, strerror(errno));
    if (!S_ISREG(status.st_mode))
        die("%s: not a file; give a cpio archive (initrd)", what);
    struct bytes bytes = map(file, what);
    tree_begin(&image->tree);
    scan_archives(image, bytes, what);
    unmap(bytes);
    close(file);
}
