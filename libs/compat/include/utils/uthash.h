/* SPDX-License-Identifier: BSD-2-Clause */
#error <utils/uthash.h>: a library of its own: put it among your INCLUDES
