/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: what an image consists of and which entries it has. Rests on Linux's initramfs
 * buffer format: archives in sequence, zeros between them, a plain one at a multiple of four bytes.
 * A compressed one is the last that is looked into; archives of the same compression behind it come
 * with it.
 */
#include "overlay.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_MAGIC = 6 };

/* The next byte that is not zero stays unread; EOF if there is none. */
static int skip_zeros(FILE *file)
{
    int byte;

    do {
        byte = getc(file);
    } while (byte == 0);
    if (byte != EOF) {
        ungetc(byte, file);
    }
    return byte;
}

static void scan_compressed(struct image *image, FILE *file, long offset)
{
    int pipes[2];
    char what[600];

    /* The child reads from the place that the stream is at. */
    if (lseek(fileno(file), offset, SEEK_SET) < 0 || pipe(pipes)) {
        die("rootfs_image %s: %s", image->path, strerror(errno));
    }
    pid_t process =
        run_filter(image->compression, image->compression->unpack, fileno(file), pipes[1]);
    close(pipes[1]);
    FILE *content = fdopen(pipes[0], "r");
    snprintf(what, sizeof(what), "rootfs_image %.400s, unpacked with %s", image->path,
             image->compression->name);
    int archives = 0;
    while (skip_zeros(content) == '0') {
        cpio_scan(content, &image->tree, what);
        archives++;
    }
    int at_end = getc(content) == EOF;
    fclose(content);
    int status = end_filter(process);
    if (!archives && status) {
        die("rootfs_image %s: %s cannot unpack it: the image is truncated or damaged", image->path,
            image->compression->name);
    }
    if (!archives || !at_end) {
        die("%s: not a cpio archive of the format \"newc\", which is what Linux takes as initrd",
            what);
    }
    /* gzip (status 2) and lzma complain of what follows their archive, which the kernel may well
     * understand. */
    int followed = (status == 2 && !strcmp(image->compression->name, "gzip")) ||
                   (status == 1 && !strcmp(image->compression->name, "lzma"));
    if (status && !followed) {
        die("rootfs_image %s: %s found errors in it: the image is truncated or damaged",
            image->path, image->compression->name);
    }
}

static void scan_archives(struct image *image, FILE *file)
{
    char what[600];

    snprintf(what, sizeof(what), "rootfs_image %.400s", image->path);
    for (int byte = skip_zeros(file); byte != EOF; byte = skip_zeros(file)) {
        long offset = ftell(file);
        if (byte == '0' && offset % 4 == 0) {
            cpio_scan(file, &image->tree, what);
            image->plain_archives++;
            continue;
        }
        uint8_t magic[LONGEST_MAGIC];
        size_t size = fread(magic, 1, sizeof(magic), file);
        image->compression = compression_of(magic, size);
        if (!image->compression) {
            die("%s: neither a cpio archive nor one compressed by gzip, xz, zstd, bzip2, lz4 or "
                "lzma (at byte "
                "%ld); give an initrd or initramfs image",
                what, offset);
        }
        scan_compressed(image, file, offset);
        return;
    }
    if (!image->plain_archives) {
        die("%s: the file is empty; give an initrd or initramfs image", what);
    }
}

void image_scan(struct image *image)
{
    struct stat status;
    FILE *file = fopen(image->path, "r");

    if (!file || fstat(fileno(file), &status)) {
        die("rootfs_image %s: %s", image->path, strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        die("rootfs_image %s: not a file; give a cpio archive (initrd)", image->path);
    }
    signal(SIGPIPE, SIG_DFL);
    scan_archives(image, file);
    fclose(file);
}
