/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events from a CAmkES component. fd is the event's device, /dev/camkes_… or /dev/uioN. An event
 * that came before is not lost; several that nobody consumed are one.
 */
#ifndef CONSUMES_EVENT_H
#define CONSUMES_EVENT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Waits for an event and consumes it. Returns more than 0, or -1 with errno (EINTR: a signal). */
int consumes_event_wait(int fd);

/* Consumes an event if there is one: then more than 0, otherwise 0; -1 with errno. */
int consumes_event_poll(int fd);

#ifdef __cplusplus
}
#endif

#endif
