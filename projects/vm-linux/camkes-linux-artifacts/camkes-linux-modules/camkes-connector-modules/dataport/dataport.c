/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the guest shares with CAmkES components. Dataport n, device n, is allocated by ioctl:
 * whole pages in one piece, whose address the monitor gets; from then on the component's memory is
 * at that address. It stays until the module goes, however often the device is opened and closed:
 * then the guest's own memory is put back, and the pages are free again.
 */
#include "../include/connector.h"

#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include <asm/io.h>

#define DEVICE_NAME "dataport"
#define MAX_SIZE    (4UL << 20) /* what the page allocator has in one piece */

struct dataport {
    void *data; /* null: not allocated */
    unsigned long size;
};

static int major_number;
static DEFINE_MUTEX(lock); /* of all below */
static struct dataport dataports[CONNECTOR_IDS];

static int dataport_allocate(unsigned id, unsigned long size)
{
    struct dataport *dataport = &dataports[id];
    void *data;
    int error;

    if (size == 0 || size % PAGE_SIZE || size > MAX_SIZE)
        return -EINVAL;
    if (dataport->data)
        return dataport->size == size ? 0 : -EBUSY;
    data = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
    if (!data)
        return -ENOMEM;
    error = connector_call(CALL_DATAPORT, DATAPORT_SHARE, id, virt_to_phys(data), size);
    if (error) {
        free_pages_exact(data, size);
        pr_err_ratelimited(DEVICE_NAME ": the monitor has no dataport %u of %lu bytes\n", id, size);
        return error;
    }
    dataport->data = data;
    dataport->size = size;
    return 0;
}

static void dataport_free(unsigned id)
{
    struct dataport *dataport = &dataports[id];

    if (!dataport->data)
        return;
    if (connector_call(CALL_DATAPORT, DATAPORT_UNSHARE, id, virt_to_phys(dataport->data),
                       dataport->size))
        /* Whoever got these pages would share his memory with the component. */
        pr_warn(DEVICE_NAME ": the monitor keeps dataport %u; its %lu bytes are lost\n", id,
                dataport->size);
    else
        free_pages_exact(dataport->data, dataport->size);
    dataport->data = NULL;
}

static long put_number(char __user *string, unsigned long long number)
{
    char text[CONNECTOR_STRING];
    int size = snprintf(text, sizeof(text), "%llu", number) + 1;

    return copy_to_user(string, text, size) ? -EFAULT : 0;
}

static long allocate_for(unsigned id, const char __user *string)
{
    char text[CONNECTOR_STRING];
    unsigned long size;
    long length = strncpy_from_user(text, string, sizeof(text));
    int error;

    if (length < 0)
        return length;
    if (length == sizeof(text))
        return -EINVAL;
    error = kstrtoul(text, 10, &size);
    return error ? error : dataport_allocate(id, size);
}

static long dataport_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
    unsigned id = connector_id(file);
    const struct dataport *dataport = &dataports[id];
    char __user *string = (char __user *)argument;
    long error = -ENOTTY;

    if (_IOC_TYPE(command) != DATAPORT_TYPE)
        return error;
    mutex_lock(&lock);
    if (_IOC_NR(command) == DATAPORT_ALLOCATE)
        error = allocate_for(id, string);
    else if (_IOC_NR(command) == DATAPORT_GET_PADDR)
        error = dataport->data ? put_number(string, virt_to_phys(dataport->data)) : -ENXIO;
    else if (_IOC_NR(command) == DATAPORT_GET_SIZE)
        error = dataport->data ? put_number(string, dataport->size) : -ENXIO;
    mutex_unlock(&lock);
    return error;
}

/* The area holds the file open, and with it this module and its memory. */
static int dataport_mmap(struct file *file, struct vm_area_struct *area)
{
    unsigned id = connector_id(file);
    const struct dataport *dataport = &dataports[id];
    unsigned long size = area->vm_end - area->vm_start;
    unsigned long pages;
    int error = -EINVAL;

    mutex_lock(&lock);
    pages = dataport->size >> PAGE_SHIFT;
    if (!dataport->data)
        error = -ENXIO;
    else if ((area->vm_flags & VM_SHARED) && area->vm_pgoff < pages &&
             size >> PAGE_SHIFT <= pages - area->vm_pgoff)
        error = remap_pfn_range(area, area->vm_start,
                                (virt_to_phys(dataport->data) >> PAGE_SHIFT) + area->vm_pgoff, size,
                                area->vm_page_prot);
    mutex_unlock(&lock);
    if (!error)
        printk_ratelimited(KERN_INFO DEVICE_NAME " received mmap for minor %u\n", id);
    return error;
}

static const struct file_operations operations = {
    .owner = THIS_MODULE,
    .open = connector_open,
    .mmap = dataport_mmap,
    .unlocked_ioctl = dataport_ioctl,
#ifdef CONFIG_COMPAT
    .compat_ioctl = dataport_ioctl, /* on x86, a 32-bit program's pointer is one as it is */
#endif
};

static int __init dataport_init(void)
{
    major_number = register_chrdev(0, DEVICE_NAME, &operations);
    return major_number < 0 ? major_number : 0;
}

static void __exit dataport_exit(void)
{
    unsigned id;

    unregister_chrdev(major_number, DEVICE_NAME);
    for (id = 1; id < CONNECTOR_IDS; id++)
        dataport_free(id);
}

module_init(dataport_init);
module_exit(dataport_exit);

MODULE_DESCRIPTION("Memory shared with CAmkES components");
MODULE_LICENSE("GPL");
