/* SPDX-License-Identifier: BSD-2-Clause */
#include "frames.h"

#include <vmm/sel4_host.h>

int crossvm_frames(vmm_t *vmm, dataport_caps_handle_t *handle, struct crossvm_dataport *dataport)
{
    unsigned bits = dataport_get_frame_size_bits(handle);
    unsigned count = dataport_get_num_frame_caps(handle);
    seL4_CPtr *caps = dataport_get_frame_caps(handle);
    bool writable = seL4_CapRights_get_capAllowWrite(dataport_get_rights(handle));

    *dataport = (struct crossvm_dataport){.size = (uint64_t)count << bits, .page_bits = bits};
    if (caps)
        dataport->ctx = sel4_host_dataport(vmm->host, caps, count, bits, writable);
    dataport_free_frame_caps(handle, caps);
    return dataport->ctx ? 0 : -1;
}
