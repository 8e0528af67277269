/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paravirtual clock and EOI (pvclock.h). One CPU whose TSC never changes: the page is written once,
 * when the guest registers it, and stays true.
 */
#include <vmm/pvclock.h>

#define NS_PER_S     1000000000ull
#define MSR_ENABLED  1ull
#define EOI_ADDRESS  0xfffffffffffffffcull
#define TIME_ADDRESS 0xfffffffffffffffeull

/* ns per tick as multiplier and shift, in the form of struct pvclock_time. */
static void pvclock_scale(uint64_t hz, uint32_t *mul, int8_t *shift)
{
    uint64_t tps = hz, scaled = NS_PER_S;
    int s = 0;

    /* ns = ((ticks << shift) * mul) >> 32 with mul as large as fits in 32 bits. */
    while (tps > scaled * 2) {
        tps >>= 1;
        s--;
    }
    while (tps <= scaled) {
        tps <<= 1;
        s++;
    }
    *mul = (uint32_t)((scaled << 32) / tps);
    *shift = (int8_t)s;
}

static bool write_time(struct pvclock *pv, uint64_t address)
{
    struct pvclock_time *page = guest_pointer(pv->memory, address, sizeof(*page));
    uint64_t now = clock_now(pv->clock);
    struct pvclock_time time = {0};

    if (!page || (address & 3))
        return false;
    time.version = (page->version | 1) + 1;
    time.tsc_timestamp = now;
    time.system_time = clock_to_ns(pv->clock, now - pv->boot);
    time.flags = PVCLOCK_TSC_STABLE;
    pvclock_scale(pv->clock->hz, &time.tsc_to_system_mul, &time.tsc_shift);
    memcpy(page, &time, sizeof(time)); /* the only CPU that could read it is in this exit */
    return true;
}

static bool write_wall(struct pvclock *pv, uint64_t address)
{
    struct pvclock_wall wall = {.version = 2, .seconds = (uint32_t)pv->wall_at_boot};

    return !(address & 3) && guest_write(pv->memory, address, &wall, sizeof(wall));
}

static bool write_eoi(struct pvclock *pv, uint64_t value)
{
    pv->eoi = NULL;
    pv->eoi_set = false;
    if (value & MSR_ENABLED) {
        pv->eoi = guest_pointer(pv->memory, value & EOI_ADDRESS, 4);
        if (!pv->eoi)
            return false;
    }
    pv->eoi_msr = value;
    return true;
}

bool pvclock_write(struct pvclock *pv, uint32_t msr, uint64_t value)
{
    switch (msr) {
    case MSR_KVM_WALL_CLOCK:
    case MSR_KVM_WALL_CLOCK_NEW:
        pv->wall_msr = value;
        return write_wall(pv, value);
    case MSR_KVM_SYSTEM_TIME:
    case MSR_KVM_SYSTEM_TIME_NEW:
        pv->time_msr = value;
        return !(value & MSR_ENABLED) || write_time(pv, value & TIME_ADDRESS);
    case MSR_KVM_PV_EOI_EN:
        return write_eoi(pv, value);
    default:
        return false;
    }
}

bool pvclock_read(struct pvclock *pv, uint32_t msr, uint64_t *value)
{
    switch (msr) {
    case MSR_KVM_WALL_CLOCK:
    case MSR_KVM_WALL_CLOCK_NEW:
        *value = pv->wall_msr;
        return true;
    case MSR_KVM_SYSTEM_TIME:
    case MSR_KVM_SYSTEM_TIME_NEW:
        *value = pv->time_msr;
        return true;
    case MSR_KVM_PV_EOI_EN:
        *value = pv->eoi_msr;
        return true;
    default:
        return false;
    }
}

void pvclock_init(struct pvclock *pv, const struct clock *clock, const struct guest_memory *memory,
                  int64_t wall_now)
{
    memset(pv, 0, sizeof(*pv));
    pv->clock = clock;
    pv->memory = memory;
    pv->boot = clock_now(clock);
    pv->wall_at_boot = wall_now;
}
