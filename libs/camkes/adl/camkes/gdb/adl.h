/* SPDX-License-Identifier: BSD-2-Clause */
#error <camkes/gdb/adl.h>: there is no debugging component; './run APP --gdb' has QEMU wait for gdb
