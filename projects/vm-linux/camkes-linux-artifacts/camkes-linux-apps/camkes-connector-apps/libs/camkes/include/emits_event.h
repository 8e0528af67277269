/* SPDX-License-Identifier: BSD-2-Clause */
/* Events to a CAmkES component: the device /dev/camkes_… or /dev/uioN. */
#ifndef EMITS_EVENT_H
#define EMITS_EVENT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Emits, without waiting, the event whose device fd is. Returns 0, or -1 with errno. */
int emits_event_emit(int fd);

#ifdef __cplusplus
}
#endif

#endif
