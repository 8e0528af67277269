/* SPDX-License-Identifier: BSD-2-Clause */
/* `<event>_emit` of an event that the guest may emit. */
#pragma once

typedef void (*camkes_emit_fn)(void);
