/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor's side of the app: what happens when the guest pokes. Compiled into Init0, see
 * EXTRA_SOURCES in CMakeLists.txt.
 */
#include <init.h>

#include <stdio.h>

#define POKE_CALL 4 /* modules/poke/poke.c makes this hypercall */

static int poke_handler(vmm_vcpu_t *vmm_vcpu)
{
    (void)vmm_vcpu;
    printf("POKE!!!\n");
    return 0;
}

int vmm_app_init(vmm_t *vmm)
{
    return reg_new_handler(vmm, poke_handler, POKE_CALL);
}
