/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of a PCI function (MSI): QEMU's "edu" sends one whenever a register of it is written.
 */
#include "edu.h"

#define CONTROL seL4_CapIRQControl
#define VECTOR  7
#define MANY    1000
/* A message that is taken costs some 120 instructions, one that is not sent, none. */
#define FEW     20000

static struct edu edu;

static bool is_signalled(seL4_CPtr notification)
{
    seL4_Word badge = 0;
    seL4_Poll(notification, &badge);
    return badge != 0;
}

static void start_messages(seL4_CPtr handler)
{
    seL4_X86_IRQHandler_GetMessage_t m = seL4_X86_IRQHandler_GetMessage(handler);
    edu_start_messages(&edu, m.address, (uint32_t)m.data);
}

static uint64_t cost_of_many(void)
{
    uint64_t start = read_tsc();
    for (unsigned i = 0; i < MANY; i++)
        edu.registers[EDU_RAISE] = 1;
    return read_tsc() - start;
}

static void msi_storm(void)
{
    seL4_CPtr handler = new_slot(), n = make(seL4_NotificationObject, 0);
    if (!edu_find(&edu, 0)) {
        test_skip("this machine has no edu device");
        return;
    }
    CHECK_EQUAL(edu.registers[0] & 0xff, 0xed);
    CHECK_OK(seL4_IRQControl_GetMSI(CONTROL, ROOT, handler, DEPTH, 0, edu.number, 0, 0, VECTOR));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    start_messages(handler);
    for (unsigned i = 0; i < 3; i++) {
        edu.registers[EDU_RAISE] = 1;
        CHECK(is_signalled(n));
        uint64_t cost = cost_of_many();
        test_note("%u messages that nobody receives: %lu instructions", MANY, cost);
        CHECK(cost < FEW);
        CHECK(is_signalled(n)); /* as one */
        CHECK(!is_signalled(n));
        CHECK_OK(seL4_IRQHandler_Ack(handler)); /* says nothing new */
        CHECK(!is_signalled(n));
    }
    /* Once the handler is gone, there is silence, and no pin is used instead. */
    CHECK_OK(seL4_CNode_Delete(ROOT, handler, DEPTH));
    CHECK(cost_of_many() < FEW);
    CHECK_EQUAL(edu_config_read(&edu, edu.msi) >> 16 & 1, 0);
    CHECK(edu_config_read(&edu, 0x04) & 1u << 10);
    /* The next one's driver switches them on again. */
    CHECK_OK(seL4_IRQControl_GetMSI(CONTROL, ROOT, handler, DEPTH, 0, edu.number, 0, 0, VECTOR));
    CHECK_OK(seL4_IRQHandler_SetNotification(handler, mint(n, seL4_AllRights, 1)));
    start_messages(handler);
    edu.registers[EDU_RAISE] = 1;
    CHECK(is_signalled(n));
    edu_leave(&edu);
}

TEST_GROUP(msi_tests, TEST(msi_storm));
