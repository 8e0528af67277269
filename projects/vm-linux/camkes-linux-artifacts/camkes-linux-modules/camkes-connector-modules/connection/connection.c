/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections with CAmkES components that are PCI functions, 1af4:a111: each is a UIO device. Of
 * its memory, map 0 is the page of event registers and map 1 the dataport. A program learns of an
 * event by read() or poll(), and emits one by write() or by a store to the first register.
 *
 * UIO tells an event to those who have the device open. One that came while nobody had is told to
 * who opens it next. One source for Linux 4.8 to 6.12, 32 and 64 bits.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uio_driver.h>

#define DRIVER_NAME      "connection"
#define CONNECTOR_DEVICE 0xa111

/* Registers, all of 32 bits but the name. */
#define EVENT_EMIT    0
#define EVENT_CONSUME 4 /* events since it was written */
#define EVENT_NAME    8
#define NAME_SIZE     50 /* with the zero */

struct connection {
    struct uio_info info;
    void __iomem *registers;
    char name[NAME_SIZE];
    spinlock_t lock; /* of what follows; the interrupt takes it, too */
    unsigned openers;
    bool missed; /* an event came while there were none */
};

static inline struct connection *connection_of(struct uio_info *info)
{
    return container_of(info, struct connection, info);
}

/* True if there was an event. Whoever is told looks at the dataport after this. */
static bool take_event(const struct connection *connection)
{
    if (ioread32(connection->registers + EVENT_CONSUME) == 0)
        return false;
    iowrite32(0, connection->registers + EVENT_CONSUME);
    return true;
}

static irqreturn_t connection_interrupt(int irq, struct uio_info *info)
{
    struct connection *connection = connection_of(info);

    if (!take_event(connection))
        return IRQ_NONE;
    spin_lock(&connection->lock);
    if (connection->openers == 0)
        connection->missed = true;
    spin_unlock(&connection->lock);
    return IRQ_HANDLED;
}

/* UIO has noted already which events came before this opener. */
static int connection_open(struct uio_info *info, struct inode *inode)
{
    struct connection *connection = connection_of(info);
    bool missed;

    spin_lock_irq(&connection->lock);
    connection->openers++;
    missed = connection->missed;
    connection->missed = false;
    spin_unlock_irq(&connection->lock);
    if (missed)
        uio_event_notify(info);
    return 0;
}

static int connection_release(struct uio_info *info, struct inode *inode)
{
    struct connection *connection = connection_of(info);

    spin_lock_irq(&connection->lock);
    connection->openers--;
    spin_unlock_irq(&connection->lock);
    return 0;
}

/* write() of four bytes, whatever they are. */
static int connection_emit(struct uio_info *info, s32 value)
{
    iowrite32(1, connection_of(info)->registers + EVENT_EMIT);
    return 0;
}

/* UIO has checked that there is such memory and that it has so many pages. */
static int connection_mmap(struct uio_info *info, struct vm_area_struct *area)
{
    const struct uio_mem *mem = &info->mem[area->vm_pgoff];
    pgprot_t protection = area->vm_page_prot;

    if (!(area->vm_flags & VM_SHARED))
        return -EINVAL;
    /* A dataport is memory and may be cached, if the processor's settings say nothing else. */
    if (area->vm_pgoff == 0)
        protection = pgprot_noncached(protection);
    return io_remap_pfn_range(area, area->vm_start, mem->addr >> PAGE_SHIFT,
                              area->vm_end - area->vm_start, protection);
}

/* Programs map whole pages: nothing else may be in them. Returns the number of maps. */
static unsigned find_memory(struct pci_dev *device, struct uio_info *info)
{
    unsigned bar;

    for (bar = 0; bar < MAX_UIO_MAPS; bar++) {
        resource_size_t start = pci_resource_start(device, bar);
        resource_size_t size = pci_resource_len(device, bar);

        if (!(pci_resource_flags(device, bar) & IORESOURCE_MEM) || size == 0)
            break;
        if (start == 0 || !PAGE_ALIGNED(start) || !PAGE_ALIGNED(size)) {
            dev_err(&device->dev, "memory %u is no whole pages: %pR\n", bar,
                    &device->resource[bar]);
            return 0;
        }
        info->mem[bar].name = bar == 0 ? "events" : "dataport";
        info->mem[bar].addr = start;
        info->mem[bar].size = size;
        info->mem[bar].memtype = UIO_MEM_PHYS;
    }
    if (bar == 0)
        dev_err(&device->dev, "there are no event registers\n");
    return bar;
}

/* It goes to sysfs, as one line. */
static void read_name(struct connection *connection)
{
    unsigned i;

    for (i = 0; i < NAME_SIZE - 1; i++) {
        unsigned char c = ioread8(connection->registers + EVENT_NAME + i);

        if (c == 0)
            break;
        connection->name[i] = c < ' ' || c > '~' ? '?' : c;
    }
    if (i == 0)
        strcpy(connection->name, DRIVER_NAME);
}

static int start_events(struct pci_dev *device, struct connection *connection)
{
    struct uio_info *info = &connection->info;
    int error;
    u16 command;

    /*
     * What came before there is a handler must not be asserted when the interrupt is enabled: other
     * functions' handlers on the line would be called for ever.
     */
    pci_read_config_word(device, PCI_COMMAND, &command);
    pci_write_config_word(device, PCI_COMMAND,
                          command | PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE);
    connection->missed = take_event(connection);
    error = pci_enable_device(device);
    if (error)
        return error;
    pci_intx(device, 0);

    read_name(connection);
    info->name = connection->name;
    info->version = "1";
    info->open = connection_open;
    info->release = connection_release;
    info->mmap = connection_mmap;
    info->irqcontrol = connection_emit;
    info->handler = connection_interrupt;
    info->irq = device->irq ? device->irq : UIO_IRQ_CUSTOM; /* emits, but hears nothing */
    info->irq_flags = IRQF_SHARED;
    error = uio_register_device(&device->dev, info);
    if (error) {
        pci_disable_device(device);
        return error;
    }
    pci_intx(device, 1);
    return 0;
}

static int connection_probe(struct pci_dev *device, const struct pci_device_id *id)
{
    struct connection *connection = kzalloc(sizeof(*connection), GFP_KERNEL);
    int error = -ENOMEM;
    unsigned maps;

    if (!connection)
        return error;
    spin_lock_init(&connection->lock);
    error = pci_request_regions(device, DRIVER_NAME);
    if (error)
        goto free;
    error = -ENODEV;
    maps = find_memory(device, &connection->info);
    if (maps == 0)
        goto release;
    error = -ENOMEM;
    connection->registers = pci_iomap(device, 0, PAGE_SIZE);
    if (!connection->registers)
        goto release;
    error = start_events(device, connection);
    if (error)
        goto unmap;
    pci_set_drvdata(device, connection);
    dev_info(&device->dev, "connection \"%s\" with %u dataports\n", connection->name, maps - 1);
    return 0;

unmap:
    pci_iounmap(device, connection->registers);
release:
    pci_release_regions(device);
free:
    kfree(connection);
    return error;
}

/* An event after this waits in the function for the next driver, and disturbs nobody. */
static void connection_remove(struct pci_dev *device)
{
    struct connection *connection = pci_get_drvdata(device);

    pci_intx(device, 0);
    uio_unregister_device(&connection->info);
    pci_disable_device(device);
    pci_iounmap(device, connection->registers);
    pci_release_regions(device);
    kfree(connection);
}

static const struct pci_device_id connection_ids[] = {
    {PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, CONNECTOR_DEVICE)},
    {},
};
MODULE_DEVICE_TABLE(pci, connection_ids);

static struct pci_driver connection_driver = {
    .name = DRIVER_NAME,
    .id_table = connection_ids,
    .probe = connection_probe,
    .remove = connection_remove,
};
module_pci_driver(connection_driver);

MODULE_DESCRIPTION("Connections with CAmkES components by PCI functions");
MODULE_LICENSE("GPL");
