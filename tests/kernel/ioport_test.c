/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O ports: ranges, widths, and exclusive issue.
 */
#include "harness.h"

#define CONTROL    seL4_CapIOPortControl
/* The MC146818's index and data ports: registers 0x0e and up are plain memory. */
#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71
#define CMOS_SPARE 0x5f

static seL4_Error issue(seL4_Word first, seL4_Word last, seL4_CPtr *port)
{
    *port = new_slot();
    return seL4_X86_IOPortControl_Issue(CONTROL, first, last, ROOT, *port, DEPTH);
}

static void ioport_access(void)
{
    seL4_CPtr port;
    CHECK_OK(issue(CMOS_INDEX, CMOS_DATA, &port));
    CHECK_OK(seL4_X86_IOPort_Out8(port, CMOS_INDEX, CMOS_SPARE));
    seL4_X86_IOPort_In8_t old = seL4_X86_IOPort_In8(port, CMOS_DATA);
    CHECK_OK(old.error);
    CHECK_OK(seL4_X86_IOPort_Out8(port, CMOS_DATA, (old.result ^ 0x5a) & 0xff));
    CHECK_OK(seL4_X86_IOPort_Out8(port, CMOS_INDEX, CMOS_SPARE));
    CHECK_EQUAL(seL4_X86_IOPort_In8(port, CMOS_DATA).result, old.result ^ 0x5a);
    CHECK_OK(seL4_X86_IOPort_Out8(port, CMOS_INDEX, CMOS_SPARE));
    CHECK_OK(seL4_X86_IOPort_Out8(port, CMOS_DATA, old.result));
}

/* The host bridge's identity, read 32 bits wide, agrees with its halves and bytes. */
static void ioport_widths(void)
{
    seL4_CPtr port;
    CHECK_OK(issue(0xcf8, 0xcff, &port));
    CHECK_OK(seL4_X86_IOPort_Out32(port, 0xcf8, 0x80000000));
    CHECK_EQUAL(seL4_X86_IOPort_In32(port, 0xcf8).result, 0x80000000);
    seL4_X86_IOPort_In32_t id = seL4_X86_IOPort_In32(port, 0xcfc);
    CHECK_OK(id.error);
    CHECK(id.result != 0 && id.result != ~0u);
    CHECK_EQUAL(seL4_X86_IOPort_In16(port, 0xcfe).result, id.result >> 16);
    CHECK_EQUAL(seL4_X86_IOPort_In8(port, 0xcfd).result, id.result >> 8 & 0xff);
    CHECK_OK(seL4_X86_IOPort_Out16(port, 0xcf8, 0));
    CHECK_EQUAL(seL4_X86_IOPort_In32(port, 0xcfd).error, seL4_RangeError);
    CHECK_EQUAL(seL4_X86_IOPort_In16(port, 0xcff).error, seL4_RangeError);
    CHECK_OK(seL4_X86_IOPort_In8(port, 0xcff).error);
}

static void ioport_range(void)
{
    seL4_CPtr port;
    CHECK_OK(issue(0x80, 0x83, &port));
    CHECK_EQUAL(seL4_X86_IOPort_In8(port, 0x7f).error, seL4_RangeError);
    CHECK_EQUAL(seL4_X86_IOPort_Out8(port, 0x84, 0), seL4_RangeError);
    CHECK_EQUAL(seL4_GetMR(0), 0x80);
    CHECK_EQUAL(seL4_GetMR(1), 0x83);
    CHECK_EQUAL(seL4_X86_IOPort_Out8(port, 0x10080, 0), seL4_RangeError);
    CHECK_EQUAL(seL4_X86_IOPort_Out32(port, 0x81, 0), seL4_RangeError);
    CHECK_OK(seL4_X86_IOPort_Out32(port, 0x80, 0));
}

static void ioport_issue_is_exclusive(void)
{
    seL4_CPtr port, other;
    CHECK_OK(issue(0x80, 0x83, &port));
    CHECK_EQUAL(issue(0x83, 0x90, &other), seL4_RevokeFirst);
    CHECK_EQUAL(issue(0x70, 0x80, &other), seL4_RevokeFirst);
    CHECK_EQUAL(issue(0x81, 0x81, &other), seL4_RevokeFirst);
    CHECK_OK(issue(0x84, 0x84, &other));
    /* Copies keep the range in use; with the last it is free. */
    seL4_CPtr copy = mint(port, seL4_AllRights, 0);
    CHECK_OK(seL4_CNode_Delete(ROOT, port, DEPTH));
    CHECK_OK(seL4_X86_IOPort_Out8(copy, 0x80, 0));
    CHECK_EQUAL(issue(0x80, 0x80, &other), seL4_RevokeFirst);
    CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    CHECK_OK(issue(0x80, 0x80, &other));
}

static void ioport_bad_arguments(void)
{
    seL4_CPtr port, ep = make(seL4_EndpointObject, 0);
    CHECK_EQUAL(issue(0x84, 0x83, &port), seL4_InvalidArgument);
    CHECK_EQUAL(issue(0x10000, 0x10000, &port), seL4_RangeError);
    CHECK_EQUAL(issue(0x80, 0x10000, &port), seL4_InvalidArgument);
    CHECK_EQUAL(seL4_X86_IOPortControl_Issue(CONTROL, 0x80, 0x80, ROOT, ep, DEPTH),
                seL4_DeleteFirst);
    /* Nothing of the failures is left behind. */
    CHECK_OK(issue(0x80, 0x83, &port));
    CHECK_EQUAL(seL4_CNode_Copy(ROOT, new_slot(), DEPTH, ROOT, CONTROL, DEPTH, seL4_AllRights),
                seL4_IllegalOperation);
}

TEST_GROUP(ioport_tests, TEST(ioport_access), TEST(ioport_widths), TEST(ioport_range),
           TEST(ioport_issue_is_exclusive), TEST(ioport_bad_arguments));
