/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IRQControl makes handler capabilities: for an ISA line by its number, for a pin of an I/O APIC,
 * or for messages (MSI). A handler's notification is signalled when the interrupt comes, and not
 * again until the acknowledgement. A level interrupt's pin stays masked from then on, since its
 * line stays active until the driver has spoken to the device. An edge at a masked pin would be
 * lost, so its pin is masked only when a second edge has come: that one is remembered, and
 * signalled by the acknowledgement. A message (MSI) needs none: it counts again as soon as the last
 * one has been received. Until then the function that has sent another one is held back; where that
 * is not possible, further ones are dropped as they come.
 *
 * Rests on: Intel 82093AA data sheet; AMD64 APM volume 2, section 16.
 */
#include "object/irq.h"
#include "api/invocation.h"
#include "cpu/ioapic.h"
#include "cpu/lapic.h"
#include "cpu/pci.h"
#include "cpu/print.h"
#include "cpu/vectors.h"
#include "iommu/iommu.h"
#include "object/delete.h"
#include "object/iospace.h"
#include "object/lookup.h"
#include "object/notification.h"
#include "object/object.h"
#include "sched/sched.h"

#include <sel4/constants.h>

_Static_assert(IRQ_USER_COUNT == seL4_IRQHandlerUserCount, "as the API says");
_Static_assert(VECTOR_USER_FIRST == IRQ_OFFSET, "the same");
_Static_assert(IRQ_COUNT <= IOMMU_INTERRUPTS, "a number for each");

enum irq_kind {
    IRQ_FREE = 0,
    IRQ_IOAPIC,
    IRQ_MSI,
};

struct irq {
    uint8_t kind; /* enum irq_kind */
    bool waiting; /* a line's interrupt was signalled, and not acknowledged yet */
    bool again;   /* it has come once more since */
    struct ioapic_line line;
    struct pci_messages messages;
    struct iommu_interrupt allowed; /* to its sender */
    struct slot notification;       /* a copy of the capability given to SetNotification */
};

static struct irq irqs[IRQ_COUNT];

static void mask(struct irq *q, bool masked)
{
    if (q->kind == IRQ_IOAPIC)
        ioapic_mask(q->line.ioapic, q->line.pin, masked);
    else if (q->kind == IRQ_MSI)
        pci_hold_messages(&q->messages, masked);
}

static void tell(struct irq *q)
{
    struct cap cap = q->notification.cap;
    q->waiting = true;
    if (cap.type == CAP_NOTIFICATION)
        notification_signal(cap_object(cap), cap_badge(cap));
}

static void take_message(struct irq *q)
{
    struct cap cap = q->notification.cap;
    if (cap.type != CAP_NOTIFICATION) {
        mask(q, true);
        return;
    }
    struct notification *n = cap_object(cap);
    uint64_t badge = cap_badge(cap);
    if (n->active && (n->badge & badge) == badge) {
        mask(q, true);
        n->holds = 1;
    }
    notification_signal(n, badge);
}

void irq_received(struct notification *n)
{
    n->holds = 0;
    for (unsigned i = 0; i < IRQ_COUNT; i++) {
        struct cap cap = irqs[i].notification.cap;
        if (irqs[i].kind == IRQ_MSI && cap.type == CAP_NOTIFICATION && cap_object(cap) == n)
            mask(&irqs[i], false);
    }
}

static void handle(unsigned irq)
{
    struct irq *q = &irqs[irq];
    if (q->kind == IRQ_MSI) {
        take_message(q);
        return;
    }
    if (q->line.level || q->waiting)
        mask(q, true);
    if (q->waiting)
        q->again = true;
    else
        tell(q);
}

void irq_ignore(uint64_t vector)
{
    static uint64_t count;
    count++;
    if ((count & (count - 1)) == 0)
        kprintf("Caisson kernel: a device sends messages that nobody asked for: %lu so far, now "
                "with vector %lu\n",
                count, vector);
    lapic_eoi();
}

/*
 * One interrupt, by its vector. The end of interrupt comes last: for a level interrupt it makes the
 * I/O APIC look at the line again, which must be masked by then. A spurious one has no end, unless
 * a device has sent it.
 */
void irq_dispatch(uint64_t vector)
{
    if (vector == VECTOR_SPURIOUS && !lapic_in_service(vector))
        return;
    if (vector == VECTOR_TIMER)
        sched_tick();
    else if (vector == VECTOR_IOMMU)
        iospace_take_faults();
    else if (vector >= VECTOR_ISA_FIRST && vector <= VECTOR_USER_LAST)
        handle((unsigned)vector - VECTOR_ISA_FIRST);
    else
        return irq_ignore(vector);
    sched_interrupted();
    lapic_eoi();
}

void irq_take_pending(void)
{
    struct core *core = this_core();
    /* One interrupt can be taken after the NOP; its handler returns with interrupts off. */
    core->taken_vector = 0;
    __asm__ volatile("sti; nop; cli" ::: "memory");
    uint64_t vector = *(volatile uint64_t *)&core->taken_vector;
    if (vector != 0)
        irq_dispatch(vector);
}

/* Checks that the interrupt is free, and finds the slot that argument `i` names. */
static int issue(const struct invocation *inv, unsigned irq, unsigned i, struct slot **dest)
{
    if (irqs[irq].kind != IRQ_FREE)
        return seL4_RevokeFirst;
    return lookup_empty_argument(inv, inv->extra[0]->cap, i, dest);
}

static void issue_done(struct invocation *inv, unsigned irq, struct slot *dest)
{
    slot_insert_original(dest, cap_irq_handler(irq), inv->slot);
}

static void allow(unsigned irq, uint16_t sender, bool anybody, bool level)
{
    irqs[irq].allowed = (struct iommu_interrupt){.lapic_id = this_core()->apic_id,
                                                 .sender = sender,
                                                 .vector = (uint8_t)(VECTOR_ISA_FIRST + irq),
                                                 .anybody = anybody,
                                                 .level = level};
    iommu_allow(irq, &irqs[irq].allowed);
}

static void start_line(unsigned irq, const struct ioapic_line *line)
{
    if (iommu.remaps_lines) {
        uint16_t sender = 0;
        bool known = iommu_sender_of_ioapic(ioapic_id(line->ioapic), &sender);
        allow(irq, sender, !known, line->level);
    }
    irqs[irq].kind = IRQ_IOAPIC;
    irqs[irq].line = *line;
    ioapic_route(line, (uint8_t)(VECTOR_ISA_FIRST + irq), this_core()->apic_id,
                 iommu.remaps_lines ? (int)irq : -1);
    ioapic_mask(line->ioapic, line->pin, false);
}

/* True if a handler exists for this pin already, by whatever vector. */
static bool pin_in_use(const struct ioapic_line *line)
{
    for (unsigned i = 0; i < IRQ_COUNT; i++)
        if (irqs[i].kind == IRQ_IOAPIC && irqs[i].line.ioapic == line->ioapic &&
            irqs[i].line.pin == line->pin)
            return true;
    return false;
}

/* irq, index, depth; root */
static int get_isa(struct invocation *inv)
{
    if (!invocation_has(inv, 3, 1))
        return seL4_TruncatedMessage;
    uint64_t number = invocation_arg(inv, 0);
    struct ioapic_line line;
    if (number >= IRQ_ISA_COUNT)
        return error_range(0, IRQ_ISA_COUNT - 1);
    if (!ioapic_isa_line((uint8_t)number, &line))
        return seL4_IllegalOperation;
    if (pin_in_use(&line))
        return seL4_RevokeFirst;
    unsigned irq = (unsigned)number;
    struct slot *dest;
    int error = issue(inv, irq, 1, &dest);
    if (error)
        return error;
    start_line(irq, &line);
    issue_done(inv, irq, dest);
    return 0;
}

/* index, depth, ioapic, pin, level, polarity, vector; root */
static int get_ioapic(struct invocation *inv)
{
    if (!invocation_has(inv, 7, 1))
        return seL4_TruncatedMessage;
    uint64_t ioapic = invocation_arg(inv, 2), pin = invocation_arg(inv, 3);
    uint64_t level = invocation_arg(inv, 4), polarity = invocation_arg(inv, 5);
    uint64_t vector = invocation_arg(inv, 6);
    if (vector >= IRQ_USER_COUNT)
        return error_range(0, IRQ_USER_COUNT - 1);
    if (ioapic_count() == 0)
        return seL4_IllegalOperation;
    if (ioapic >= ioapic_count())
        return error_range(0, ioapic_count() - 1);
    if (pin >= ioapic_pins((unsigned)ioapic))
        return error_range(0, ioapic_pins((unsigned)ioapic) - 1);
    if (level > 1 || polarity > 1)
        return error_range(0, 1);

    struct ioapic_line line = {(uint8_t)ioapic, (uint8_t)pin, level != 0, polarity != 0};
    if (pin_in_use(&line))
        return seL4_RevokeFirst;
    unsigned irq = IRQ_USER_FIRST + (unsigned)vector;
    struct slot *dest;
    int error = issue(inv, irq, 0, &dest);
    if (error)
        return error;
    start_line(irq, &line);
    issue_done(inv, irq, dest);
    return 0;
}

/* index, depth, pci_bus, pci_dev, pci_func, handle, vector; root */
static int get_msi(struct invocation *inv)
{
    if (!invocation_has(inv, 7, 1))
        return seL4_TruncatedMessage;
    uint64_t vector = invocation_arg(inv, 6);
    if (vector >= IRQ_USER_COUNT)
        return error_range(0, IRQ_USER_COUNT - 1);
    static const uint8_t most[] = {255, 31, 7}; /* bus, device, function */
    for (unsigned i = 0; i < ARRAY_SIZE(most); i++)
        if (invocation_arg(inv, 2 + i) > most[i])
            return error_range(0, most[i]);
    unsigned irq = IRQ_USER_FIRST + (unsigned)vector;
    struct slot *dest;
    int error = issue(inv, irq, 0, &dest);
    if (error)
        return error;
    irqs[irq].kind = IRQ_MSI;
    pci_find_messages(&irqs[irq].messages, (unsigned)invocation_arg(inv, 2),
                      (unsigned)invocation_arg(inv, 3), (unsigned)invocation_arg(inv, 4));
    allow(irq, pci_requester(irqs[irq].messages.function), false, false);
    issue_done(inv, irq, dest);
    return 0;
}

static int control_invoke(struct invocation *inv)
{
    switch (inv->label) {
    case IRQIssueIRQHandler:
        return get_isa(inv);
    case X86IRQIssueIRQHandlerIOAPIC:
        return get_ioapic(inv);
    case X86IRQIssueIRQHandlerMSI:
        return get_msi(inv);
    default:
        return seL4_IllegalOperation;
    }
}

/* From here on an edge counts again; one that came before is told first. */
static void acknowledge(struct irq *q)
{
    mask(q, false);
    q->waiting = false;
    if (q->again)
        tell(q);
    q->again = false;
}

/* ; notification */
static int set_notification(struct invocation *inv, struct irq *q)
{
    if (!invocation_has(inv, 0, 1))
        return seL4_TruncatedMessage;
    struct slot *source = inv->extra[0];
    struct cap cap = source->cap;
    if (!cap_is(cap, CAP_NOTIFICATION, CAP_RIGHT_WRITE))
        return error_capability(1);
    bool unheard = slot_is_empty(&q->notification);
    int status = slot_delete(&q->notification);
    if (status)
        return status;
    slot_insert(&q->notification, cap, source);
    if (unheard || q->kind == IRQ_MSI) {
        /* What came so far was told to nobody, and nobody can have to acknowledge it. */
        q->again = false;
        acknowledge(q);
    }
    return 0;
}

/* -> where the function has to write what, and whether no other function can */
static int get_message(struct invocation *inv, const struct irq *q)
{
    uint64_t address;
    uint32_t data;
    if (q->kind != IRQ_MSI)
        return seL4_IllegalOperation;
    iommu_message((unsigned)(q - irqs), &q->allowed, &address, &data);
    invocation_reply(inv, 0, address);
    invocation_reply(inv, 1, data);
    invocation_reply(inv, 2, iommu.remaps);
    return 0;
}

static int handler_invoke(struct invocation *inv)
{
    struct irq *q = &irqs[cap_irq(inv->cap)];
    switch (inv->label) {
    case IRQAckIRQ:
        acknowledge(q);
        return 0;
    case IRQSetIRQHandler:
        return set_notification(inv, q);
    case IRQClearIRQHandler:
        return slot_delete(&q->notification);
    case X86IRQHandlerGetMessage:
        return get_message(inv, q);
    default:
        return seL4_IllegalOperation;
    }
}

/* The last handler is gone: pin or function falls silent, the number is free again. */
static void handler_finalise(struct slot *slot, bool final)
{
    if (!final)
        return;
    struct irq *q = &irqs[cap_irq(slot->cap)];
    mask(q, true);
    if (q->kind == IRQ_MSI || iommu.remaps_lines)
        iommu_forbid((unsigned)(q - irqs), &q->allowed);
    *q = (struct irq){.kind = IRQ_FREE};
}

static bool handler_drain(struct slot *slot)
{
    struct slot *notification = &irqs[cap_irq(slot->cap)].notification;
    if (!slot_is_empty(notification))
        slot_delete_step(notification);
    return !slot_is_empty(notification);
}

static bool handler_same(struct cap a, struct cap b)
{
    return cap_irq(a) == cap_irq(b);
}

const struct cap_ops irq_control_ops = {
    .name = "IRQControl",
    .derive = derive_never,
    .same_object = same_always,
    .invoke = control_invoke,
};

const struct cap_ops irq_handler_ops = {
    .name = "IRQHandler",
    .finalise = handler_finalise,
    .drain = handler_drain,
    .same_object = handler_same,
    .invoke = handler_invoke,
};
