/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's end of dataports and events: see vmm/crossvm.h. All that comes from the guest is
 * checked here. What it asks for wrongly is answered with an error and logged once for each kind of
 * mistake.
 */
#include "machine_private.h"

#include <vmm/connector.h>
#include <vmm/crossvm.h>

#include <errno.h>

/* --- Mistakes --- */

enum complaint {
    UNKNOWN_COMMAND,
    UNKNOWN_DATAPORT,
    BAD_SIZE,
    NOT_ALIGNED,
    NOT_RAM,
    OVERLAP,
    NOT_SHOWN,
    BAD_PAGE,
    UNKNOWN_EVENT,
};

static const char *const complaints[] = {
    [UNKNOWN_COMMAND] = "hypercall without such a command",
    [UNKNOWN_DATAPORT] = "no such dataport",
    [BAD_SIZE] = "dataport has not so many whole pages",
    [NOT_ALIGNED] = "dataport not at the beginning of a page",
    [NOT_RAM] = "dataport where not all is RAM",
    [OVERLAP] = "dataport where something else is shared",
    [NOT_SHOWN] = "dataport cannot be shown",
    [BAD_PAGE] = "no place for the page of events",
    [UNKNOWN_EVENT] = "no such event to emit",
};

/* `error`, after saying what is wrong with the guest's request. */
static int refuse(vmm_t *vmm, int error, enum complaint kind, uint64_t subject, uint64_t value)
{
    struct crossvm *crossvm = vmm->crossvm;

    if (!(crossvm->complaints & BIT(kind))) {
        crossvm->complaints |= (unsigned)BIT(kind);
        vmm_log(vmm, "guest asks wrongly: %s (%llu, 0x%llx); more of this is not reported",
                complaints[kind], (unsigned long long)subject, (unsigned long long)value);
    }
    return error;
}

/* --- Dataports --- */

static struct crossvm_dataport *dataport_of(struct crossvm *crossvm, uint64_t id)
{
    return id >= 1 && id <= CROSSVM_IDS_MAX && crossvm->dataport[id - 1].ctx
               ? &crossvm->dataport[id - 1]
               : NULL;
}

static bool overlap(uint64_t one, uint64_t one_size, uint64_t other, uint64_t other_size)
{
    return one < other + other_size && other < one + one_size;
}

/* Any dataport but `except`. */
static bool is_shared(const struct crossvm *crossvm, const struct crossvm_dataport *except,
                      uint64_t address, uint64_t size)
{
    for (unsigned i = 0; i < CROSSVM_IDS_MAX; i++) {
        const struct crossvm_dataport *dataport = &crossvm->dataport[i];

        if (dataport != except && overlap(dataport->address, dataport->shown, address, size))
            return true;
    }
    return false;
}

static void hide(vmm_t *vmm, struct crossvm_dataport *dataport)
{
    if (dataport->shown) {
        vmm->crossvm->memory->hide(vmm, dataport);
        dataport->address = dataport->shown = 0;
    }
}

static int share(vmm_t *vmm, uint64_t id, uint64_t address, uint64_t size)
{
    struct crossvm *crossvm = vmm->crossvm;
    struct crossvm_dataport *dataport = dataport_of(crossvm, id);
    int error;

    if (!dataport)
        return refuse(vmm, -ENOENT, UNKNOWN_DATAPORT, id, 0);
    if (!size || size & MASK(dataport->page_bits) || size > dataport->size)
        return refuse(vmm, -EINVAL, BAD_SIZE, id, size);
    if (address & MASK(dataport->page_bits))
        return refuse(vmm, -EINVAL, NOT_ALIGNED, id, address);
    if (!guest_pointer(&vmm->memory, address, size))
        return refuse(vmm, -EFAULT, NOT_RAM, id, address);
    if (is_shared(crossvm, dataport, address, size) ||
        (crossvm->listening &&
         overlap(crossvm->page, sizeof(struct crossvm_event_page), address, size)))
        return refuse(vmm, -EBUSY, OVERLAP, id, address);
    if (dataport->shown == size && dataport->address == address)
        return 0;
    hide(vmm, dataport);
    error = crossvm->memory->show(vmm, dataport, address, size);
    if (error)
        return refuse(vmm, error, NOT_SHOWN, id, (uint64_t)-error);
    dataport->address = address;
    dataport->shown = size;
    return 0;
}

static int dataport_command(vmm_t *vmm, uint64_t command, const uint64_t argument[3])
{
    struct crossvm_dataport *dataport = dataport_of(vmm->crossvm, argument[0]);

    if (command == CROSSVM_SHARE)
        return share(vmm, argument[0], argument[1], argument[2]);
    if (command != CROSSVM_RETURN)
        return refuse(vmm, -ENOSYS, UNKNOWN_COMMAND, CROSSVM_DATAPORTS, command);
    if (!dataport)
        return refuse(vmm, -ENOENT, UNKNOWN_DATAPORT, argument[0], 0);
    hide(vmm, dataport);
    return 0;
}

/* --- Events --- */

/* The lowest that is pending, which no longer is; 0: none. */
static unsigned take_pending(struct crossvm *crossvm)
{
    for (unsigned i = 0; i < ARRAY_SIZE(crossvm->pending); i++) {
        uint64_t bits = __atomic_load_n(&crossvm->pending[i], __ATOMIC_ACQUIRE);

        if (bits) {
            __atomic_fetch_and(&crossvm->pending[i], ~(bits & -bits), __ATOMIC_ACQ_REL);
            return 64 * i + (unsigned)__builtin_ctzll(bits) + 1;
        }
    }
    return 0;
}

void crossvm_deliver(vmm_t *vmm)
{
    struct crossvm *crossvm = vmm->crossvm;

    if (vmm->connectors)
        connectors_deliver(vmm);
    if (!crossvm || !crossvm->listening || crossvm->told)
        return;
    crossvm->told = take_pending(crossvm);
    if (crossvm->told) {
        struct crossvm_event_page page = {crossvm->told, CROSSVM_MAGIC};

        guest_write(&vmm->memory, crossvm->page, &page, sizeof(page));
        vmm_set_irq(vmm, CROSSVM_IRQ, true);
    }
}

void crossvm_event(vmm_t *vmm, uint64_t id)
{
    struct crossvm *crossvm = vmm->crossvm;

    if (id >= 1 && id <= CROSSVM_IDS_MAX) {
        uint64_t bit = crossvm->known[(id - 1) / 64] & BIT((id - 1) % 64);

        __atomic_fetch_or(&crossvm->pending[(id - 1) / 64], bit, __ATOMIC_ACQ_REL);
    }
}

/* The guest is done with what was in its page. */
static void done(vmm_t *vmm)
{
    if (vmm->crossvm->told)
        vmm_set_irq(vmm, CROSSVM_IRQ, false);
    vmm->crossvm->told = 0;
}

/* It is not, and nobody will be: the event is to come again. */
static void take_back(vmm_t *vmm)
{
    crossvm_event(vmm, vmm->crossvm->told);
    done(vmm);
}

static int listen(vmm_t *vmm, uint64_t address)
{
    struct crossvm *crossvm = vmm->crossvm;
    const struct crossvm_event_page none = {0, CROSSVM_MAGIC};

    if (address & 3 || is_shared(crossvm, NULL, address, sizeof(none)) ||
        !guest_write(&vmm->memory, address, &none, sizeof(none)))
        return refuse(vmm, -EFAULT, BAD_PAGE, CROSSVM_EVENTS_IN, address);
    take_back(vmm);
    crossvm->page = address;
    crossvm->listening = true;
    return 0;
}

static void ignore(vmm_t *vmm)
{
    take_back(vmm);
    vmm->crossvm->listening = false;
}

static int event_command(vmm_t *vmm, uint64_t command, const uint64_t argument[3])
{
    int error = 0;

    if (command == CROSSVM_LISTEN)
        error = listen(vmm, argument[0]);
    else if (command == CROSSVM_DONE)
        done(vmm);
    else if (command == CROSSVM_IGNORE)
        ignore(vmm);
    else
        error = refuse(vmm, -ENOSYS, UNKNOWN_COMMAND, CROSSVM_EVENTS_IN, command);
    crossvm_deliver(vmm);
    return error;
}

static int emit_command(vmm_t *vmm, uint64_t command, const uint64_t argument[3])
{
    uint64_t id = argument[0];

    if (command != CROSSVM_EMIT)
        return refuse(vmm, -ENOSYS, UNKNOWN_COMMAND, CROSSVM_EVENTS_OUT, command);
    if (id < 1 || id > CROSSVM_IDS_MAX || !vmm->crossvm->emit[id - 1])
        return refuse(vmm, -ENOENT, UNKNOWN_EVENT, id, 0);
    vmm->crossvm->emit[id - 1]();
    return 0;
}

/* --- Hypercalls --- */

static int handle(vmm_vcpu_t *vcpu)
{
    static int (*const command[])(vmm_t *, uint64_t, const uint64_t[3]) = {
        [CROSSVM_DATAPORTS] = dataport_command,
        [CROSSVM_EVENTS_IN] = event_command,
        [CROSSVM_EVENTS_OUT] = emit_command,
    };
    const uint64_t argument[] = {
        vmm_get_register(vcpu, seL4_VCPUReg_RCX),
        vmm_get_register(vcpu, seL4_VCPUReg_RDX),
        vmm_get_register(vcpu, seL4_VCPUReg_RSI),
    };
    int result = command[(uint32_t)vmm_get_register(vcpu, seL4_VCPUReg_RAX)](
        vcpu->vmm, vmm_get_register(vcpu, seL4_VCPUReg_RBX), argument);

    vmm_set_register(vcpu, seL4_VCPUReg_RAX, (uint64_t)(int64_t)result);
    return 0; /* whatever it was, the guest goes on */
}

/* --- Making --- */

int crossvm_init(vmm_t *vmm, struct crossvm *crossvm, const struct crossvm_memory *memory)
{
    crossvm->memory = memory;
    vmm->crossvm = crossvm;
    return reg_new_handler(vmm, handle, CROSSVM_DATAPORTS)
               ?: reg_new_handler(vmm, handle, CROSSVM_EVENTS_IN)
               ?: reg_new_handler(vmm, handle, CROSSVM_EVENTS_OUT);
}

int crossvm_add_dataport(vmm_t *vmm, uint64_t id, void *ctx, uint64_t size, unsigned page_bits)
{
    if (id < 1 || id > CROSSVM_IDS_MAX || !ctx || page_bits < PAGE_BITS_4K || !size ||
        size & MASK(page_bits))
        return -EINVAL;
    if (vmm->crossvm->dataport[id - 1].ctx)
        return -EEXIST;
    vmm->crossvm->dataport[id - 1] =
        (struct crossvm_dataport){.ctx = ctx, .size = size, .page_bits = page_bits};
    return 0;
}

int crossvm_add_emitter(vmm_t *vmm, uint64_t id, void (*emit)(void))
{
    if (id < 1 || id > CROSSVM_IDS_MAX || !emit)
        return -EINVAL;
    if (vmm->crossvm->emit[id - 1])
        return -EEXIST;
    vmm->crossvm->emit[id - 1] = emit;
    return 0;
}

int crossvm_add_event(vmm_t *vmm, uint64_t id)
{
    uint64_t *known;

    if (id < 1 || id > CROSSVM_IDS_MAX)
        return -EINVAL;
    known = &vmm->crossvm->known[(id - 1) / 64];
    if (*known & BIT((id - 1) % 64))
        return -EEXIST;
    *known |= BIT((id - 1) % 64);
    return 0;
}

void crossvm_reset(vmm_t *vmm)
{
    struct crossvm *crossvm = vmm->crossvm;

    if (!crossvm)
        return;
    for (unsigned i = 0; i < CROSSVM_IDS_MAX; i++)
        hide(vmm, &crossvm->dataport[i]);
    ignore(vmm);
}
