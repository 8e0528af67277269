/* SPDX-License-Identifier: BSD-2-Clause */
#error <platsupport/irq.h>: an interrupt is an event: <interface>_handle() handles it
