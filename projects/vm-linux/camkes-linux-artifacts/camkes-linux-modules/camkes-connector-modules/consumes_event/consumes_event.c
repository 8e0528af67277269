/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events from CAmkES components. The monitor writes the event's id into a page that it shares with
 * this module, and interrupts; the guest's acknowledgement is its leave to write the next one.
 *
 * As with a notification, an event that nobody waits for is remembered, several count as one, and
 * of several who wait one gets it: read(), poll() and select() consume it. Who has the device in an
 * epoll set is told of it until somebody reads: the kernel also asks when nobody will be told.
 */
#include "../include/connector.h"

#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/wait.h>

#include <asm/io.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 16, 0)
typedef unsigned int __poll_t;
#undef EPOLLIN
#undef EPOLLRDNORM
#define EPOLLIN     POLLIN
#define EPOLLRDNORM POLLRDNORM
#endif

#define DEVICE_NAME "consumes_event"
#define EVENT_IRQ   12
#define EVENT_MAGIC 42

/* What the monitor writes; id 0: nothing since the last acknowledgement. */
struct event_page {
    u32 id;
    u32 magic;
};

struct event {
    bool pending;
    u32 count; /* of all there have been */
    wait_queue_head_t waiters;
};

static int major_number;
static struct event_page *event_page;
static DEFINE_SPINLOCK(lock); /* of the events' state; the interrupt takes it, too */
static struct event events[CONNECTOR_IDS];

/* In a file's private_data: poll() does not consume, because somebody else than a caller asks. */
static const char watched;

/* What poll() and select() register with, and nobody else. */
static poll_queue_proc poll_registers;

static bool take(struct event *event, u32 *count)
{
    unsigned long flags;
    bool taken;

    spin_lock_irqsave(&lock, flags);
    taken = event->pending;
    event->pending = false;
    *count = event->count;
    spin_unlock_irqrestore(&lock, flags);
    return taken;
}

static __poll_t consumes_event_poll(struct file *file, poll_table *table)
{
    struct event *event = &events[connector_id(file)];
    bool ready;
    u32 count;

    poll_wait(file, &event->waiters, table);
    if (table && table->_qproc && table->_qproc != poll_registers)
        file->private_data = (void *)&watched;
    if (file->private_data || !(poll_requested_events(table) & (EPOLLIN | EPOLLRDNORM)))
        ready = READ_ONCE(event->pending);
    else
        ready = take(event, &count);
    return ready ? EPOLLIN | EPOLLRDNORM : 0;
}

/* Gives the number of events so far, 32 bits. */
static ssize_t consumes_event_read(struct file *file, char __user *buffer, size_t size,
                                   loff_t *offset)
{
    struct event *event = &events[connector_id(file)];
    u32 count;

    if (size != sizeof(count))
        return -EINVAL;
    if (file->f_flags & O_NONBLOCK) {
        if (!take(event, &count))
            return -EAGAIN;
    } else if (wait_event_interruptible(event->waiters, take(event, &count))) {
        return -ERESTARTSYS;
    }
    return copy_to_user(buffer, &count, sizeof(count)) ? -EFAULT : (ssize_t)sizeof(count);
}

static int consumes_event_open(struct inode *inode, struct file *file)
{
    if (!event_page)
        return -ENODEV;
    return connector_open(inode, file);
}

static const struct file_operations operations = {
    .owner = THIS_MODULE,
    .open = consumes_event_open,
    .read = consumes_event_read,
    .poll = consumes_event_poll,
};

static irqreturn_t consumes_event_interrupt(int irq, void *cookie)
{
    irqreturn_t result = IRQ_NONE;
    struct event *event;
    u32 id;

    /* The next event may be there as soon as this one is acknowledged, before its interrupt. */
    while ((id = READ_ONCE(event_page->id)) != 0) {
        result = IRQ_HANDLED;
        WRITE_ONCE(event_page->id, 0);
        if (connector_call(CALL_CONSUME, CONSUME_ACK, 0, 0, 0))
            pr_err_ratelimited(DEVICE_NAME ": the monitor refuses an acknowledgement\n");
        if (id >= CONNECTOR_IDS) {
            pr_err_ratelimited(DEVICE_NAME ": there is no event %u\n", id);
            continue;
        }
        event = &events[id];
        spin_lock(&lock);
        event->pending = true;
        event->count++;
        spin_unlock(&lock);
        wake_up_interruptible(&event->waiters);
    }
    return result;
}

/* Leaves event_page null if the monitor has no events for this guest. */
static int connect_monitor(void)
{
    struct event_page *page = (struct event_page *)get_zeroed_page(GFP_KERNEL);
    int error;

    if (!page)
        return -ENOMEM;
    event_page = page;
    error = request_irq(EVENT_IRQ, consumes_event_interrupt, IRQF_SHARED, DEVICE_NAME, &event_page);
    if (error) {
        pr_err(DEVICE_NAME ": interrupt %d is taken: error %d\n", EVENT_IRQ, error);
        goto free;
    }
    error = connector_call(CALL_CONSUME, CONSUME_INIT, virt_to_phys(page), 0, 0);
    if (!error && READ_ONCE(page->magic) == EVENT_MAGIC)
        return 0;
    free_irq(EVENT_IRQ, &event_page);
    pr_err(DEVICE_NAME ": the monitor has no events for this guest\n");
    if (!error && connector_call(CALL_CONSUME, CONSUME_EXIT, 0, 0, 0))
        page = NULL; /* somebody said that he has it */
    error = 0;
free:
    event_page = NULL;
    free_page((unsigned long)page);
    return error;
}

static void disconnect_monitor(void)
{
    if (!event_page)
        return;
    free_irq(EVENT_IRQ, &event_page);
    if (connector_call(CALL_CONSUME, CONSUME_EXIT, 0, 0, 0))
        pr_warn(DEVICE_NAME ": the monitor keeps the event page; its memory is lost\n");
    else
        free_page((unsigned long)event_page);
}

static void learn_who_polls(void)
{
    static struct poll_wqueues queues; /* too large for the stack */

    poll_initwait(&queues);
    poll_registers = queues.pt._qproc;
    poll_freewait(&queues);
}

static int __init consumes_event_init(void)
{
    unsigned i;
    int error;

    for (i = 0; i < CONNECTOR_IDS; i++)
        init_waitqueue_head(&events[i].waiters);
    learn_who_polls();
    error = connect_monitor();
    if (error)
        return error;
    major_number = register_chrdev(0, DEVICE_NAME, &operations);
    if (major_number < 0) {
        disconnect_monitor();
        return major_number;
    }
    return 0;
}

static void __exit consumes_event_exit(void)
{
    unregister_chrdev(major_number, DEVICE_NAME);
    disconnect_monitor();
}

module_init(consumes_event_init);
module_exit(consumes_event_exit);

MODULE_DESCRIPTION("Events from CAmkES components to this guest");
MODULE_LICENSE("GPL");
