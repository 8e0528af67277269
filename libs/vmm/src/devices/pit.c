/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8254 (pit.h). Nothing counts: each read computes the count from the clock, and only channel
 * 0's next rising edge needs a timer.
 */
#include <vmm/pit.h>

#include <string.h>

#define SPEAKER_GATE2    0x01
#define SPEAKER_REFRESH  0x10
#define SPEAKER_OUT2     0x20
#define REFRESH_NS       15085
#define STATUS_OUT       0x80
#define STATUS_NULLCOUNT 0x40

static uint64_t counts_to_ticks(const struct pit *pit, uint64_t counts)
{
    return (uint64_t)((unsigned __int128)counts * pit->clock->hz / PIT_HZ);
}

/* A low gate stops these modes; in the others only its rising edge counts. */
static bool stopped(const struct pit_channel *ch)
{
    return !ch->gate && ch->mode != 1 && ch->mode != 5;
}

/* Counts since the start; of a stopped channel, until it was stopped. */
static uint64_t elapsed(const struct pit *pit, const struct pit_channel *ch, uint64_t now)
{
    if (stopped(ch))
        return ch->held;
    return (uint64_t)((unsigned __int128)(now - ch->start) * PIT_HZ / pit->clock->hz);
}

static bool periodic(const struct pit_channel *ch)
{
    return ch->mode == 2 || ch->mode == 3;
}

/* Modes 1 and 5 wait for a rising gate, and a new count waits for the next one. */
static bool triggered(const struct pit_channel *ch)
{
    return ch->mode == 1 || ch->mode == 5;
}

/* Level of the OUT pin after `counts` counts (data sheet, "Mode definitions"). */
static bool output_at(const struct pit_channel *ch, uint64_t counts)
{
    switch (ch->mode) {
    case 0:
        return ch->counting && counts >= ch->reload;
    case 1:
        return !ch->counting || counts >= ch->reload;
    case 2:
        return !ch->counting || stopped(ch) || counts % ch->reload != ch->reload - 1u;
    case 3:
        return !ch->counting || stopped(ch) || counts % ch->reload < (ch->reload + 1u) / 2;
    default: /* strobes: low for one count only */
        return !ch->counting || counts != ch->reload;
    }
}

static uint16_t to_bcd(uint32_t value)
{
    return (uint16_t)(value % 10 | (value / 10 % 10) << 4 | (value / 100 % 10) << 8 |
                      (value / 1000 % 10) << 12);
}

static uint32_t from_bcd(uint32_t value)
{
    return (value & 15) + (value >> 4 & 15) * 10 + (value >> 8 & 15) * 100 + (value >> 12) * 1000;
}

static uint16_t count_now(const struct pit *pit, const struct pit_channel *ch, uint64_t now)
{
    uint64_t counts;
    uint32_t value;

    if (!ch->counting)
        return (uint16_t)ch->reload;
    counts = elapsed(pit, ch, now);
    if (ch->mode == 3)
        value = ch->reload - (uint32_t)(2 * counts % ch->reload);
    else if (ch->mode == 2)
        value = ch->reload - (uint32_t)(counts % ch->reload);
    else if (ch->bcd) /* runs on below zero and wraps */
        value = ch->reload + 10000 - (uint32_t)(counts % 10000);
    else
        value = (uint32_t)(ch->reload - counts);
    return ch->bcd ? to_bcd(value % 10000) : (uint16_t)value;
}

/* The count that was written last begins, at `start`. */
static void load(struct pit_channel *ch, uint64_t start)
{
    ch->reload = ch->written;
    ch->start = start;
    ch->next = 0;
    ch->held = 0;
    ch->counting = true;
}

/* New counts that have taken over by now. */
static void settle(struct pit *pit)
{
    for (unsigned i = 0; i < 3; i++) {
        struct pit_channel *ch = &pit->channel[i];
        uint64_t high;

        if (!ch->next || stopped(ch) || clock_now(pit->clock) < ch->next)
            continue;
        high = ch->next_low ? counts_to_ticks(pit, (ch->written + 1u) / 2) : 0;
        load(ch, ch->next - high);
    }
}

/* A new count in mode 2 waits for the end of the period, in mode 3 of its half. */
static void load_later(const struct pit *pit, struct pit_channel *ch, uint64_t now)
{
    uint64_t period = ch->reload, done = elapsed(pit, ch, now), rest = done % period;
    uint64_t half = (period + 1) / 2;

    ch->next_low = ch->mode == 3 && rest < half;
    done += (ch->next_low ? half : period) - rest;
    ch->next = ch->start + counts_to_ticks(pit, done) + 1;
}

/* Arrange for the next rising edge of channel 0. */
static void schedule(struct pit *pit, uint64_t now)
{
    const struct pit_channel *ch = &pit->channel[0];
    uint64_t done;

    if (!ch->counting || !ch->gate) {
        timer_disarm(&pit->timer);
        return;
    }
    done = elapsed(pit, ch, now);
    if (periodic(ch)) {
        uint64_t edge = ch->start + counts_to_ticks(pit, (done / ch->reload + 1) * ch->reload) + 1;

        timer_arm(&pit->timer, ch->next ? MIN(edge, ch->next) : edge);
    } else if (done < ch->reload && !triggered(ch)) {
        timer_arm(&pit->timer, ch->start + counts_to_ticks(pit, ch->reload) + 1);
    } else {
        timer_disarm(&pit->timer);
    }
}

static void timer_fire(void *ctx, uint64_t now)
{
    struct pit *pit = ctx;
    const struct pit_channel *ch = &pit->channel[0];
    bool edge = !ch->next || !ch->next_low;

    settle(pit);
    if (edge) {
        irq_line_set(&pit->irq, false);
        irq_line_set(&pit->irq, true); /* stays high: an 8259 forgets a request that goes away */
    }
    if (periodic(ch))
        schedule(pit, now); /* edges missed while the guest could not run are merged */
}

static void start_counting(struct pit *pit, unsigned index, uint32_t value)
{
    struct pit_channel *ch = &pit->channel[index];
    uint64_t now;

    ch->written = ch->bcd ? from_bcd(value) : value;
    if (!ch->written)
        ch->written = ch->bcd ? 10000 : 65536;
    if (ch->written == 1 && periodic(ch))
        ch->written = 2; /* 1 is illegal in these modes; do not let it cost a timer storm */
    if (triggered(ch))
        return;
    now = clock_now(pit->clock);
    if (periodic(ch) && ch->counting && !stopped(ch)) {
        load_later(pit, ch, now);
        if (index == 0)
            schedule(pit, now);
        return;
    }
    load(ch, now);
    if (index == 0) {
        irq_line_set(&pit->irq, ch->mode != 0);
        schedule(pit, ch->start);
    }
}

static void stop(struct pit *pit, unsigned index)
{
    struct pit_channel *ch = &pit->channel[index];

    ch->counting = false;
    ch->next = 0;
    ch->start = clock_now(pit->clock);
    ch->held = 0;
    if (index == 0) {
        irq_line_set(&pit->irq, ch->mode != 0);
        schedule(pit, ch->start);
    }
}

static void write_count(struct pit *pit, unsigned index, uint8_t value)
{
    struct pit_channel *ch = &pit->channel[index];

    switch (ch->access) {
    case 1:
        start_counting(pit, index, value);
        break;
    case 2:
        start_counting(pit, index, (uint32_t)value << 8);
        break;
    default:
        if (ch->write_high) {
            ch->write_high = false;
            start_counting(pit, index, ch->low | (uint32_t)value << 8);
        } else {
            ch->low = value;
            ch->write_high = true;
            if (ch->mode == 0) /* the first byte stops it, output low */
                stop(pit, index);
        }
    }
}

static void latch_count(struct pit *pit, struct pit_channel *ch, uint64_t now)
{
    if (!ch->count_latched) {
        ch->latch = count_now(pit, ch, now);
        ch->count_latched = true;
        ch->read_high = false;
    }
}

static void latch_status(struct pit *pit, struct pit_channel *ch, uint64_t now)
{
    if (ch->status_latched)
        return;
    ch->status = (uint8_t)(ch->bcd | ch->mode << 1 | ch->access << 4);
    ch->status |= output_at(ch, elapsed(pit, ch, now)) ? STATUS_OUT : 0;
    ch->status |= ch->counting && !ch->next ? 0 : STATUS_NULLCOUNT;
    ch->status_latched = true;
}

static void read_back(struct pit *pit, uint8_t command, uint64_t now)
{
    for (unsigned i = 0; i < 3; i++) {
        if (!(command & (2u << i)))
            continue;
        if (!(command & 0x20))
            latch_count(pit, &pit->channel[i], now);
        if (!(command & 0x10))
            latch_status(pit, &pit->channel[i], now);
    }
}

static void write_control(struct pit *pit, uint8_t value)
{
    uint64_t now = clock_now(pit->clock);
    struct pit_channel *ch;

    if (value >> 6 == 3) {
        read_back(pit, value, now);
        return;
    }
    ch = &pit->channel[value >> 6];
    if ((value >> 4 & 3) == 0) {
        latch_count(pit, ch, now);
        return;
    }
    ch->access = value >> 4 & 3;
    ch->mode = value >> 1 & 7;
    if (ch->mode > 5)
        ch->mode &= 3; /* 6 and 7 are other names of 2 and 3 */
    ch->bcd = value & 1;
    ch->write_high = ch->read_high = false;
    ch->count_latched = ch->status_latched = false;
    stop(pit, value >> 6);
}

static uint8_t read_count(struct pit *pit, struct pit_channel *ch)
{
    uint16_t value;
    bool high;

    if (ch->status_latched) {
        ch->status_latched = false;
        return ch->status;
    }
    value = ch->count_latched ? ch->latch : count_now(pit, ch, clock_now(pit->clock));
    high = ch->access == 2 || (ch->access == 3 && ch->read_high);
    if (ch->access == 3)
        ch->read_high = !ch->read_high;
    if (ch->access != 3 || high)
        ch->count_latched = false;
    return (uint8_t)(high ? value >> 8 : value);
}

static uint32_t pit_in(void *ctx, uint16_t port, unsigned size)
{
    struct pit *pit = ctx;

    (void)size;
    settle(pit);
    return (port & 3) == 3 ? 0xff : read_count(pit, &pit->channel[port & 3]);
}

static void pit_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct pit *pit = ctx;

    (void)size;
    settle(pit);
    if ((port & 3) == 3)
        write_control(pit, (uint8_t)value);
    else
        write_count(pit, port & 3, (uint8_t)value);
}

static uint32_t speaker_in(void *ctx, uint16_t port, unsigned size)
{
    struct pit *pit = ctx;
    const struct pit_channel *ch = &pit->channel[2];
    uint64_t now = clock_now(pit->clock);
    uint8_t value = pit->speaker;

    (void)port;
    (void)size;
    settle(pit);
    if (output_at(ch, elapsed(pit, ch, now)))
        value |= SPEAKER_OUT2;
    if (clock_to_ns(pit->clock, now) / REFRESH_NS & 1)
        value |= SPEAKER_REFRESH;
    return value;
}

/* Modes 0 and 4 go on where they stopped, the others start again ("GATE pin operations"). */
static void gate_rises(const struct pit *pit, struct pit_channel *ch)
{
    if (ch->mode == 0 || ch->mode == 4)
        ch->start = clock_now(pit->clock) - counts_to_ticks(pit, ch->held);
    else if (ch->counting || triggered(ch))
        load(ch, clock_now(pit->clock));
}

static void speaker_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct pit *pit = ctx;
    struct pit_channel *ch = &pit->channel[2];
    bool gate = value & SPEAKER_GATE2;

    (void)port;
    (void)size;
    settle(pit);
    if (gate && !ch->gate)
        gate_rises(pit, ch);
    else if (!gate && ch->gate)
        ch->held = elapsed(pit, ch, clock_now(pit->clock));
    ch->gate = gate;
    pit->speaker = value & 3;
}

/*
 * As a BIOS leaves them: the tick of 18.2 Hz, the refresh, the speaker silent. The tick makes no
 * interrupts before the guest programs it: most guests never do, and an idle one should sleep.
 */
static const struct pit_channel bios_channel[3] = {
    {.written = 65536, .mode = 3, .access = 3, .gate = true},
    {.written = 18, .mode = 2, .access = 1, .gate = true},
    {.written = 65536, .mode = 3, .access = 3},
};

void pit_init(struct pit *pit, const struct clock *clock, struct timers *timers,
              const struct irq_line *irq)
{
    memset(pit, 0, sizeof(*pit));
    pit->clock = clock;
    pit->irq = *irq;
    timer_init(&pit->timer, timers, timer_fire, pit);
    for (unsigned i = 0; i < 3; i++) {
        struct pit_channel *ch = &pit->channel[i];

        *ch = bios_channel[i];
        load(ch, clock_now(clock));
    }
}

int pit_attach(struct pit *pit, struct port_bus *ports)
{
    const struct port_range ranges[] = {
        {"8254", 0x40, 0x43, 1, pit_in, pit_out, pit},
        {"port 0x61", 0x61, 0x61, 1, speaker_in, speaker_out, pit},
    };

    return timers_add(&pit->timer) ?: port_bus_add_all(ports, ranges, ARRAY_SIZE(ranges));
}
