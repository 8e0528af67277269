/* SPDX-License-Identifier: BSD-2-Clause */
#error <camkes/irq.h>: an interrupt is an event: <interface>_handle() handles it
