/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <platsupport/plat/pit.h>

#define CHANNEL_0  0x40
#define COMMAND    0x43
#define TICKS_IN_S 1193182ull

/* Command bytes: low byte, then high byte, in binary; modes 0 and 2. */
#define ONCE     0x30
#define PERIODIC 0x34
#define LATCH    0x00

static int start(pit_t *pit, uint8_t mode, uint16_t reload)
{
    int error = ps_io_port_out(&pit->ops, COMMAND, 1, mode);
    if (!error)
        error = ps_io_port_out(&pit->ops, CHANNEL_0, 1, reload & 0xff);
    if (!error)
        error = ps_io_port_out(&pit->ops, CHANNEL_0, 1, reload >> 8);
    pit->reload = pit->last = reload;
    return error;
}

int pit_init(pit_t *pit, ps_io_port_ops_t io_port_ops)
{
    if (!pit)
        return EINVAL;
    *pit = (pit_t){.ops = io_port_ops};
    return pit_cancel_timeout(pit);
}

int pit_set_timeout(pit_t *pit, uint64_t ns, bool periodic)
{
    uint64_t ticks = freq_ns_and_hz_to_cycles(ns, TICKS_IN_S);
    if (ticks < 2 || ticks > UINT16_MAX)
        return ETIME;
    return start(pit, periodic ? PERIODIC : ONCE, (uint16_t)ticks);
}

/* The longest period: interrupts that come of it are 18 a second. */
int pit_cancel_timeout(pit_t *pit)
{
    return start(pit, ONCE, 0);
}

uint64_t pit_get_time(pit_t *pit)
{
    uint32_t low = 0;
    uint32_t high = 0;
    (void)ps_io_port_out(&pit->ops, COMMAND, 1, LATCH);
    (void)ps_io_port_in(&pit->ops, CHANNEL_0, 1, &low);
    (void)ps_io_port_in(&pit->ops, CHANNEL_0, 1, &high);
    uint16_t now = (uint16_t)(high << 8 | low);
    /* It counts down, and begins anew at `reload` (0: 65536). */
    uint32_t period = pit->reload ? pit->reload : 0x10000;
    pit->elapsed += (pit->last >= now ? 0 : period) + pit->last - now;
    pit->last = now;
    return freq_cycles_and_hz_to_ns(pit->elapsed, TICKS_IN_S);
}
