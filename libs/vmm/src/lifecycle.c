/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a guest: power on, boot, run, and again if it asks for a reset.
 */
#include "machine_private.h"

#include <vmm/boot.h>
#include <vmm/crossvm.h>
#include <vmm/passthrough.h>

#include <errno.h>

#define RESTARTS_MAX   5
#define USEFUL_LIFE_NS 1000000000ull

static int start(vmm_t *vmm)
{
    struct boot_state boot;
    int error;

    vmm->stop = VMM_RUNNING;
    vmm->vcpu.armed = TIMER_NEVER;
    memset(&vmm->vcpu.kept, 0, sizeof(vmm->vcpu.kept));
    vmm->vcpu.run = &vmm->vcpu.kept;
    pass_reset_all(vmm);
    machine_reset(vmm);
    crossvm_reset(vmm);
    error = boot_linux(vmm, &boot);
    return error ? error : boot_set_cpu(&vmm->vcpu, &boot);
}

/*
 * Restarts in a row that come so soon after the start that the guest cannot have been of any use.
 */
static bool restarts_in_vain(vmm_t *vmm, uint64_t started, unsigned *in_a_row)
{
    uint64_t lived = clock_to_ns(&vmm->clock, vmm->platform.tsc() - started);

    *in_a_row = lived < USEFUL_LIFE_NS ? *in_a_row + 1 : 0;
    return *in_a_row == RESTARTS_MAX;
}

int vmm_run(vmm_t *vmm)
{
    unsigned early_restarts = 0;

    for (;;) {
        int error = start(vmm);
        uint64_t started = vmm->platform.tsc();

        if (error)
            return error;
        run_guest(&vmm->vcpu);
        pass_reset_all(vmm);
        if (vmm->platform.stopped)
            vmm->platform.stopped(vmm);
        switch (vmm->stop) {
        case VMM_RESET:
            if (restarts_in_vain(vmm, started, &early_restarts)) {
                vmm_log(vmm, "guest reset %d times right after its start; it stays off",
                        RESTARTS_MAX);
                return -EIO;
            }
            vmm_log(vmm, "guest restarts (%s)", vmm->reset_by);
            break;
        case VMM_POWER_OFF:
            vmm_log(vmm, "guest switched itself off");
            return 0;
        case VMM_HALTED:
            vmm_log(vmm, "guest halted with interrupts off; it stays off");
            return 0;
        default:
            return -EIO;
        }
    }
}
