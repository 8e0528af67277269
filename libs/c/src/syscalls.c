/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operating system that newlib expects, as far as a component has one: a console on descriptors
 * 0 to 2, and a clock if the TSC's frequency is known. There are no files and no processes.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <unistd.h>
#include <caisson/c.h>

static uint64_t tsc_hertz;

static int refuse(int error)
{
    errno = error;
    return -1;
}

_READ_WRITE_RETURN_TYPE write(int fd, const void *bytes, size_t size)
{
    if (fd != STDOUT_FILENO && fd != STDERR_FILENO)
        return refuse(EBADF);
    c_console_write(bytes, size);
    return (_READ_WRITE_RETURN_TYPE)size;
}

/* Standard input is always at its end. */
_READ_WRITE_RETURN_TYPE read(int fd, void *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return fd == STDIN_FILENO ? 0 : refuse(EBADF);
}

int isatty(int fd)
{
    return fd >= 0 && fd <= STDERR_FILENO ? 1 : (refuse(EBADF), 0);
}

int fstat(int fd, struct stat *status)
{
    if (fd < 0 || fd > STDERR_FILENO)
        return refuse(EBADF);
    *status = (struct stat){.st_mode = S_IFCHR, .st_blksize = 256};
    return 0;
}

int stat(const char *path, struct stat *status)
{
    (void)path;
    (void)status;
    return refuse(ENOENT);
}

int open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    return refuse(ENOENT);
}

int close(int fd)
{
    return fd >= 0 && fd <= STDERR_FILENO ? 0 : refuse(EBADF);
}

off_t lseek(int fd, off_t offset, int whence)
{
    (void)offset;
    (void)whence;
    return refuse(fd >= 0 && fd <= STDERR_FILENO ? ESPIPE : EBADF);
}

int unlink(const char *path)
{
    (void)path;
    return refuse(ENOENT);
}

int link(const char *from, const char *to)
{
    (void)from;
    (void)to;
    return refuse(ENOENT);
}

int mkdir(const char *path, mode_t mode)
{
    (void)path;
    (void)mode;
    return refuse(ENOSYS);
}

int fcntl(int fd, int command, ...)
{
    (void)fd;
    (void)command;
    return refuse(ENOSYS);
}

/* As in CAmkES: the loader is 1, each component is 2 to itself. */
pid_t getpid(void)
{
    return 2;
}

pid_t getppid(void)
{
    return 1;
}

pid_t fork(void)
{
    return refuse(ENOSYS);
}

pid_t wait(int *status)
{
    (void)status;
    return refuse(ECHILD);
}

int execve(const char *path, char *const arguments[], char *const environment[])
{
    (void)path;
    (void)arguments;
    (void)environment;
    return refuse(ENOSYS);
}

int kill(pid_t pid, int signal)
{
    (void)signal;
    if (pid == 1)
        abort();
    return refuse(ESRCH);
}

/* --- time: since the processor's start --- */

void c_set_tsc_frequency(uint64_t hertz)
{
    tsc_hertz = hertz;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    (void)zone;
    if (tsc_hertz == 0)
        return refuse(ENOSYS);
    uint64_t now = c_rdtsc();
    time->tv_sec = (time_t)(now / tsc_hertz);
    time->tv_usec = (suseconds_t)((unsigned __int128)(now % tsc_hertz) * 1000000u / tsc_hertz);
    return 0;
}

clock_t times(struct tms *times)
{
    struct timeval now;
    if (gettimeofday(&now, NULL) != 0)
        return (clock_t)-1;
    clock_t ticks =
        (clock_t)now.tv_sec * CLOCKS_PER_SEC + (clock_t)now.tv_usec * CLOCKS_PER_SEC / 1000000;
    if (times)
        *times = (struct tms){.tms_utime = ticks};
    return ticks;
}
