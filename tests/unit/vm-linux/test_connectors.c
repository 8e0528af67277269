/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's connector library, on a device that this file plays: its ioctl and mknod are called
 * instead of the system's (the linker's --wrap), and device numbers and what sysfs says of UIO come
 * from files.
 */
#include "consumes_event.h"
#include "dataport.h"
#include "dataport_allocate.h"
#include "device.h"
#include "emits_event.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* Needs more than 32 bits. */
#define PADDR 0x123456789000ull

static unsigned long allocated, emitted;
static int uio = -1; /* a device that knows no ioctl */
static dev_t made;

/* What follows the command is passed like any third parameter. */
int __wrap_ioctl(int fd, unsigned long command, char *text);
int __wrap_mknod(const char *path, mode_t mode, dev_t device);

int __wrap_ioctl(int fd, unsigned long command, char *text)
{
    if (fd == uio) {
        errno = ENOTTY;
        return -1;
    }
    switch (_IOC_TYPE(command) << 8 | _IOC_NR(command)) {
    case 'D' << 8 | 0:
        allocated = strtoul(text, NULL, 10);
        return 0;
    case 'D' << 8 | 1:
        if (allocated)
            return sprintf(text, "%llu", PADDR) < 0;
        break;
    case 'D' << 8 | 2:
        if (allocated)
            return sprintf(text, "%lu", allocated) < 0;
        break;
    case 'E' << 8 | 0:
        emitted++;
        return 0;
    }
    errno = ENXIO;
    return -1;
}

int __wrap_mknod(const char *path, mode_t mode, dev_t device)
{
    assert(S_ISCHR(mode) && (mode & 0777) == 0600);
    made = device;
    close(open(path, O_CREAT | O_WRONLY, 0600));
    return 0;
}

static void test_dataport(void)
{
    int fd = memfd_create("dataport", 0);
    char *data;

    assert(fd >= 0 && ftruncate(fd, 8192) == 0);
    assert(dataport_get_size(fd) == -1 && errno == ENXIO);
    assert(dataport_get_paddr(fd) == 0);
    assert(dataport_mmap(fd) == MAP_FAILED);
    assert(dataport_allocate(fd, 8192) == 0 && allocated == 8192);
    assert(dataport_get_size(fd) == 8192);
    assert(dataport_get_paddr(fd) == PADDR);
    data = dataport_mmap(fd);
    assert(data != MAP_FAILED);
    data[8191] = 'x';
    assert(pread(fd, data, 1, 8191) == 1 && data[0] == 'x');
    munmap(data, 8192);
    close(fd);
}

static void test_events(void)
{
    int fd = eventfd(0, 0);

    assert(consumes_event_poll(fd) == 0);
    assert(eventfd_write(fd, 1) == 0);
    assert(consumes_event_poll(fd) > 0);
    assert(consumes_event_wait(fd) > 0);
    close(fd);
    assert(consumes_event_poll(fd) == -1 && errno == EBADF);
    assert(consumes_event_wait(fd) == -1 && errno == EBADF);
    assert(emits_event_emit(fd) == 0 && emitted == 1);
}

static void test_device(void)
{
    FILE *devices = fopen(DEVICES, "w");

    assert(device_get_major("dataport") == NO_MAJOR);
    fputs("Character devices:\n  1 mem\n244 dataports\n243 dataport\n\n"
          "Block devices:\n242 consumes_event\n",
          devices);
    fclose(devices);
    assert(device_get_major("dataport") == 243);
    assert(device_get_major("consumes_event") == NO_MAJOR);
    assert(remove(DEVICES) == 0);
    assert(device_get_major("dataport") == NO_MAJOR);

    assert(device_create_node("node", 243, 7) == 0);
    assert(major(made) == 243 && minor(made) == 7);
    assert(device_create_node("node", 243, 7) == -1 && errno == EEXIST);
    assert(remove("node") == 0);
    assert(device_create_node("/dev/null", 1, 3) == 0);
}

/* A number of UIO's in sysfs; the folders on the way are made. */
static void set_map(const char *name, const char *number)
{
    char path[] = CHAR_DEVICES "/1:X/maps/mapX/size";
    FILE *file;

    assert(strlen(name) <= strlen("1:X/maps/mapX/size"));
    strcpy(path + strlen(CHAR_DEVICES "/"), name);
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    assert(file && fputs(number, file) >= 0 && fclose(file) == 0);
}

/* /dev/zero maps at any offset and is always ready, /dev/null takes what is written. */
static void test_uio(void)
{
    int plain = open("plain", O_CREAT | O_RDWR, 0600);
    char *data;

    uio = open("/dev/zero", O_RDWR);
    assert(uio >= 0 && plain >= 0);
    assert(dataport_get_size(uio) == -1 && errno == ENOTTY);
    assert(dataport_mmap(uio) == MAP_FAILED && errno == ENOTTY);
    set_map("1:5/maps/map1/size", "0x0000000000002000\n");
    set_map("1:5/maps/map1/addr", "0x123456789000\n");
    assert(dataport_get_size(uio) == 8192);
    assert(dataport_get_paddr(uio) == PADDR);
    data = dataport_mmap(uio);
    assert(data != MAP_FAILED && data[8191] == 0);
    munmap(data, 8192);
    assert(consumes_event_poll(uio) > 0);
    close(uio);

    /* Only a UIO device is written to. */
    set_map("1:3/maps/map0/size", "nonsense\n");
    uio = plain;
    assert(emits_event_emit(uio) == -1 && errno == ENOTTY);
    assert(lseek(uio, 0, SEEK_END) == 0);
    uio = open("/dev/null", O_RDWR);
    assert(emits_event_emit(uio) == -1 && errno == ENOTTY);
    close(uio);
    close(plain);
    assert(remove("plain") == 0);
}

/* A device of its own, as the library asks sysfs once for each. */
static void test_uio_events(void)
{
    set_map("1:7/maps/map0/size", "0x1000\n");
    uio = open("/dev/full", O_RDWR);
    assert(uio >= 0);
    assert(consumes_event_wait(uio) > 0);
    assert(emits_event_emit(uio) == -1 && errno == ENOSPC); /* so it was written to */
    close(uio);
}

int main(void)
{
    char folder[] = "/tmp/connectors.XXXXXX";

    assert(mkdtemp(folder) && chdir(folder) == 0);
    test_dataport();
    test_events();
    test_device();
    test_uio();
    test_uio_events();
    assert(system("rm -r " CHAR_DEVICES) == 0);
    assert(rmdir(folder) == 0);
    puts("PASS");
    return 0;
}
