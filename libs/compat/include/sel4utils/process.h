/* SPDX-License-Identifier: BSD-2-Clause */
#error <sel4utils/process.h>: threads and programs stand in the description
