/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device that sends messages with whatever vector and delivery mode: QEMU's "edu", told to. They
 * arrive while a program runs, while a guest runs, and while nobody does; the kernel goes on.
 * Without remapping of interrupts all arrive, and QEMU's VT-d lets them through even with it.
 */
#include "edu.h"
#include "pit.h"
#include "virt_machine.h"

#define MESSAGES    0xfee00000u
#define EDU_STATUS  (0x24 / 4)
#define EDU_CLEAR   (0x64 / 4)
#define SENT        0x100     /* in its status: when a copy was done */
#define ALMOST_55MS 65000     /* ticks of the 8254 */
#define EDU_FRAME   GUEST_FAR /* where the guest has its registers */
#define UNUSED      0x9cu     /* a vector that no program can have */
#define ARRIVAL     50        /* instructions that an interrupt costs at least */

/* Delivery modes of a message (PCI 3.0, 6.8.1.6; AMD64 APM volume 2, 16.5); 5 and 6 restart. */
enum { FIXED = 0, LOWEST = 1 << 8, SMI = 2 << 8, RESERVED = 3 << 8, NMI = 4 << 8, EXTINT = 7 << 8 };
#define LEVEL (3u << 14)

static struct edu edu;
static seL4_CPtr timer, timer_handler;

static bool begin(void)
{
    if (!edu_find(&edu, 0)) {
        test_skip("this machine has no edu device");
        return false;
    }
    return true;
}

static uint64_t cost(void)
{
    uint64_t start = read_tsc();
    edu.registers[EDU_RAISE] = 1;
    uint64_t end = read_tsc();
    edu.registers[EDU_CLEAR] = 1;
    return end - start;
}

/* Sends it now; true if an interrupt came of it. */
static bool send(uint32_t data, uint64_t quiet)
{
    edu_start_messages(&edu, MESSAGES, data);
    return cost() >= quiet + ARRIVAL;
}

static bool is_remapped(void)
{
    seL4_CPtr handler = new_slot();
    seL4_IRQControl_GetMSI(seL4_CapIRQControl, ROOT, handler, DEPTH, 0, edu.number, 0, 0, 9);
    bool remapped = seL4_X86_IRQHandler_GetMessage(handler).remapped;
    seL4_CNode_Delete(ROOT, handler, DEPTH);
    return remapped;
}

/* 0: QEMU's APIC has no such. */
static void forged_to_program(void)
{
    unsigned arrived = 0;
    if (!begin())
        return;
    bool remapped = is_remapped();
    edu_start_messages(&edu, 0, 0); /* to memory that does not mind */
    edu_config_write(&edu, edu.msi, edu_config_read(&edu, edu.msi) & ~(1u << 16));
    edu_config_write(&edu, 0x04, 0x402); /* no pin, no message */
    uint64_t quiet = cost();
    bool all = send(UNUSED, quiet);
    CHECK(all || remapped);
    for (unsigned vector = 1; vector < 256; vector++)
        arrived += send(vector, quiet);
    test_note("%u of 255 messages arrived", arrived);
    CHECK_EQUAL(arrived, all ? 255 : 0);
    static const uint32_t modes[] = {LOWEST, SMI, RESERVED, NMI, EXTINT, LEVEL};
    for (unsigned i = 0; i < ARRAY_SIZE(modes); i++)
        send(modes[i] | 14, quiet);
    /* Nothing is left in service that would hold back others. */
    for (unsigned i = 0; i < 1000; i++)
        cost();
    CHECK_EQUAL(send(1, quiet), all);
    CHECK_EQUAL(send(UNUSED, quiet), all);
    edu_leave(&edu);
}

static bool start_timer(void)
{
    timer = make(seL4_NotificationObject, 0);
    return pit_get() && pit_handler(&timer_handler, false) == seL4_NoError &&
           seL4_IRQHandler_SetNotification(timer_handler, mint(timer, seL4_AllRights, 1)) ==
               seL4_NoError;
}

/* Nobody runs meanwhile. */
static void rest(void)
{
    pit_start(ALMOST_55MS);
    seL4_Wait(timer, NULL);
    seL4_IRQHandler_Ack(timer_handler);
}

/* A copy ends after 100 ms, with the message. */
static void forged_to_nobody(void)
{
    static const uint32_t more[] = {UNUSED, 0xe0, 0xe1, 0xff, NMI};
    if (!begin())
        return;
    CHECK(start_timer());
    for (unsigned i = 1; i < 32 + ARRAY_SIZE(more); i++) {
        edu_start_messages(&edu, MESSAGES, i < 32 ? i : more[i - 32]);
        edu_start_copy(&edu, false, 0, 4);
        for (unsigned j = 0; j < 3; j++)
            rest();
        CHECK(edu.registers[EDU_STATUS] & SENT);
        edu.registers[EDU_CLEAR] = SENT;
    }
    edu_leave(&edu);
}

/* The address itself is what the device is told to write to. */
static void forged_by_dma(void)
{
    seL4_CPtr frame;
    if (!begin())
        return;
    if (boot_info()->numIOPTLevels != (seL4_Word)-1) {
        test_skip("this machine's devices have no address of the machine's memory");
        edu_leave(&edu);
        return;
    }
    uint32_t *page = make_page(&frame);
    uint64_t address = seL4_X86_Page_GetAddress(frame).paddr;
    CHECK(start_timer());
    edu_config_write(&edu, 0x04, 0x406);
    for (unsigned vector = 1; vector < 32; vector++) {
        *page = vector;
        for (unsigned i = 0; i < 2; i++) {
            edu_start_copy(&edu, i == 1, i == 0 ? address : MESSAGES, 4);
            for (unsigned j = 0; j < 3; j++)
                rest();
        }
    }
    edu_leave(&edu);
}

/* MOV dword [EDU_FRAME + 0x60], 1; VMMCALL; JMP back */
static const uint8_t raise_forever[] = {0xc7, 0x04, 0x25, 0x60, 0x10, 0x20, 0x00, 0x01,
                                        0,    0,    0,    0x0f, 0x01, 0xd9, 0xeb, 0xf0};
_Static_assert(EDU_FRAME == 0x201000, "as in the instruction");

static void forged_to_guest(void)
{
    MACHINE(m);
    if (!begin())
        return;
    CHECK_OK(seL4_X86_Page_MapEPT(copy_of(edu.frame), m.root, EDU_FRAME, seL4_ReadWrite,
                                  seL4_X86_EPT_Uncached_VMAttributes));
    machine_load(&m, raise_forever, raise_forever + sizeof(raise_forever), MACHINE_64);
    for (unsigned data = 1; data <= NMI; data = data == 255 ? NMI : data + 1) {
        edu_start_messages(&edu, MESSAGES, data);
        CHECK_EQUAL(data == 1 ? machine_run() : machine_next(), seL4_VCPUExit_Hypercall);
        edu.registers[EDU_CLEAR] = 1;
    }
    edu_leave(&edu);
}

TEST_GROUP(forged_tests, TEST(forged_to_program), TEST(forged_to_nobody), TEST(forged_by_dma),
           TEST(forged_to_guest));
