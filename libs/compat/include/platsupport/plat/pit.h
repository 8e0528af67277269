/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver of the 8254 timer's channel 0 (Intel 8254 data sheet), by libplatsupport's names. */
#pragma once

#include <platsupport/io.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    ps_io_port_ops_t ops;
    uint64_t elapsed; /* ticks of the periods that are over, as far as pit_get_time() saw them */
    uint16_t reload;
    uint16_t last;
} pit_t;

/* Functions that return an int return 0 or another number if they failed. */
int pit_init(pit_t *pit, ps_io_port_ops_t io_port_ops);
/* ETIME: 16 bits do not hold it; the longest is 54 ms. */
int pit_set_timeout(pit_t *pit, uint64_t ns, bool periodic);
int pit_cancel_timeout(pit_t *pit);
/* Nanoseconds; to be asked once in each period, or time is lost. */
uint64_t pit_get_time(pit_t *pit);

#ifdef __cplusplus
}
#endif
