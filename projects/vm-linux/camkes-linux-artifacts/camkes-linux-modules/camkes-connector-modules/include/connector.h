/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the three connector modules share: the hypercalls to the monitor, and the numbers that the
 * monitor and the guest's programs know, too. One source for Linux 4.8 to 6.12, 32 and 64 bits.
 *
 * A connection's id is its device's minor number, and ids begin at 1.
 */
#ifndef CONNECTOR_H
#define CONNECTOR_H

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/types.h>

#include <asm/asm.h>
#include <asm/cpufeature.h>

#define CONNECTOR_IDS 256 /* register_chrdev() has this many minor numbers; 0 is no id */

/* Hypercalls, by the number in EAX; the first argument, in EBX, is a command. */
#define CALL_DATAPORT    1
#define DATAPORT_SHARE   1 /* id, physical address, size */
#define DATAPORT_UNSHARE 2 /* id, physical address, size: the guest's own memory is back there */

#define CALL_CONSUME 2
#define CONSUME_INIT 1 /* physical address of the event page */
#define CONSUME_ACK  2 /* the event page has been read */
#define CONSUME_EXIT 3 /* the event page is the guest's own again */

#define CALL_EMIT  3
#define EMIT_EVENT 1 /* id */

/* What ioctl() takes; sizes go as decimal strings, so 32-bit programs need no translation. */
#define CONNECTOR_STRING 32 /* bytes, with the zero */
#define DATAPORT_TYPE    'D'
#define EMIT_TYPE        'E'
enum { DATAPORT_ALLOCATE, DATAPORT_GET_PADDR, DATAPORT_GET_SIZE };
enum { EMIT_EMIT };

#define CONNECTOR_NO_MONITOR (-1000L) /* what a hypervisor says that does not know the number */

/*
 * One hypercall. Returns 0, -ENODEV if nobody is there who knows it, or -EINVAL if the monitor
 * refuses it. Without any hypervisor the instruction is invalid, which is an answer, too.
 */
static inline int connector_call(unsigned long number, unsigned long command, unsigned long id,
                                 unsigned long address, unsigned long size)
{
    long result = number;

    /* The number stays in EAX if nobody handles the call. */
    if (boot_cpu_has(X86_FEATURE_VMMCALL))
        asm volatile("1: vmmcall\n2:\n" _ASM_EXTABLE(1b, 2b)
                     : "+a"(result)
                     : "b"(command), "c"(id), "d"(address), "S"(size)
                     : "memory");
    else
        asm volatile("1: vmcall\n2:\n" _ASM_EXTABLE(1b, 2b)
                     : "+a"(result)
                     : "b"(command), "c"(id), "d"(address), "S"(size)
                     : "memory");
    if (result == 0)
        return 0;
    return result == CONNECTOR_NO_MONITOR || result == (long)number ? -ENODEV : -EINVAL;
}

static inline unsigned connector_id(const struct file *file)
{
    return iminor(file_inode(file));
}

/* For open(): only ids have devices, and there is nothing to seek in. */
static inline int connector_open(struct inode *inode, struct file *file)
{
    if (iminor(inode) == 0)
        return -ENXIO;
    return nonseekable_open(inode, file);
}

#endif
