/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of the real machine on the guest's bus, and their lines (vmm/passthrough.h).
 */
#include "pass_private.h"

#include <errno.h>
#include <stdlib.h>

/* --- Lines --- */

static void pulse(vmm_t *vmm, unsigned gsi)
{
    vmm_set_irq(vmm, gsi, false);
    vmm_set_irq(vmm, gsi, true);
}

static void line_ended(void *ctx)
{
    struct pass_line *line = ctx;

    if (!line->listener.high)
        return;
    vmm_hold_irq(line->vmm, &line->listener, false);
    line->served(line->ctx);
}

void pass_add_line(vmm_t *vmm, struct pass_line *line)
{
    line->vmm = vmm;
    line->listener = (struct irq_listener){.gsi = line->gsi, .ended = line_ended, .ctx = line};
    if (line->level)
        vmm_listen(vmm, &line->listener);
}

/* An edge needs no answer: the next one is as good as this one. */
void pass_raise_line(struct pass_line *line)
{
    if (line->level) {
        vmm_hold_irq(line->vmm, &line->listener, true);
        return;
    }
    pulse(line->vmm, line->gsi);
    line->served(line->ctx);
}

/* --- INTx --- */

static void intx_ended(void *ctx)
{
    struct pass_function *function = ctx;

    if (!function->raised || function->clean)
        return;
    function->raised = false;
    pci_set_intx(&function->pci, false);
    function->ops->intx_served(function->ctx);
}

bool pass_intx(struct pass_function *function)
{
    bool heard = function->gsi && !function->clean;

    function->raised = true;
    if (heard && function->legacy == PASS_LEGACY) {
        pulse(function->vmm, function->gsi);
        intx_ended(function);
        return false;
    }
    if (heard)
        pci_set_intx(&function->pci, true);
    return heard;
}

void pass_turn_on(struct pass_function *function)
{
    if (function->clean) {
        function->clean = false;
        intx_ended(function);
    }
}

/* --- Messages --- */

bool pass_real_message(struct pass_function *function, unsigned number, uint64_t *address,
                       uint32_t *data)
{
    int error;

    vmm_keep_registers(&function->vmm->vcpu);
    error = function->ops->message(function->ctx, number, address, data);
    if (error && !function->said_message)
        vmm_log(function->vmm, "%s: its message %u cannot be had (%d)", function->name, number,
                error);
    function->said_message |= error != 0;
    return !error;
}

void pass_message(struct pass_function *function, unsigned number)
{
    if (number >= function->messages)
        return;
    if (function->msix_on)
        pass_deliver_msix(function, number);
    else if (function->msi_on && number == 0)
        pass_deliver_msi(function);
}

/* --- Adding --- */

static void add_intx(struct pass_function *function)
{
    if (function->gsi == 0 || function->legacy == PASS_LEGACY)
        return;
    if (pci_use_gsi(&function->pci, function->gsi)) {
        vmm_log(function->vmm,
                "%s: its device has four other interrupts already, so it is left without",
                function->name);
        function->gsi = 0;
        return;
    }
    function->listener =
        (struct irq_listener){.gsi = function->gsi, .ended = intx_ended, .ctx = function};
    vmm_listen(function->vmm, &function->listener);
}

static int look_at(struct pass_function *function)
{
    int error = pass_identify(function);

    if (error)
        return error;
    /* Off, while its registers are looked at; on again when the guest says so. */
    pass_write(function, OFFSET_COMMAND, 2, COMMAND_INTX_DISABLE);
    function->command = COMMAND_INTX_DISABLE;
    return pass_size_bars(function) ?: pass_check_msix(function);
}

/* Functions of one device are functions of one slot. */
static int put_on_bus(struct pass_function *function)
{
    struct pci *pci = &function->vmm->pci;

    for (const struct pass_function *at = function->vmm->passed; at; at = at->next)
        if (function->bdf && at->bdf >> 3 == function->bdf >> 3)
            return pci_add_beside(pci, at->pci.slot, &function->pci);
    return pci_add_anywhere(pci, &function->pci);
}

/* From here on the buses know it. */
static int put(struct pass_function *function)
{
    int error = pass_add_bars(function);

    if (error)
        return error;
    error = function->pci.extended ? pci_extend(&function->vmm->pci, &function->vmm->mmio) : 0;
    error = error ?: put_on_bus(function);
    if (error)
        vmm_log(function->vmm, "%s: there is no place for it on the guest's PCI bus",
                function->name);
    else
        add_intx(function);
    return error;
}

struct pass_function *pass_add(vmm_t *vmm, const struct pass_config *config,
                               const struct pass_ops *ops, void *ctx)
{
    struct pass_function *function = calloc(1, sizeof(*function));

    if (!function)
        return NULL;
    function->vmm = vmm;
    function->name = config->name;
    function->bdf = config->bdf;
    function->gsi = config->gsi;
    function->messages = MIN(config->messages, PASS_MESSAGES_MAX);
    function->ops = ops;
    function->ctx = ctx;
    if (look_at(function)) {
        free(function);
        return NULL;
    }
    if (put(function))
        return NULL; /* some bus may know it: it stays, nowhere and turned off */
    function->next = vmm->passed;
    vmm->passed = function;
    return function;
}

void pass_reset_all(vmm_t *vmm)
{
    for (struct pass_function *at = vmm->passed; at; at = at->next)
        pass_reset(at);
}
