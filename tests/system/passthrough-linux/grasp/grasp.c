/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grasp card|disk PLACE ADDRESS...: has the guest's own device at PLACE on the bus write to its own
 * memory and to each address, and read from them. Whether it reaches those the test looks for from
 * outside; that it works at all it says itself. No driver may have the device.
 */
#include "grasp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    PCI_COMMAND = 4,
    COMMAND_MEMORY_AND_MASTER = 6,
    AWAIT_SECONDS = 20,
};

static void die(const char *what, const char *which)
{
    fprintf(stderr, "grasp: %s %s\n", what, which);
    exit(1);
}

static int open_file(const char *place, const char *name, int flags)
{
    char path[128];

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", place, name);
    int file = open(path, flags);
    if (file < 0)
        die("cannot open", path);
    return file;
}

static void turn_on(const char *place)
{
    const uint16_t command = COMMAND_MEMORY_AND_MASTER;
    int enable = open_file(place, "enable", O_WRONLY);
    int config = open_file(place, "config", O_RDWR);

    if (write(enable, "1", 1) != 1 ||
        pwrite(config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
        die("cannot turn on", place);
    close(enable);
    close(config);
}

static volatile uint32_t *map_registers(const char *place, const struct driver *driver)
{
    int file = open_file(place, driver->resource, O_RDWR | O_SYNC);
    void *at = mmap(NULL, driver->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    if (at == MAP_FAILED)
        die("cannot map", driver->resource);
    close(file);
    return at;
}

static uint64_t address_of(const void *page)
{
    uint64_t entry = 0;
    int file = open("/proc/self/pagemap", O_RDONLY);

    if (pread(file, &entry, sizeof(entry), (off_t)((uintptr_t)page / PAGE * sizeof(entry))) !=
        sizeof(entry))
        die("cannot read", "pagemap");
    close(file);
    return (entry & ((1ull << 55) - 1)) * PAGE;
}

static void get_pages(struct device *device)
{
    for (unsigned i = 0; i < FAR_PAGES; i++) {
        device->pages[i] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);
        if (device->pages[i] == MAP_FAILED)
            die("no memory for", "the device");
        memset(device->pages[i], 0, PAGE);
        device->addresses[i] = address_of(device->pages[i]);
        if (!device->addresses[i])
            die("no address of", "a page");
    }
}

void await_bits(volatile uint32_t *reg, uint32_t mask, uint32_t bits, const char *what)
{
    time_t end = time(NULL) + AWAIT_SECONDS;

    while ((*reg & mask) != bits)
        if (time(NULL) > end)
            die("waits in vain for", what);
}

int main(int argc, char **argv)
{
    const struct driver *drivers[] = {&card_driver, &disk_driver}, *driver = NULL;
    struct device device;

    for (unsigned i = 0; argc > 3 && i < 2; i++)
        if (!strcmp(argv[1], drivers[i]->name))
            driver = drivers[i];
    if (!driver)
        die("usage:", "grasp card|disk PLACE ADDRESS...");
    get_pages(&device);
    turn_on(argv[2]);
    device.registers = map_registers(argv[2], driver);
    driver->start(&device);

    uint8_t *own = device.pages[FAR_PAGES - 1];
    uint64_t own_address = device.addresses[FAR_PAGES - 1];
    driver->write(&device, own_address);
    if (memcmp(own, MARK, sizeof(MARK) - 1) != 0)
        die("the device does not reach", "its guest's memory");
    driver->read(&device, own_address);
    for (int i = 3; i < argc; i++) {
        uint64_t address = strtoull(argv[i], NULL, 0);

        driver->write(&device, address);
        driver->read(&device, address);
    }
    printf("grasp: %s has reached for %d places\n", driver->name, argc - 3);
    return 0;
}
