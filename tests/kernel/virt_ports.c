/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's own ports last as long as the capability that gave them, wherever that goes, and no
 * longer than its VCPU.
 */
#include "harness.h"
#include "virt_machine.h"

GUEST(port);

#define TEST_PORT 0x5f0
#define RUNS      16
#define MANY      200
#define PLACES    64 /* capabilities that a VCPU takes */

static seL4_CPtr issue(void)
{
    seL4_CPtr port = new_slot();
    seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, TEST_PORT, TEST_PORT + 1, ROOT, port,
                                 DEPTH);
    return port;
}

/* How the guest's access to the port ends. Hypercall: it was the guest's own. */
static seL4_Word access_port(void)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved = *run;
    seL4_Word reason = machine_run();
    *run = saved;
    return reason;
}

static seL4_Error enable(seL4_CPtr vcpu, seL4_CPtr port)
{
    struct seL4_VCPURun *run = seL4_VCPUMessage(), saved = *run;
    seL4_Error error = seL4_X86_VCPU_EnableIOPort(vcpu, port, TEST_PORT, TEST_PORT);
    *run = saved;
    return error;
}

#define PORT_MACHINE(m)                                                                            \
    MACHINE(m);                                                                                    \
    machine_load(&(m), GUEST_ARGS(port), MACHINE_64);                                              \
    seL4_VCPUMessage()->reg[seL4_VCPUReg_RDI] = TEST_PORT

/* Moved, swapped, and cleared as part of a CNode that goes. */
static void virt_ports_of_moved_capability(void)
{
    PORT_MACHINE(m);
    struct seL4_VCPURun start = *seL4_VCPUMessage();
    seL4_CPtr port = issue(), to = new_slot(), box = make(seL4_CapTableObject, 2);
    CHECK_OK(enable(m.vcpu, port));
    CHECK_OK(seL4_CNode_Move(ROOT, to, DEPTH, ROOT, port, DEPTH));
    CHECK_EQUAL(access_port(), seL4_VCPUExit_Hypercall);
    CHECK_OK(seL4_CNode_Delete(ROOT, to, DEPTH));
    *seL4_VCPUMessage() = start;
    CHECK_EQUAL(access_port(), seL4_VCPUExit_IO);

    port = issue();
    CHECK_OK(enable(m.vcpu, port));
    CHECK_OK(seL4_CNode_Copy(box, 1, 2, ROOT, port, DEPTH, seL4_AllRights));
    CHECK_OK(seL4_CNode_Move(box, 0, 2, ROOT, port, DEPTH));
    CHECK_OK(seL4_CNode_Delete(ROOT, box, DEPTH));
    *seL4_VCPUMessage() = start;
    CHECK_EQUAL(access_port(), seL4_VCPUExit_IO);
    CHECK_OK(enable(m.vcpu, issue()));
}

/* A VCPU's memory is another's afterwards, and the capability is free for that one. */
static void virt_ports_of_deleted_vcpu(void)
{
    NEEDS_GUESTS();
    seL4_CPtr memory = make(seL4_UntypedObject, seL4_X86_VCPUBits), vcpu = new_slot();
    seL4_CPtr port = issue();
    for (unsigned i = 0; i < 3; i++) {
        CHECK_OK(seL4_Untyped_Retype(memory, seL4_X86_VCPUObject, 0, ROOT, 0, 0, vcpu, 1));
        CHECK_OK(enable(vcpu, port));
        CHECK_OK(seL4_CNode_Delete(ROOT, vcpu, DEPTH));
    }
    /* What lies there now does not notice when the capability goes. */
    seL4_CPtr frames = new_slot(), count = BIT(seL4_X86_VCPUBits - seL4_PageBits);
    for (unsigned i = 1; i < count; i++)
        new_slot();
    CHECK_OK(seL4_Untyped_Retype(memory, seL4_X86_4K, 0, ROOT, 0, 0, frames, count));
    CHECK_OK(seL4_CNode_Delete(ROOT, port, DEPTH));
    for (unsigned i = 0; i < count; i++) {
        const uint64_t *words = map_frame(frames + i, seL4_PageBits);
        CHECK(words);
        for (unsigned j = 0; j < PAGE_SIZE_4K / sizeof(*words); j++)
            CHECK_EQUAL(words[j], 0);
    }
}

static void virt_ports_of_another_vcpu(void)
{
    PORT_MACHINE(m);
    seL4_CPtr port = issue(), other = make(seL4_X86_VCPUObject, 0);
    CHECK_OK(enable(other, port));
    CHECK_EQUAL(enable(m.vcpu, port), seL4_IllegalOperation);
    CHECK_OK(seL4_CNode_Delete(ROOT, other, DEPTH));
    CHECK_OK(enable(m.vcpu, port));
    CHECK_EQUAL(access_port(), seL4_VCPUExit_Hypercall);
}

static void virt_ports_of_many_capabilities(void)
{
    NEEDS_GUESTS();
    seL4_CPtr port = issue(), vcpu = make(seL4_X86_VCPUObject, 0), copy = 0;
    for (unsigned i = 0; i < PLACES; i++) {
        copy = mint(port, seL4_AllRights, 0);
        CHECK_OK(enable(vcpu, copy));
        CHECK_OK(enable(vcpu, copy));
    }
    CHECK_EQUAL(enable(vcpu, port), seL4_NotEnoughMemory);
    CHECK_OK(seL4_CNode_Delete(ROOT, copy, DEPTH));
    CHECK_OK(enable(vcpu, port));
}

/* Under -icount the TSC counts instructions. */
static uint64_t delete_cost(seL4_CPtr vcpu, seL4_CPtr port, seL4_CPtr copy)
{
    uint64_t least = ~0ul;
    for (unsigned i = 0; i < RUNS; i++) {
        if (seL4_CNode_Copy(ROOT, copy, DEPTH, ROOT, port, DEPTH, seL4_AllRights) != seL4_NoError ||
            enable(vcpu, copy) != seL4_NoError)
            return 0;
        uint64_t start = read_tsc();
        seL4_CNode_Delete(ROOT, copy, DEPTH);
        least = MIN(least, read_tsc() - start);
    }
    return least;
}

static void virt_ports_among_many_vcpus(void)
{
    NEEDS_GUESTS();
    seL4_CPtr port = issue(), vcpu = make(seL4_X86_VCPUObject, 0), copy = new_slot();
    uint64_t before = delete_cost(vcpu, port, copy);
    for (unsigned i = 0; i < MANY; i++)
        CHECK_OK(seL4_X86_VCPU_DisableIOPort(make(seL4_X86_VCPUObject, 0), 0, 0));
    uint64_t after = delete_cost(vcpu, port, copy);
    test_note("deleting a guest's port among %u more VCPUs: %lu instructions, alone: %lu", MANY,
              after, before);
    CHECK(before > 0 && after > 0);
    CHECK(after < before + before / 20);
}

TEST_GROUP(virt_port_tests, TEST(virt_ports_of_moved_capability), TEST(virt_ports_of_deleted_vcpu),
           TEST(virt_ports_of_another_vcpu), TEST(virt_ports_of_many_capabilities),
           TEST(virt_ports_among_many_vcpus));
