/* SPDX-License-Identifier: BSD-2-Clause */
#error <platsupport/serial.h>: there is no library of drivers; SerialServer has the serial line
