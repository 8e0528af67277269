/* SPDX-License-Identifier: BSD-2-Clause */
#error <utils/cbor64.h>: cbor64 is a library of its own: put its sources into your component
