/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's retargetable locks (its <sys/lock.h>), on top of caisson/lock.h; all are recursive here.
 */
#include <stdlib.h>
#include <sys/lock.h>
#include <caisson/lock.h>

struct __lock {
    struct c_lock lock;
};

struct __lock __lock___sinit_recursive_mutex;
struct __lock __lock___sfp_recursive_mutex;
struct __lock __lock___atexit_recursive_mutex;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___malloc_recursive_mutex;
struct __lock __lock___env_recursive_mutex;
struct __lock __lock___tz_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___arc4random_mutex;

/*
 * Locks of streams. Without memory for one, the stream shares a lock with others: safe, only
 * slower.
 */
static struct __lock shared_lock;

void __retarget_lock_init(_LOCK_T *lock)
{
    *lock = calloc(1, sizeof(**lock));
    if (!*lock)
        *lock = &shared_lock;
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    __retarget_lock_init(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
    if (lock != &shared_lock)
        free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    __retarget_lock_close(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    c_lock_acquire(&lock->lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    c_lock_acquire(&lock->lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    return c_lock_try_acquire(&lock->lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    return c_lock_try_acquire(&lock->lock);
}

void __retarget_lock_release(_LOCK_T lock)
{
    (void)c_lock_release(&lock->lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    (void)c_lock_release(&lock->lock);
}
