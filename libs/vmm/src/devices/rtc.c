/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MC146818 (rtc.h). The time is computed from the clock on each read; a timer runs only while
 * an interrupt is enabled.
 */
#include <vmm/rtc.h>
#include <base/calendar.h>

#include <string.h>

#define NS_PER_S 1000000000ull

enum {
    SECONDS = 0,
    SECONDS_ALARM = 1,
    MINUTES = 2,
    MINUTES_ALARM = 3,
    HOURS = 4,
    HOURS_ALARM = 5,
    WEEKDAY = 6,
    DAY = 7,
    MONTH = 8,
    YEAR = 9,
    REG_A = 10,
    REG_B = 11,
    REG_C = 12,
    REG_D = 13,
};

#define A_UPDATING   0x80
#define A_RATE       0x0f
#define B_SET        0x80
#define B_PERIODIC   0x40
#define B_ALARM      0x20
#define B_UPDATE     0x10
#define B_BINARY     0x04
#define B_24HOUR     0x02
#define C_IRQ        0x80
#define D_VALID      0x80
#define HOUR_PM      0x80
#define UPDATE_NS    244000ull /* the update flag leads the change by this much */
#define DONT_CARE(x) (((x)&0xc0) == 0xc0)

struct time {
    struct calendar_date date;
    int hour, minute, second, weekday;
};

static struct time time_from_unix(int64_t when)
{
    int64_t days = when / SECONDS_PER_DAY;
    int rest = (int)(when % SECONDS_PER_DAY);

    if (rest < 0) {
        rest += SECONDS_PER_DAY;
        days--;
    }
    return (struct time){calendar_date(days), rest / 3600, rest / 60 % 60, rest % 60,
                         calendar_weekday(days)};
}

static uint8_t encode(const struct rtc *rtc, int value)
{
    return (uint8_t)(rtc->cmos[REG_B] & B_BINARY ? value : value % 10 | value / 10 % 10 << 4);
}

static int decode(const struct rtc *rtc, uint8_t value)
{
    return rtc->cmos[REG_B] & B_BINARY ? value : (value & 15) + (value >> 4) * 10;
}

static uint8_t encode_hour(const struct rtc *rtc, int hour)
{
    if (rtc->cmos[REG_B] & B_24HOUR)
        return encode(rtc, hour);
    return (uint8_t)(encode(rtc, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? HOUR_PM : 0));
}

static int decode_hour(const struct rtc *rtc, uint8_t value)
{
    if (rtc->cmos[REG_B] & B_24HOUR)
        return decode(rtc, value);
    return decode(rtc, value & 0x7f) % 12 + (value & HOUR_PM ? 12 : 0);
}

static uint64_t ns_now(const struct rtc *rtc)
{
    return clock_to_ns(rtc->clock, clock_now(rtc->clock));
}

static int64_t time_now(const struct rtc *rtc)
{
    return rtc->cmos[REG_B] & B_SET ? rtc->halted : rtc->offset + (int64_t)(ns_now(rtc) / NS_PER_S);
}

/* Put a time into the time bytes, in the format register B asks for. */
static void time_to_cmos(struct rtc *rtc, int64_t when)
{
    struct time time;

    if (rtc->shown == when && rtc->shown_format == rtc->cmos[REG_B])
        return; /* guests read all bytes of one second in a row */
    rtc->shown = when;
    rtc->shown_format = rtc->cmos[REG_B];
    time = time_from_unix(when);
    rtc->cmos[SECONDS] = encode(rtc, time.second);
    rtc->cmos[MINUTES] = encode(rtc, time.minute);
    rtc->cmos[HOURS] = encode_hour(rtc, time.hour);
    rtc->cmos[WEEKDAY] = encode(rtc, time.weekday);
    rtc->cmos[DAY] = encode(rtc, time.date.day);
    rtc->cmos[MONTH] = encode(rtc, time.date.month);
    rtc->cmos[YEAR] = encode(rtc, time.date.year % 100);
    rtc->cmos[RTC_CENTURY] = encode(rtc, time.date.year / 100);
}

static int64_t time_from_cmos(const struct rtc *rtc)
{
    int year = decode(rtc, rtc->cmos[YEAR]) + 100 * decode(rtc, rtc->cmos[RTC_CENTURY]);
    int month = decode(rtc, rtc->cmos[MONTH]);

    /* Nonsense from the guest may give a nonsense time, never an undefined computation. */
    if (month < 1 || month > 12)
        month = 1;
    return calendar_days(year, month, decode(rtc, rtc->cmos[DAY])) * SECONDS_PER_DAY +
           decode_hour(rtc, rtc->cmos[HOURS]) * 3600 + decode(rtc, rtc->cmos[MINUTES]) * 60 +
           decode(rtc, rtc->cmos[SECONDS]);
}

static void update_irq(struct rtc *rtc)
{
    bool high = rtc->cmos[REG_C] & rtc->cmos[REG_B] & (B_PERIODIC | B_ALARM | B_UPDATE);

    rtc->cmos[REG_C] = (uint8_t)((rtc->cmos[REG_C] & ~C_IRQ) | (high ? C_IRQ : 0));
    irq_line_set(&rtc->irq, high);
}

static bool alarm_due(const struct rtc *rtc, int64_t when)
{
    struct time time = time_from_unix(when);

    return (DONT_CARE(rtc->cmos[SECONDS_ALARM]) ||
            rtc->cmos[SECONDS_ALARM] == encode(rtc, time.second)) &&
           (DONT_CARE(rtc->cmos[MINUTES_ALARM]) ||
            rtc->cmos[MINUTES_ALARM] == encode(rtc, time.minute)) &&
           (DONT_CARE(rtc->cmos[HOURS_ALARM]) ||
            rtc->cmos[HOURS_ALARM] == encode_hour(rtc, time.hour));
}

/* Nanoseconds between periodic flags, 0 if off ("Periodic interrupt selection"). */
static uint64_t periodic_ns(const struct rtc *rtc)
{
    unsigned rate = rtc->cmos[REG_A] & A_RATE;

    if (!rate)
        return 0;
    rate = rate < 3 ? rate + 7 : rate;
    return (NS_PER_S << (rate - 1)) / 32768;
}

static void schedule(struct rtc *rtc, uint64_t now_ns)
{
    uint64_t next = UINT64_MAX;

    if ((rtc->cmos[REG_B] & (B_ALARM | B_UPDATE)) && !(rtc->cmos[REG_B] & B_SET))
        next = (now_ns / NS_PER_S + 1) * NS_PER_S;
    if ((rtc->cmos[REG_B] & B_PERIODIC) && periodic_ns(rtc) && rtc->periodic_next < next)
        next = rtc->periodic_next;
    timer_arm(&rtc->timer,
              next == UINT64_MAX ? TIMER_NEVER : clock_from_ns(rtc->clock, next + 1000));
}

/*
 * The flags of register C that have come up by `now`. They do, whether or not their interrupts are
 * enabled ("Register C"), so who polls them sees them.
 */
static void collect_flags(struct rtc *rtc, uint64_t now)
{
    uint64_t ns = clock_to_ns(rtc->clock, now), period = periodic_ns(rtc);
    int64_t when = time_now(rtc);

    if (period && ns >= rtc->periodic_next) {
        rtc->cmos[REG_C] |= B_PERIODIC;
        rtc->periodic_next = ns + period - (ns - rtc->periodic_next) % period;
    }
    if (when == rtc->alarm_checked || (rtc->cmos[REG_B] & B_SET))
        return;
    rtc->cmos[REG_C] |= B_UPDATE;
    /* Each second that went by, as an alarm comes once a day at most. */
    for (int64_t second = MAX(rtc->alarm_checked + 1, when - SECONDS_PER_DAY + 1);
         second <= when && !(rtc->cmos[REG_C] & B_ALARM); second++)
        if (alarm_due(rtc, second))
            rtc->cmos[REG_C] |= B_ALARM;
    rtc->alarm_checked = when;
}

static void timer_fire(void *ctx, uint64_t now)
{
    struct rtc *rtc = ctx;

    collect_flags(rtc, now);
    update_irq(rtc);
    schedule(rtc, clock_to_ns(rtc->clock, now));
}

/* The clock shows another time from now on; alarms in between do not come. */
static void set_offset(struct rtc *rtc, uint64_t ns)
{
    rtc->offset = time_from_cmos(rtc) - (int64_t)(ns / NS_PER_S);
    rtc->alarm_checked = rtc->offset + (int64_t)(ns / NS_PER_S);
}

static uint8_t rtc_read(struct rtc *rtc, unsigned index)
{
    uint8_t value;

    switch (index) {
    case SECONDS:
    case MINUTES:
    case HOURS:
    case WEEKDAY ... YEAR:
    case RTC_CENTURY:
        if (!(rtc->cmos[REG_B] & B_SET))
            time_to_cmos(rtc, time_now(rtc));
        return rtc->cmos[index];
    case REG_A:
        value = rtc->cmos[REG_A] & (uint8_t)~A_UPDATING;
        if (!(rtc->cmos[REG_B] & B_SET) && ns_now(rtc) % NS_PER_S >= NS_PER_S - UPDATE_NS)
            value |= A_UPDATING;
        return value;
    case REG_C:
        collect_flags(rtc, clock_now(rtc->clock));
        update_irq(rtc);
        value = rtc->cmos[REG_C];
        rtc->cmos[REG_C] = 0;
        update_irq(rtc);
        return value;
    case REG_D:
        return D_VALID;
    default:
        return rtc->cmos[index];
    }
}

static void write_control(struct rtc *rtc, uint8_t value)
{
    uint8_t old = rtc->cmos[REG_B];
    uint64_t ns = ns_now(rtc);

    collect_flags(rtc, clock_now(rtc->clock));
    if (!(old & B_SET) && (value & B_SET)) {
        rtc->halted = time_now(rtc);
        time_to_cmos(rtc, rtc->halted);
        value &= (uint8_t)~B_UPDATE;
    }
    rtc->cmos[REG_B] = value;
    if ((old & B_SET) && !(value & B_SET))
        set_offset(rtc, ns);
    else if (!(value & B_SET))
        time_to_cmos(rtc, time_now(rtc)); /* the format may have changed */
    update_irq(rtc);
    schedule(rtc, ns);
}

static void rtc_write(struct rtc *rtc, unsigned index, uint8_t value)
{
    switch (index) {
    case SECONDS:
    case MINUTES:
    case HOURS:
    case WEEKDAY ... YEAR:
    case RTC_CENTURY:
        if (!(rtc->cmos[REG_B] & B_SET)) {
            time_to_cmos(rtc, time_now(rtc));
            rtc->cmos[index] = value;
            rtc->shown = INT64_MIN;
            set_offset(rtc, ns_now(rtc));
        }
        rtc->cmos[index] = value;
        rtc->shown = INT64_MIN;
        break;
    case REG_A:
        rtc->cmos[REG_A] = value & (uint8_t)~A_UPDATING;
        rtc->periodic_next = ns_now(rtc) + periodic_ns(rtc);
        schedule(rtc, ns_now(rtc));
        break;
    case REG_B:
        write_control(rtc, value);
        break;
    case REG_C:
    case REG_D:
        break;
    default:
        rtc->cmos[index] = value;
    }
}

static uint32_t rtc_in(void *ctx, uint16_t port, unsigned size)
{
    struct rtc *rtc = ctx;

    (void)size;
    return port & 1 ? rtc_read(rtc, rtc->index) : 0xff;
}

static void rtc_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct rtc *rtc = ctx;

    (void)size;
    if (port & 1)
        rtc_write(rtc, rtc->index, (uint8_t)value);
    else
        rtc->index = value & (RTC_CMOS_BYTES - 1); /* bit 7 masks NMI, of which there is none */
}

void rtc_set_memory(struct rtc *rtc, uint64_t low_bytes, uint64_t high_bytes)
{
    uint64_t above_1m = low_bytes > MIB(1) ? MIN((low_bytes - MIB(1)) >> 10, MASK(16)) : 0;
    uint64_t above_16m = low_bytes > MIB(16) ? MIN((low_bytes - MIB(16)) >> 16, MASK(16)) : 0;
    uint64_t above_4g = high_bytes >> 16;

    rtc->cmos[0x15] = 640 & 0xff;
    rtc->cmos[0x16] = 640 >> 8;
    rtc->cmos[0x17] = rtc->cmos[0x30] = (uint8_t)above_1m;
    rtc->cmos[0x18] = rtc->cmos[0x31] = (uint8_t)(above_1m >> 8);
    rtc->cmos[0x34] = (uint8_t)above_16m;
    rtc->cmos[0x35] = (uint8_t)(above_16m >> 8);
    rtc->cmos[0x5b] = (uint8_t)above_4g;
    rtc->cmos[0x5c] = (uint8_t)(above_4g >> 8);
    rtc->cmos[0x5d] = (uint8_t)(above_4g >> 16);
}

void rtc_init(struct rtc *rtc, const struct clock *clock, struct timers *timers,
              const struct irq_line *irq, int64_t unix_time)
{
    memset(rtc, 0, sizeof(*rtc));
    rtc->clock = clock;
    rtc->irq = *irq;
    timer_init(&rtc->timer, timers, timer_fire, rtc);
    rtc->cmos[REG_A] = 0x26;
    rtc->cmos[REG_B] = B_24HOUR;
    rtc->shown = INT64_MIN;
    rtc->offset = unix_time - (int64_t)(ns_now(rtc) / NS_PER_S);
    rtc->alarm_checked = unix_time;
    rtc->periodic_next = ns_now(rtc) + periodic_ns(rtc);
}

int rtc_attach(struct rtc *rtc, struct port_bus *ports)
{
    const struct port_range range = {"RTC", 0x70, 0x71, 1, rtc_in, rtc_out, rtc};

    return timers_add(&rtc->timer) ?: port_bus_add(ports, &range);
}
