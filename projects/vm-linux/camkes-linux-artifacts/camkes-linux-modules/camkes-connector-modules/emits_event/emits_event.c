/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events from the guest to CAmkES components: the ioctl of device n emits event n. To emit never
 * waits, so the device is always ready for it.
 */
#include "../include/connector.h"

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#define DEVICE_NAME "emits_event"

static int major_number;

static long emits_event_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
    unsigned id = connector_id(file);
    int error;

    if (_IOC_TYPE(command) != EMIT_TYPE || _IOC_NR(command) != EMIT_EMIT)
        return -ENOTTY;
    error = connector_call(CALL_EMIT, EMIT_EVENT, id, 0, 0);
    if (error)
        pr_err_ratelimited(DEVICE_NAME ": the monitor has no event %u that this guest emits\n", id);
    return error;
}

static const struct file_operations operations = {
    .owner = THIS_MODULE,
    .open = connector_open,
    .unlocked_ioctl = emits_event_ioctl,
#ifdef CONFIG_COMPAT
    .compat_ioctl = emits_event_ioctl,
#endif
};

static int __init emits_event_init(void)
{
    major_number = register_chrdev(0, DEVICE_NAME, &operations);
    return major_number < 0 ? major_number : 0;
}

static void __exit emits_event_exit(void)
{
    unregister_chrdev(major_number, DEVICE_NAME);
}

module_init(emits_event_init);
module_exit(emits_event_exit);

MODULE_DESCRIPTION("Events from this guest to CAmkES components");
MODULE_LICENSE("GPL");
