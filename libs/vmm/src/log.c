/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor's own messages, between the lines of its guest.
 */
#include <vmm/vmm.h>

#include <stdarg.h>
#include <stdio.h>

void vmm_log(vmm_t *vmm, const char *format, ...)
{
    char line[256];
    int used = snprintf(line, sizeof(line), "%s: ", vmm->config.name);
    va_list args;

    vmm_keep_registers(&vmm->vcpu);
    vmm_flush_console(vmm);
    va_start(args, format);
    vsnprintf(line + used, sizeof(line) - (size_t)used, format, args);
    va_end(args);
    vmm->platform.log(vmm, line);
}
