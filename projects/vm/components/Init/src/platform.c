/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the monitor needs (vmm/platform.h), from the component's interfaces: the console from
 * guest_batch and serial_getchar, time from init_timer and system_rtc, files from fs.
 */
#include <init.h>
#include <init_con.h>

#include <vmm/crossvm.h>

#include <base/calendar.h>
#include <camkes.h>
#include <errno.h>
#include <file_server.h>
#include <serial_ring.h>
#include <stdio.h>
#include <stdlib.h>

#define GUEST_TIMER 0 /* number of the one timer that we use */

/* The buffers of connections; a component says itself what it keeps there. */
extern struct serial_ring *serial_getchar_buf, *guest_batch_buf;
extern char *fs_buf;
/* Not there in a description that does not connect it. */
extern struct serial_ring *say_buf __attribute__((weak));
size_t say_buf_size(void) __attribute__((weak));

/* --- Console --- */

void platform_write(const char *bytes, size_t size)
{
    if (!say_batch) {
        while (size--)
            putchar_putchar(*bytes++);
        return;
    }
    serial_ring_print(say_buf, say_buf_size(), bytes, size, say_batch);
}

void platform_say(const char *text)
{
    char line[256];
    int size = snprintf(line, sizeof(line), "%s\n", text);

    platform_write(line, MIN((size_t)size, sizeof(line) - 1));
}

static void log_line(vmm_t *vmm, const char *line)
{
    (void)vmm;
    platform_say(line);
}

static void console_write(vmm_t *vmm, const char *text, size_t size)
{
    (void)vmm;
    serial_ring_print(guest_batch_buf, guest_batch_buf_size(), text, size, guest_batch_batch);
}

static size_t console_read(vmm_t *vmm, char *text, size_t size)
{
    (void)vmm;
    return serial_ring_read(serial_getchar_buf, serial_ring_capacity(serial_getchar_buf_size()),
                            text, size);
}

/* --- Time --- */

static uint64_t read_tsc(void)
{
    return __builtin_ia32_rdtsc();
}

static void set_timer(vmm_t *vmm, uint64_t deadline)
{
    (void)vmm;
    if (deadline == TIMER_NEVER)
        init_timer_stop(GUEST_TIMER);
    else
        init_timer_oneshot_tsc(GUEST_TIMER, deadline);
}

static int64_t unix_time(vmm_t *vmm)
{
    rtc_time_date_t now = system_rtc_time_date();

    (void)vmm;
    return calendar_days(now.year, now.month, now.day) * SECONDS_PER_DAY + now.hour * 3600 +
           now.minute * 60 + now.second;
}

/* --- Files --- */

static int64_t file_read(struct vmm_file *file, uint64_t offset, void *buffer, uint64_t size)
{
    uint64_t room = fs_buf_size() - FS_DATA_OFFSET, done = 0;
    int64_t got = fs_seek((int)file->handle, (int64_t)offset, FS_SEEK_SET);

    while (got >= 0 && done < size) {
        got = fs_read((int)file->handle, MIN(size - done, room));
        if (got == 0)
            break;
        if (got > 0) {
            if ((uint64_t)got > room)
                return -EIO; /* the server is another component: its word is not enough */
            memcpy((char *)buffer + done, fs_buf + FS_DATA_OFFSET, (size_t)got);
            done += (uint64_t)got;
        }
    }
    return got < 0 ? got : (int64_t)done;
}

static void file_close(struct vmm_file *file)
{
    fs_close((int)file->handle);
}

static int file_open(vmm_t *vmm, const char *name, struct vmm_file *file)
{
    int fd = fs_open(name, 0);

    (void)vmm;
    if (fd < 0)
        return fd;
    file->handle = fd;
    file->size = fs_seek(fd, 0, FS_SEEK_END);
    file->read = file_read;
    file->close = file_close;
    if (file->size < 0) {
        fs_close(fd);
        return (int)file->size;
    }
    return 0;
}

static const char *file_name(vmm_t *vmm, unsigned index)
{
    static char *name;

    (void)vmm;
    free(name);
    name = NULL;
    return fs_name((int)index, &name) == 0 ? name : NULL;
}

/* --- Configuration space --- */

uint32_t platform_config_read(uint16_t function, unsigned offset, unsigned size)
{
    uint8_t bus = (uint8_t)(function >> 8), dev = function >> 3 & 31, fun = function & 7;

    switch (size) {
    case 1:
        return pci_config_read8(bus, dev, fun, (uint16_t)offset);
    case 2:
        return pci_config_read16(bus, dev, fun, (uint16_t)offset);
    default:
        return pci_config_read32(bus, dev, fun, (uint16_t)offset);
    }
}

void platform_config_write(uint16_t function, unsigned offset, unsigned size, uint32_t value)
{
    uint8_t bus = (uint8_t)(function >> 8), dev = function >> 3 & 31, fun = function & 7;

    switch (size) {
    case 1:
        pci_config_write8(bus, dev, fun, (uint16_t)offset, (uint8_t)value);
        break;
    case 2:
        pci_config_write16(bus, dev, fun, (uint16_t)offset, (uint16_t)value);
        break;
    default:
        pci_config_write32(bus, dev, fun, (uint16_t)offset, value);
        break;
    }
}

/* --- Sleeping --- */

static uint64_t wait_for_signal(vmm_t *vmm)
{
    seL4_Word badge = 0;

    (void)vmm;
    seL4_Wait(intready_notification(), &badge);
    return badge;
}

uint64_t platform_badge_bits(uint64_t badge)
{
    const struct camkes_value *base = camkes_attribute("global_endpoint_base");
    uint64_t bits = badge & ~(base && base->type == CAMKES_NUMBER ? (uint64_t)base->number : 0);

    return bits ? bits : badge;
}

/* Of the timer's signals, and the console's. */
static uint64_t timer_bits, console_bits;

static void notified(vmm_t *vmm, uint64_t badge)
{
    /* Badges of signals that came together are or'ed, and looking once too often is harmless. */
    if (badge & timer_bits)
        vmm_timer_expired(vmm);
    if (badge & console_bits)
        vmm_console_ready(vmm);
    devices_notify(badge);
    crossvm_deliver(vmm);
    init_cons_notify(vmm, badge);
}

static void wake(vmm_t *vmm)
{
    (void)vmm;
    intready_connector_emit();
}

static void stopped(vmm_t *vmm)
{
    (void)vmm;
    devices_reset();
    if (guest_stopped_emit)
        guest_stopped_emit();
}

int platform_init(struct vmm_platform *platform)
{
    uint64_t hz = init_timer_tsc_frequency();

    if (!hz) {
        platform_say("the time server does not know how fast the time stamp counter runs");
        return -ENODEV;
    }
    timer_bits = platform_badge_bits(init_timer_notification_badge());
    console_bits = platform_badge_bits(serial_getchar_notification_badge());
    *platform = (struct vmm_platform){
        .tsc = read_tsc,
        .tsc_hz = hz,
        .set_timer = set_timer,
        .unix_time = unix_time,
        .console_write = console_write,
        .console_read = console_read,
        .log = log_line,
        .open = file_open,
        .file_name = file_name,
        .wait = wait_for_signal,
        .notified = notified,
        .wake = wake,
        .stopped = stopped,
    };
    return 0;
}
