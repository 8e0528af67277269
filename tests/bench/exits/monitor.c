/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor's side of the micro-benchmark: a hypercall handler that does the least a useful one
 * can, read an argument and give a result.
 */
#include <init.h>

#define TOKEN_HANDLED 4 /* main.c makes this call */

static int handler(vmm_vcpu_t *vcpu)
{
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, vmm_get_register(vcpu, seL4_VCPUReg_RBX));
    return 0;
}

int vmm_app_init(vmm_t *vmm)
{
    return reg_new_handler(vmm, handler, TOKEN_HANDLED);
}
