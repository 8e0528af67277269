/* SPDX-License-Identifier: BSD-2-Clause */
#include "crossvm_world.h"

#include <errno.h>
#include <stdlib.h>

#define PAGES ((LOW_BYTES + HIGH_BYTES) / PAGE_SIZE_4K)

unsigned show_error;

static struct crossvm *crossvm;
static const void *owner[PAGES]; /* null: the guest itself */

static uint64_t page_number(uint64_t address)
{
    return (address < LOW_BYTES ? address : address - GUEST_HIGH_BASE + LOW_BYTES) / PAGE_SIZE_4K;
}

/* All of it belongs to `from`, and then to `to`. */
static void change_owner(const void *from, const void *to, uint64_t address, uint64_t size)
{
    assert_int_not_equal(size, 0);
    for (uint64_t done = 0; done < size; done += PAGE_SIZE_4K) {
        uint64_t page = page_number(address + done);

        assert_true(page < PAGES);
        assert_ptr_equal(owner[page], from);
        owner[page] = to;
    }
}

static int show(vmm_t *machine, const struct crossvm_dataport *dataport, uint64_t address,
                uint64_t size)
{
    (void)machine;
    assert_true(size <= dataport->size);
    assert_int_equal((address | size) & MASK(dataport->page_bits), 0);
    assert_int_equal(dataport->shown, 0);
    if (show_error)
        return -(int)show_error;
    change_owner(NULL, dataport->ctx, address, size);
    return 0;
}

static void hide(vmm_t *machine, const struct crossvm_dataport *dataport)
{
    (void)machine;
    change_owner(dataport->ctx, NULL, dataport->address, dataport->shown);
}

static const struct crossvm_memory memory_ops = {show, hide};

void world_set_up(void)
{
    static int frames[3];
    struct seL4_VCPURun *run;

    machine_set_up(LOW_BYTES, HIGH_BYTES);
    show_error = 0;
    memset(owner, 0, sizeof(owner));
    crossvm = calloc(1, sizeof(*crossvm));
    assert_int_equal(crossvm_init(vmm, crossvm, &memory_ops), 0);
    assert_int_equal(crossvm_add_dataport(vmm, SMALL, &frames[0], KIB(4), PAGE_BITS_4K), 0);
    assert_int_equal(crossvm_add_dataport(vmm, LARGE, &frames[1], KIB(32), PAGE_BITS_4K), 0);
    assert_int_equal(crossvm_add_dataport(vmm, HUGE, &frames[2], MIB(4), PAGE_BITS_2M), 0);
    assert_int_equal(crossvm_add_emitter(vmm, 1, emit), 0);
    for (unsigned id = 1; id <= 3; id++)
        assert_int_equal(crossvm_add_event(vmm, id), 0);
    run = vmm->vcpu.run;
    run->cr0 = 0x80010001;
    run->cr4 = 0x20;
    run->efer = 0x500;
    run->cs_attr = 0xa9b;
}

void world_tear_down(void)
{
    free(crossvm);
    machine_tear_down();
}

int64_t call(unsigned token, uint64_t command, uint64_t id, uint64_t address, uint64_t size)
{
    struct seL4_VCPURun *run = vmm->vcpu.run;

    run->reg[seL4_VCPUReg_RAX] = token;
    run->reg[seL4_VCPUReg_RBX] = command;
    run->reg[seL4_VCPUReg_RCX] = id;
    run->reg[seL4_VCPUReg_RDX] = address;
    run->reg[seL4_VCPUReg_RSI] = size;
    for (unsigned i = 0; i < vmm->hypercalls; i++)
        if (vmm->hypercall[i].token == (int)token)
            assert_int_equal(vmm->hypercall[i].handler(&vmm->vcpu), 0);
    return (int64_t)vmm->vcpu.run->reg[seL4_VCPUReg_RAX];
}

bool interrupts(void)
{
    return vmm->ioapic.lines >> CROSSVM_IRQ & 1;
}

unsigned count_shared(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < PAGES; i++)
        count += owner[i] ? 1 : 0;
    return count;
}

/* --- At random --- */

/* Often one that means something. */
static uint64_t any_number(uint64_t (*number)(unsigned bytes))
{
    switch (number(1) % 6) {
    case 0:
        return number(8);
    case 1:
        return number(1) % 10;
    case 2:
        return number(2) % (LOW_BYTES / PAGE_SIZE_4K + 2) * PAGE_SIZE_4K;
    case 3:
        return GUEST_HIGH_BASE + number(2) % (HIGH_BYTES / PAGE_SIZE_4K + 2) * PAGE_SIZE_4K;
    case 4:
        return number(1) % 9 * PAGE_SIZE_4K;
    default:
        return number(1) % 4 * PAGE_SIZE_2M;
    }
}

static uint64_t any_of(const uint64_t *likely, unsigned count, uint64_t (*number)(unsigned bytes))
{
    unsigned which = (unsigned)number(1) % (count + 2);

    return which < count ? likely[which] : any_number(number);
}

/* In an area where what is shared meets. */
static uint64_t any_address(uint64_t (*number)(unsigned bytes))
{
    unsigned which = (unsigned)number(1);

    return which % 4 ? which / 16 * (which & 8 ? PAGE_SIZE_4K : PAGE_SIZE_2M) : any_number(number);
}

bool world_step(uint64_t (*number)(unsigned bytes))
{
    static const uint64_t ids[] = {SMALL, LARGE, HUGE};
    static const uint64_t sizes[] = {KIB(4), KIB(8), KIB(32), MIB(2), MIB(4)};
    unsigned what = (unsigned)number(1);
    unsigned token = 1 + (what >> 5 & 7) % 3;
    uint64_t command, id, address, size;
    bool served = false;

    show_error = number(1) % 16 ? 0 : ENOMEM;
    vmm->vcpu.run->efer = what & 16 ? 0x500 : 0;
    switch (what % 16) {
    case 0:
        if (number(1) % 32 == 0)
            crossvm_reset(vmm);
        break;
    case 1:
    case 2:
    case 3:
    case 4:
        crossvm_event(vmm, any_number(number));
        break;
    default:
        command = number(1) % 5;
        id = any_of(ids, ARRAY_SIZE(ids), number);
        address = any_address(number);
        size = any_of(sizes, ARRAY_SIZE(sizes), number);
        served = call(token, command, id, address, size) == 0;
    }
    crossvm_deliver(vmm);
    /* What it listens for it is told, one after the other. */
    assert_int_equal(crossvm->told != 0, interrupts());
    for (unsigned i = 0; i < ARRAY_SIZE(crossvm->pending); i++)
        assert_true(!crossvm->pending[i] || !crossvm->listening || crossvm->told);
    return served;
}

void world_forget(void)
{
    crossvm_reset(vmm);
    assert_int_equal(count_shared(), 0);
    assert_true(count_lines("\n") <= 9); /* kinds of mistakes there are */
    memset(crossvm->pending, 0, sizeof(crossvm->pending));
    crossvm->complaints = 0;
    logged[0] = 0;
}
