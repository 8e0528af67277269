/* SPDX-License-Identifier: BSD-2-Clause */
/* A component's devices, for portable drivers. */
#pragma once

#include <platsupport/io.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Return 0. Device memory and ports are those that the instance is connected to (seL4HardwareMMIO,
 * seL4HardwareIOPort) or that `ioports` grants; DMA memory is that of `dma_pool`.
 */
int camkes_io_mapper(ps_io_mapper_t *mapper);
int camkes_io_port_ops(ps_io_port_ops_t *ops);
int camkes_dma_manager(ps_dma_man_t *manager);
int camkes_io_ops(ps_io_ops_t *ops);

#ifdef __cplusplus
}
#endif
