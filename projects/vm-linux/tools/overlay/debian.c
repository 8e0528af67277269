/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay-rootfs: the modes "overlay" and "fs_install", where the files go to the root file system
 * that an initramfs-tools image mounts. Rests on initramfs-tools(7): scripts/init-bottom/ORDER
 * lists, as shell commands, the scripts to run when the root is mounted.
 *
 * In the image: guest-overlay/N/files holds the files, guest-overlay/N/install the commands that
 * copy them when the root file system is at / and this folder at /mnt, guest-overlay/N/mode the
 * mode; scripts/init-bottom/guest-overlay-N (debian-hook.sh) does it.
 */
#include "overlay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_OVERLAYS = 100 };

#define SCRIPTS "scripts/init-bottom"

void install_begin(struct install *install, struct plan *plan, const char *mode)
{
    *install = (struct install){.plan = plan};
    if (!strcmp(mode, "rootfs_install")) {
        install->prefix = copy_string("");
        return;
    }
    if (!tree_find(plan->tree, "scripts/functions") || !tree_find(plan->tree, SCRIPTS)) {
        die("rootfs_overlay_mode \"%s\": rootfs_image %s has no scripts/init-bottom, so it was not "
            "made by "
            "initramfs-tools (mkinitramfs); use \"rootfs_install\"",
            mode, plan->path);
    }
    char folder[64];
    int n = 1;
    do {
        snprintf(folder, sizeof(folder), "guest-overlay/%d", n++);
    } while (n < MAX_OVERLAYS && tree_find(plan->tree, folder));
    install->folder = copy_string(folder);
    install->prefix = join_path(folder, "files");
    plan_folder(plan, install->prefix);
    install->script = open_memstream(&install->script_text, &install->script_size);
    if (!install->script)
        die("out of memory");
    fputs("#!/bin/sh\nset -e\n", install->script);
}

/* One shell command on a path of the root file system. */
static void say(struct install *install, const char *before, const char *path)
{
    if (strchr(path, '\''))
        die("%s: the mode cannot carry a name with a quotation mark", path);
    fprintf(install->script, "%s'%s'", before, path);
}

static void say_parent(struct install *install, const char *path)
{
    char *folder = copy_string(path);
    char *slash = strrchr(folder, '/');

    if (slash && slash != folder) {
        *slash = 0;
        say(install, "mkdir -p ", folder);
        fputc('\n', install->script);
    }
    say(install, "rm -f ", path);
    fputc('\n', install->script);
    free(folder);
}

void install_folder(struct install *install, const char *name)
{
    char *place = join_path(install->prefix, name);

    plan_folder(install->plan, place);
    free(place);
    if (install->script && *name) {
        say(install, "mkdir -p /", name);
        fputc('\n', install->script);
    }
}

void install_file(struct install *install, const char *name, const char *source)
{
    char *place = join_path(install->prefix, name);

    /* What the kernel starts first must be executable, whatever the user's copy of it is. */
    plan_file(install->plan, place, source, !strcmp(place, "init"));
    if (install->script) {
        char *target = join_path("/", name);
        say_parent(install, target);
        say(install, "cp -p /mnt/files/", name);
        say(install, " ", target);
        fputc('\n', install->script);
        free(target);
    }
    free(place);
}

void install_link(struct install *install, const char *name, const char *target)
{
    char *place = join_path(install->prefix, name);

    if (!install->script) {
        plan_link(install->plan, place, target);
    } else {
        char *link = join_path("/", name);
        say_parent(install, link);
        say(install, "ln -s ", target);
        say(install, " ", link);
        fputc('\n', install->script);
        free(link);
    }
    free(place);
}

/* The list of scripts, ours before the others but after those of earlier overlays. */
static void add_to_order(struct plan *plan, const char *script)
{
    struct entry *entry = tree_find(plan->tree, ORDER_FILE);
    const char *old = entry && entry->text ? entry->text : "";
    const char *rest = old;
    char *text = NULL;
    size_t size = 0;

    while (strstr(rest, "/guest-overlay-")) {
        const char *line = strchr(strstr(rest, "/guest-overlay-"), '\n');
        rest = line ? line + 1 : rest + strlen(rest);
    }
    FILE *order = open_memstream(&text, &size);
    if (!order)
        die("out of memory");
    fwrite(old, 1, (size_t)(rest - old), order);
    fprintf(order, "/%s \"$@\"\n%s", script, rest);
    fclose(order);
    plan_data(plan, ORDER_FILE, 0644, text);
    /* Kept, should another overlay follow in this run. */
    tree_put(plan->tree, ORDER_FILE, S_IFREG | 0644, 1, text);
    free(text);
}

void install_end(struct install *install, const char *mode, const char *hook)
{
    if (install->script) {
        char name[128];
        fclose(install->script);
        char *path = join_path(install->folder, "install");
        plan_data(install->plan, path, 0755, install->script_text);
        free(path);
        path = join_path(install->folder, "mode");
        plan_data(install->plan, path, 0644, mode);
        free(path);
        snprintf(name, sizeof(name), SCRIPTS "/guest-overlay-%s",
                 strrchr(install->folder, '/') + 1);
        plan_file(install->plan, name, hook, 1);
        add_to_order(install->plan, name);
        free(install->script_text);
        free(install->folder);
    }
    free(install->prefix);
}
