/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between threads: endpoints, replies, faults. Semantics: seL4 reference manual, chapters
 * 4 (message passing) and 6.2 (faults), the configuration without scheduling contexts.
 */
#pragma once

#include "api/message.h"

struct endpoint;
struct notification;

/* How a message is sent; comes from the capability and the system call. */
struct send {
    uint64_t badge;
    bool blocking, call, grant, grant_reply;
};

/* Through this endpoint capability, which may write. */
static inline struct send ipc_send_by(struct cap cap, bool blocking, bool call)
{
    return (struct send){.badge = cap_badge(cap),
                         .blocking = blocking,
                         .call = call,
                         .grant = cap_rights(cap) & CAP_RIGHT_GRANT,
                         .grant_reply = cap_rights(cap) & CAP_RIGHT_GRANT_REPLY};
}

/* ipc.c */
void ipc_send(struct tcb *t, struct endpoint *ep, struct send how);
/* `cap` is the endpoint capability that is received from. */
void ipc_receive(struct tcb *t, struct cap cap, bool blocking);
void ipc_wait(struct tcb *t, struct notification *n, bool blocking);
/* `t` answers whom the reply capability in `slot` names, and it is used up. */
void ipc_reply(struct tcb *t, struct slot *slot);

/* transfer.c: the words and capabilities of a message. `ep` is NULL for replies. */
void ipc_transfer(struct tcb *from, struct tcb *to, struct endpoint *ep, uint64_t badge,
                  bool grant);
/*
 * The capabilities that the message info in `t`'s registers announces. False: a lookup failed, at
 * `*bad`.
 */
bool ipc_lookup_extra_caps(struct tcb *t, struct slot **caps, unsigned *count, uint64_t *bad);

/* fault.c */
/* An exception of the running thread in user mode; a page fault is told by its address. */
void handle_user_exception(uint64_t vector, uint64_t error);
void handle_page_fault(uint64_t address, uint64_t error);
/* A system call's capability `cptr` was not found; the core's error says why. */
void fault_raise_cap(struct tcb *t, uint64_t cptr, bool in_receive);
void fault_raise_syscall(struct tcb *t, uint64_t number);
/* The message for the handler, into `to`'s registers and buffer. */
void fault_transfer(struct tcb *faulter, struct tcb *to, uint64_t badge);
/* The handler's answer. True: the thread goes on. */
bool fault_reply(struct tcb *faulter, struct tcb *handler);

/*
 * fastpath.c: called by the entry code. Does the whole system call if it is a simple one and
 * returns the thread to go on with; otherwise NULL, and nothing has changed.
 */
struct tcb *fastpath_call(uint64_t cptr, uint64_t info);
struct tcb *fastpath_reply_recv(uint64_t cptr, uint64_t info);
