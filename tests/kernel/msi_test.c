/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of a PCI function (MSI): QEMU's "edu" sends one whenever a register of it is written.
 */
#include "harness.h"

#define CONTROL        seL4_CapIRQControl
#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define EDU_ID         0x11e81234u
#define EDU_BAR_BITS   20
#define EDU_RAISE      (0x60 / 4)
#define CAPABILITY_MSI 5
#define VECTOR         7
#define MANY           1000
/* A message that is taken costs some 120 instructions, one that is not sent, none. */
#define FEW            20000

static seL4_CPtr ports;
static unsigned device;
static volatile uint32_t *edu;

static uint32_t config_read(unsigned offset)
{
    seL4_X86_IOPort_Out32(ports, CONFIG_ADDRESS, 0x80000000 | device << 11 | offset);
    return seL4_X86_IOPort_In32(ports, CONFIG_DATA).result;
}

static void config_write(unsigned offset, uint32_t value)
{
    seL4_X86_IOPort_Out32(ports, CONFIG_ADDRESS, 0x80000000 | device << 11 | offset);
    seL4_X86_IOPort_Out32(ports, CONFIG_DATA, value);
}

static bool find_edu(void)
{
    ports = new_slot();
    if (seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, CONFIG_ADDRESS, CONFIG_DATA + 3, ROOT,
                                     ports, DEPTH) != seL4_NoError)
        return false;
    for (device = 0; device < 32; device++)
        if (config_read(0) == EDU_ID)
            return true;
    return false;
}

/* Its registers appear where an untyped of device memory begins, and nothing else is. */
static seL4_CPtr place_registers(void)
{
    seL4_BootInfo *bi = boot_info();
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++) {
        const seL4_UntypedDesc *d = &bi->untypedList[i];
        seL4_CPtr frame = new_slot();
        if (!d->isDevice || d->paddr < 0x40000000 || d->paddr > 0xf0000000 ||
            d->sizeBits < EDU_BAR_BITS)
            continue;
        if (seL4_Untyped_Retype(bi->untyped.start + i, seL4_X86_4K, 0, ROOT, 0, 0, frame, 1) !=
            seL4_NoError)
            continue;
        config_write(0x10, (uint32_t)d->paddr);
        edu = map_frame(frame, seL4_PageBits);
        return bi->untyped.start + i;
    }
    return 0;
}

static unsigned find_msi(void)
{
    unsigned at = config_read(0x34) & 0xfc;
    while (at && (config_read(at) & 0xff) != CAPABILITY_MSI)
        at = config_read(at) >> 8 & 0xfc;
    return at;
}

/* 64-bit addresses; memory, bus mastering (messages are writes) and messages on. */
static void start_msi(unsigned at)
{
    config_write(0x04, (config_read(0x04) & 0xffff) | 6);
    config_write(at + 4, 0xfee00000);
    config_write(at + 8, 0);
    config_write(at + 12, 0x30 + VECTOR);
    config_write(at, config_read(at) | 1u << 16);
}

static bool is_signalled(seL4_CPtr notification)
{
    seL4_Word badge = 0;
    seL4_Poll(notification, &badge);
    return badge != 0;
}

static uint64_t cost_of_many(void)
{
    uint64_t start = read_tsc();
    for (unsigned i = 0; i < MANY; i++)
        edu[EDU_RAISE] = 1;
    return read_tsc() - start;
}

static void msi_storm(void)
{
    seL4_CPtr handler = new_slot(), n = make(seL4_NotificationObject, 0);
    if (!find_edu()) {
        test_skip("this machine has no edu device");
        return;
    }
    seL4_CPtr untyped = place_registers();
    unsigned msi = find_msi();
    CHECK(edu && msi);
    CHECK_EQUAL(edu[0] & 0xff, 0xed);
    CHECK_OK(seL4_IRQControl_GetMSI(CONTROL, ROOT, handler, DEPTH, 0, device, 0, 0, VECTOR));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    start_msi(msi);
    for (unsigned i = 0; i < 3; i++) {
        edu[EDU_RAISE] = 1;
        CHECK(is_signalled(n));
        uint64_t cost = cost_of_many();
        test_note("%u messages before the acknowledgement: %lu instructions", MANY, cost);
        CHECK(cost < FEW);
        CHECK(!is_signalled(n));
        CHECK_OK(seL4_IRQHandler_Ack(handler)); /* of the first; the others are told as one */
        CHECK(is_signalled(n));
        CHECK(!is_signalled(n));
        CHECK_OK(seL4_IRQHandler_Ack(handler));
        CHECK(!is_signalled(n));
    }
    /* Once the handler is gone, there is silence, and no pin is used instead. */
    CHECK_OK(seL4_CNode_Delete(ROOT, handler, DEPTH));
    CHECK(cost_of_many() < FEW);
    CHECK_EQUAL(config_read(msi) >> 16 & 1, 0);
    CHECK(config_read(0x04) & 1u << 10);
    /* The next one's driver switches them on again. */
    CHECK_OK(seL4_IRQControl_GetMSI(CONTROL, ROOT, handler, DEPTH, 0, device, 0, 0, VECTOR));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    start_msi(msi);
    edu[EDU_RAISE] = 1;
    CHECK(is_signalled(n));
    config_write(0x04, 0);
    CHECK_OK(seL4_CNode_Revoke(ROOT, untyped, DEPTH));
}

TEST_GROUP(msi_tests, TEST(msi_storm));
