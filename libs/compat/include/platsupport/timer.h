/* SPDX-License-Identifier: BSD-2-Clause */
#error <platsupport/timer.h>: there is no library of drivers; TimeServer has the timers
