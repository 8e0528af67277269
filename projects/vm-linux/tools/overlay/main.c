/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: adds files to an initrd (host tool, build time; no root needed).
 *
 *   overlay-rootfs --for WHO --image FILE --output FILE --mode rootfs_install|overlay|fs_install
 *                  [--compress gzip|splitgz] [--init FILE] [--hook FILE] [--list FILE | --dir DIR]
 *                  [--releases FILE]
 *   overlay-rootfs --for WHO --image FILE --releases FILE
 *   overlay-rootfs --for WHO --record FILE [--list FILE | --dir DIR]
 *
 * The image's bytes stay as they are, with every device node, owner and time stamp; the files
 * follow as one more cpio archive, compressed as the image's last one is. Linux unpacks the
 * archives one over the other. The list has a line for each entry: F or L, name, and source file or
 * link target, separated by tabs. The output appears in one step when it is complete.
 */
#include "overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    const char *output;
    const char *mode;
    const char *compress;
    const char *init;
    const char *hook;
    const char *list;
    const char *dir;
    const char *record;
    const char *releases;
    struct image image;
};

/* The file that the output is until it is complete. */
static char *unfinished;

static void remove_unfinished(void)
{
    if (unfinished)
        unlink(unfinished);
}

static void check_name(const char *name)
{
    if (!*name || *name == '/')
        die("'%s' is no name for a file of an overlay", name);
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        size_t size = strcspn(part, "/");
        if (size == 2 && !strncmp(part, "..", size))
            die("%s: the name leaves the root file system; leave out \"..\"", name);
        if (size > MAX_COMPONENT) {
            die("%.60s…: a part of the name has more than %d bytes; Linux could not make the file",
                name, MAX_COMPONENT);
        }
    }
}

static void add_entry(void *install, char kind, const char *name, const char *source)
{
    check_name(name);
    if (kind == 'F')
        install_file(install, name, source);
    else
        install_link(install, name, source);
}

static void add_below(struct install *install, const FTSENT *found, const char *name)
{
    char target[4097];
    ssize_t size;

    switch (found->fts_info) {
    case FTS_D:
        install_folder(install, name);
        break;
    case FTS_F:
        install_file(install, name, found->fts_accpath);
        break;
    case FTS_SL:
    case FTS_SLNONE:
        size = readlink(found->fts_accpath, target, sizeof(target) - 1);
        if (size < 0)
            die("rootfs_overlay: %s: %s", found->fts_path, strerror(errno));
        target[size] = 0;
        install_link(install, name, target);
        break;
    default:
        die("rootfs_overlay: %s: %s", found->fts_path,
            found->fts_errno ? strerror(found->fts_errno) : "neither file, folder nor link");
    }
}

/* A folder that is added: where it is, and what it is added to. */
struct folder {
    const char *path;
    struct install *install;
};

static void add_found(void *context, const FTSENT *found)
{
    const struct folder *folder = context;

    if (found->fts_level != FTS_ROOTLEVEL) {
        add_below(folder->install, found, found->fts_path + strlen(folder->path) + 1);
    } else if (found->fts_info != FTS_D) {
        die("rootfs_overlay %s: %s", folder->path,
            found->fts_errno ? strerror(found->fts_errno) : "not a folder; give the folder to add");
    }
}

/* The added archive, in a file without a name. */
static FILE *make_archive(struct job *job)
{
    struct plan plan = {
        .tree = &job->image.tree, .writer.file = tmpfile(), .path = job->image.path};
    struct install install;

    if (!plan.writer.file)
        die("cannot make a temporary file: %s", strerror(errno));
    install_begin(&install, &plan, job->mode);
    if (job->list)
        sources_of_list(job->list, add_entry, &install);
    if (job->dir) {
        struct folder folder = {job->dir, &install};
        sources_of_folder(job->dir, add_found, &folder);
    }
    install_end(&install, job->mode, job->hook);
    if (job->init)
        plan_file(&plan, "init", job->init, 1);
    check_linkers(&plan, !strcmp(job->mode, "rootfs_install"));
    cpio_finish(&plan.writer);
    rewind(plan.writer.file);
    return plan.writer.file;
}

/* Copies a file's rest to a descriptor; returns the number of bytes. */
static size_t copy(int in, int out, const char *output)
{
    static char buffer[1 << 16];
    size_t total = 0;
    ssize_t size;

    while ((size = read(in, buffer, sizeof(buffer))) > 0) {
        if (write(out, buffer, (size_t)size) != size)
            die("cannot write %s: %s", output, strerror(errno));
        total += (size_t)size;
    }
    if (size < 0)
        die("cannot read what goes into %s: %s", output, strerror(errno));
    return total;
}

static void pack(const struct compression *with, int in, int out, const char *output)
{
    if (!run_filter(with, with->pack, in, out, 0))
        die("%s could not write %s", with->name, output);
}

static void append(struct job *job, int in, int out, size_t image_size)
{
    static const char zeros[4];

    if (job->image.compression && job->image.compression->pack[0]) {
        pack(job->image.compression, in, out, job->output);
        return;
    }
    size_t gap = -image_size & 3;
    if (gap && write(out, zeros, gap) != (ssize_t)gap)
        die("cannot write %s: %s", job->output, strerror(errno));
    copy(in, out, job->output);
}

/*
 * GZIP and SPLITGZ say what the result shall be; an image that is something else is not converted.
 */
static int must_pack_all(const struct job *job)
{
    const struct compression *is = job->image.compression;

    if (!job->compress)
        return 0;
    if (is && strcmp(is->name, "gzip") != 0) {
        die("rootfs_image %s is compressed with %s, not with gzip: leave out %s; what is added is "
            "then compressed in "
            "the same way",
            job->image.path, is->name, strcmp(job->compress, "gzip") ? "SPLITGZ" : "GZIP");
    }
    if (!strcmp(job->compress, "splitgz") && (!is || !job->image.plain_archives)) {
        die("rootfs_image %s is not a plain archive followed by one compressed with gzip, as "
            "SPLITGZ says: leave it "
            "out (or use GZIP for a compressed result)",
            job->image.path);
    }
    return !is;
}

static void write_output(struct job *job, FILE *archive)
{
    size_t size = strlen(job->output) + 32;
    int in = open(job->image.path, O_RDONLY | O_CLOEXEC);

    unfinished = grow(NULL, size);
    snprintf(unfinished, size, "%s.%ld.part", job->output, (long)getpid());
    int out = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (in < 0 || out < 0) {
        die("cannot %s %s: %s; build in a directory that you may write to",
            in < 0 ? "read" : "write", in < 0 ? job->image.path : job->output, strerror(errno));
    }
    if (must_pack_all(job)) {
        FILE *whole = tmpfile();
        if (!whole)
            die("cannot make a temporary file: %s", strerror(errno));
        append(job, fileno(archive), fileno(whole), copy(in, fileno(whole), job->output));
        lseek(fileno(whole), 0, SEEK_SET);
        pack(compression_named("gzip"), fileno(whole), out, job->output);
        fclose(whole);
    } else {
        append(job, fileno(archive), out, copy(in, out, job->output));
    }
    close(in);
    if (close(out) || rename(unfinished, job->output))
        die("cannot write %s: %s", job->output, strerror(errno));
    free(unfinished);
    unfinished = NULL;
}

static void parse_arguments(struct job *job, int argc, char **argv)
{
    static const struct option options[] = {
        {"for", required_argument, NULL, 'f'},      {"image", required_argument, NULL, 'I'},
        {"output", required_argument, NULL, 'o'},   {"mode", required_argument, NULL, 'm'},
        {"compress", required_argument, NULL, 'c'}, {"init", required_argument, NULL, 'i'},
        {"hook", required_argument, NULL, 'h'},     {"list", required_argument, NULL, 'l'},
        {"dir", required_argument, NULL, 'd'},      {"record", required_argument, NULL, 'r'},
        {"releases", required_argument, NULL, 'R'}, {NULL, 0, NULL, 0},
    };
    const char **values[] = {
        ['I'] = &job->image.path, ['o'] = &job->output, ['m'] = &job->mode,
        ['c'] = &job->compress,   ['i'] = &job->init,   ['h'] = &job->hook,
        ['l'] = &job->list,       ['d'] = &job->dir,    ['r'] = &job->record,
        ['R'] = &job->releases,
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == '?')
            exit(2);
        else if (option == 'f')
            report_for(optarg);
        else
            *values[option] = optarg;
    int only_looks = job->releases && job->image.path && !job->output;
    if (optind == argc && (job->record || only_looks))
        return;
    if (optind < argc || !job->image.path || !job->output || !job->mode)
        die("--image, --output and --mode are needed, and nothing but options");
    if (strcmp(job->mode, "rootfs_install") != 0 && !job->hook)
        die("--mode %s needs --hook", job->mode);
}

static FILE *open_releases(const char *path)
{
    FILE *file = fopen(path, "w");

    if (!file) {
        die("cannot write %s: %s; build in a directory that you may write to", path,
            strerror(errno));
    }
    return file;
}

/* With what the image has, not with what is added to it. */
static void finish_releases(const struct job *job, FILE *file)
{
    write_releases(&job->image.tree, file);
    if (fclose(file))
        die("cannot write %s: %s", job->releases, strerror(errno));
}

static void make_image(struct job *job)
{
    FILE *archive = make_archive(job);

    write_output(job, archive);
    fclose(archive);
}

int main(int argc, char **argv)
{
    struct job job = {0};

    parse_arguments(&job, argc, argv);
    if (job.record) {
        record_sources(job.record, job.list, job.dir);
        return 0;
    }
    atexit(remove_unfinished);
    /* The file is there in any case, if only empty: a warning about the image is the end, too. */
    FILE *releases = job.releases ? open_releases(job.releases) : NULL;
    job.image.only_looked_at = !job.output;
    image_scan(&job.image);
    if (releases)
        finish_releases(&job, releases);
    if (job.output)
        make_image(&job);
    tree_end(&job.image.tree);
    return 0;
}
