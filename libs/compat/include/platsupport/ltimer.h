/* SPDX-License-Identifier: BSD-2-Clause */
#error <platsupport/ltimer.h>: there is no library of drivers; TimeServer has the timers
