/* SPDX-License-Identifier: BSD-2-Clause */
#error <utils/json.h>: a library of its own: put its sources into your component
