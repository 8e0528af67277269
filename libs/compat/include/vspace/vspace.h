/* SPDX-License-Identifier: BSD-2-Clause */
#error <vspace/vspace.h>: map frames by alloc_frame() and alloc_map() of <alloc/alloc.h>
