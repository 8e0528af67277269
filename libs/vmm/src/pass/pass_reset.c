/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest leaves of a function when its life ends: no DMA under way, and nothing of its
 * settings, as far as the function can forget them.
 * Rests on: PCI Express Base Specification 3.0, 6.6.2 (function-level reset), 7.8.3 to 7.8.5; the
 * ECN "Advanced Capabilities for conventional PCI"; PCI Bus Power Management Interface
 * Specification 1.2, 3.2.4 and 5.4.
 */
#include "pass_private.h"

/* PCI Express capability. */
#define EXPRESS_DEVICE_CAPS    0x04
#define EXPRESS_DEVICE_CONTROL 0x08
#define EXPRESS_DEVICE_STATUS  0x0a
#define EXPRESS_HAS_FLR        BIT(28)
#define EXPRESS_FLR            BIT(15)
#define EXPRESS_PENDING        BIT(5)

/* Advanced Features. */
#define AF_CAPS       0x03
#define AF_CONTROL    0x04
#define AF_STATUS     0x05
#define AF_HAS_STATUS BIT(0)
#define AF_HAS_FLR    BIT(1)
#define AF_FLR        BIT(0)
#define AF_PENDING    BIT(0)

#define FLR_MS     100
#define PENDING_MS 100

void pass_sleep(vmm_t *vmm, unsigned ms)
{
    const struct vmm_platform *platform = &vmm->platform;
    uint64_t until = platform->tsc() + clock_from_ns(&vmm->clock, ms * 1000000ull);

    vmm_keep_registers(&vmm->vcpu);
    platform->set_timer(vmm, until);
    while (platform->tsc() < until)
        platform->notified(vmm, platform->wait(vmm));
    vmm->vcpu.armed = TIMER_NEVER;
}

/* Requests whose answers are not here yet could still write. */
static void await_transactions(struct pass_function *function)
{
    for (unsigned ms = 0; ms < PENDING_MS; ms++) {
        bool pending = false;

        if (function->express.offset)
            pending = pass_read(function, function->express.offset + EXPRESS_DEVICE_STATUS, 2) &
                      EXPRESS_PENDING;
        else if (function->af.offset &&
                 (pass_read(function, function->af.offset + AF_CAPS, 1) & AF_HAS_STATUS))
            pending = pass_read(function, function->af.offset + AF_STATUS, 1) & AF_PENDING;
        if (!pending)
            return;
        pass_sleep(function->vmm, 1);
    }
    if (function->said_pending)
        return;
    function->said_pending = true;
    vmm_log(function->vmm, "%s: its transactions do not end; it is reset all the same",
            function->name);
}

/* --- Ways --- */

static bool reset_express(const struct pass_function *function)
{
    unsigned offset = function->express.offset;

    if (!offset || !(pass_read(function, offset + EXPRESS_DEVICE_CAPS, 4) & EXPRESS_HAS_FLR))
        return false;
    pass_write(function, offset + EXPRESS_DEVICE_CONTROL, 2,
               pass_read(function, offset + EXPRESS_DEVICE_CONTROL, 2) | EXPRESS_FLR);
    pass_sleep(function->vmm, FLR_MS);
    return true;
}

static bool reset_af(const struct pass_function *function)
{
    unsigned offset = function->af.offset;

    if (!offset || !(pass_read(function, offset + AF_CAPS, 1) & AF_HAS_FLR))
        return false;
    pass_write(function, offset + AF_CONTROL, 1, AF_FLR);
    pass_sleep(function->vmm, FLR_MS);
    return true;
}

/* D3hot and back resets what does not say that it keeps its state. */
static void reset_power(struct pass_function *function)
{
    if (!pass_forgets_in_d3(function))
        return;
    (void)pass_set_power(function, PASS_D3HOT);
    (void)pass_set_power(function, PASS_D0);
}

/* --- What firmware has set up --- */

static void restore(struct pass_function *function)
{
    pass_restore_bars(function);
    pass_write(function, OFFSET_ROM, 4, 0);
    pass_restore_express(function);
    if (pass_read(function, OFFSET_VENDOR, 2) != UINT16_MAX || function->said_gone)
        return;
    function->said_gone = true;
    vmm_log(function->vmm, "%s: it does not come back from its reset", function->name);
}

void pass_come_back(struct pass_function *function)
{
    restore(function);
    pass_write(function, OFFSET_COMMAND, 2, function->command);
    function->msi_on = function->msix_on = false; /* and are told again */
}

static void turn_off(struct pass_function *function)
{
    pass_write(function, OFFSET_COMMAND, 2, COMMAND_INTX_DISABLE);
    function->command = COMMAND_INTX_DISABLE;
    pass_stop_msi(function);
    pass_stop_msix(function);
}

static void reset(struct pass_function *function)
{
    turn_off(function);
    (void)pass_set_power(function, PASS_D0);
    await_transactions(function);
    if (!reset_express(function) && !reset_af(function))
        reset_power(function);
    restore(function);
    turn_off(function);
}

void pass_reset(struct pass_function *function)
{
    if (function->clean)
        return;
    reset(function);
    function->clean = true;
    pci_set_intx(&function->pci, false);
}

void pass_guest_resets(struct pass_function *function)
{
    reset(function);
    pci_reset_function(&function->pci);
}
