/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4HardwareIOPort
 * A range of I/O ports (role "ports"); the kernel checks each access against the capability.
 */
#include "../camkes_private.h"

#include <errno.h>
#include <stdlib.h>

static int init(const struct camkes_end *end)
{
    const struct camkes_cap *cap = camkes_end_cap(end, "ports", 0);
    if (!cap)
        return -ENOENT;
    *end->state = (void *)cap->cptr;
    return 0;
}

static seL4_CPtr ports(const struct camkes_end *end)
{
    return (seL4_CPtr)*end->state;
}

static void refused(const struct camkes_end *end, int error)
{
    camkes_error(CE_SYSCALL_FAILED, end->interface, "an I/O port access was refused", error);
}

uint32_t camkes_ioport_in(const struct camkes_end *end, uint16_t port, unsigned size)
{
    if (size == 1) {
        seL4_X86_IOPort_In8_t in = seL4_X86_IOPort_In8(ports(end), port);
        if (in.error == 0)
            return in.result;
        refused(end, in.error);
    } else if (size == 2) {
        seL4_X86_IOPort_In16_t in = seL4_X86_IOPort_In16(ports(end), port);
        if (in.error == 0)
            return in.result;
        refused(end, in.error);
    } else {
        seL4_X86_IOPort_In32_t in = seL4_X86_IOPort_In32(ports(end), port);
        if (in.error == 0)
            return in.result;
        refused(end, in.error);
    }
    return UINT32_MAX >> (32 - 8 * size);
}

void camkes_ioport_out(const struct camkes_end *end, uint16_t port, unsigned size, uint32_t value)
{
    int error = size == 1   ? (int)seL4_X86_IOPort_Out8(ports(end), port, value)
                : size == 2 ? (int)seL4_X86_IOPort_Out16(ports(end), port, value)
                            : (int)seL4_X86_IOPort_Out32(ports(end), port, value);
    if (error != 0)
        refused(end, error);
}

/* <hw>.<if>_attributes = "0x60:0x64": the first number. */
uint16_t camkes_ioport_base(const struct camkes_end *end)
{
    const struct camkes_param *param = camkes_end_param(end, "attributes");
    return param && param->string ? (uint16_t)strtoul(param->string, NULL, 0) : 0;
}

const struct camkes_connector camkes_connector_hardware_ioport = {
    .name = "seL4HardwareIOPort",
    .init = init,
};
