/* SPDX-License-Identifier: BSD-2-Clause */
#error <sel4utils/thread.h>: threads and programs stand in the description
