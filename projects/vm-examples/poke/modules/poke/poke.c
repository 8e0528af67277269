/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel module for the guest: whatever is written to its character device pokes the monitor.
 * GPL because it becomes part of a Linux kernel.
 */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include <asm/kvm_para.h>

#define DEVICE_NAME "poke"
#define POKE_CALL   4 /* 0 to 3 are taken; src/poke.c registers the same number */

static int major_number;

static ssize_t poke_write(struct file *file, const char __user *buffer, size_t size, loff_t *offset)
{
    long error = kvm_hypercall1(POKE_CALL, 0);

    if (error)
        return -EIO; /* this monitor has no handler */
    return size;
}

static const struct file_operations fops = {
    .owner = THIS_MODULE,
    .write = poke_write,
};

static int __init poke_init(void)
{
    major_number = register_chrdev(0, DEVICE_NAME, &fops);
    if (major_number < 0)
        return major_number;
    printk(KERN_INFO "%s initialized with major number %d\n", DEVICE_NAME, major_number);
    return 0;
}

static void __exit poke_exit(void)
{
    unregister_chrdev(major_number, DEVICE_NAME);
    printk(KERN_INFO "%s exit\n", DEVICE_NAME);
}

module_init(poke_init);
module_exit(poke_exit);

MODULE_DESCRIPTION("Pokes the virtual machine monitor");
MODULE_LICENSE("GPL");
