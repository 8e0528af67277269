/* SPDX-License-Identifier: BSD-2-Clause */
#include <base/bits.h>
#include <errno.h>
#include <platsupport/plat/hpet.h>

/* Registers, by their offsets in 64-bit words (2.3.1). */
#define CAPABILITIES 0x00
#define CONFIG       0x02
#define COUNTER      0x1e
#define T0_CONFIG    0x20
#define T0_COMPARE   0x21

#define CONFIG_ENABLE   BIT(0)
#define CONFIG_LEGACY   BIT(1)
#define T0_LEVEL        BIT(1)
#define T0_INTERRUPTS   BIT(2)
#define T0_64_BITS      BIT(5)
#define T0_ROUTE_SHIFT  9
#define T0_ROUTES       32u
#define T0_MESSAGES_CAP BIT(15)
/* 100 ns: the longest that the specification allows. */
#define MAX_PERIOD_FS   100000000u
#define FS_IN_NS        1000000u

static volatile uint64_t *registers(const hpet_t *hpet)
{
    return hpet->base_addr;
}

bool hpet_supports_fsb_delivery(void *vaddr)
{
    return ((volatile uint64_t *)vaddr)[T0_CONFIG] & T0_MESSAGES_CAP;
}

uint32_t hpet_ioapic_irq_delivery_mask(void *vaddr)
{
    return (uint32_t)(((volatile uint64_t *)vaddr)[T0_CONFIG] >> 32);
}

uint32_t hpet_level(void *vaddr)
{
    return (uint32_t)(((volatile uint64_t *)vaddr)[T0_CONFIG] & T0_LEVEL);
}

int hpet_init(hpet_t *hpet, hpet_config_t config)
{
    if (!hpet || !config.vaddr || !config.ioapic_delivery || config.irq >= T0_ROUTES ||
        !(hpet_ioapic_irq_delivery_mask(config.vaddr) & BIT(config.irq)))
        return EINVAL;
    volatile uint64_t *r = config.vaddr;
    *hpet = (hpet_t){.base_addr = config.vaddr, .period_fs = (uint32_t)(r[CAPABILITIES] >> 32)};
    if (hpet->period_fs == 0 || hpet->period_fs > MAX_PERIOD_FS || !(r[T0_CONFIG] & T0_64_BITS))
        return ENODEV;
    r[CONFIG] &= ~(CONFIG_ENABLE | CONFIG_LEGACY);
    r[COUNTER] = 0;
    r[T0_COMPARE] = UINT64_MAX;
    r[T0_CONFIG] = (uint64_t)config.irq << T0_ROUTE_SHIFT;
    return 0;
}

int hpet_start(const hpet_t *hpet)
{
    registers(hpet)[T0_CONFIG] |= T0_INTERRUPTS;
    registers(hpet)[CONFIG] |= CONFIG_ENABLE;
    return 0;
}

int hpet_stop(const hpet_t *hpet)
{
    registers(hpet)[CONFIG] &= ~CONFIG_ENABLE;
    registers(hpet)[T0_CONFIG] &= ~T0_INTERRUPTS;
    return 0;
}

uint64_t hpet_get_time(const hpet_t *hpet)
{
    return (uint64_t)((unsigned __int128)registers(hpet)[COUNTER] * hpet->period_fs / FS_IN_NS);
}

int hpet_set_timeout(const hpet_t *hpet, uint64_t absolute_ns)
{
    unsigned __int128 ticks =
        ((unsigned __int128)absolute_ns * FS_IN_NS + hpet->period_fs - 1) / hpet->period_fs;
    if (ticks > UINT64_MAX)
        return EINVAL;
    registers(hpet)[T0_COMPARE] = (uint64_t)ticks;
    return hpet_get_time(hpet) > absolute_ns ? ETIME : 0;
}
