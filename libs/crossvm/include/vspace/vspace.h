/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor's own address space, by the name under which apps pass it on. */
#pragma once

typedef struct vspace vspace_t;
