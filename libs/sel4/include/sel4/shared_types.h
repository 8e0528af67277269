/* SPDX-License-Identifier: BSD-2-Clause */
/* What kernel and programs share: message info, rights, and the IPC buffer. */
#pragma once

#include <sel4/messages.h>
