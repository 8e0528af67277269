/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seL4's message and signal calls with one big lock: slow, but with the kernel's meaning. A
 * notification keeps one signal and the badges' OR; an endpoint passes one message at a time; a
 * reply goes to the last caller received.
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include "fake_ipc.h"

#define OBJECTS 64

enum { IDLE, CALLING, SERVED, ANSWERED };

struct object {
    seL4_Word pending_badges;
    bool active;
    int state; /* of the one call that is under way */
    seL4_MessageInfo_t info;
    seL4_Word badge;
    seL4_Word msg[seL4_MsgMaxLength];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct object objects[OBJECTS];
static struct {
    unsigned object;
    seL4_Word badge;
} caps[OBJECTS];
static bool stopping;

__thread seL4_IPCBuffer *__sel4_ipc_buffer;

void fake_ipc_reset(void)
{
    memset(objects, 0, sizeof(objects));
    memset(caps, 0, sizeof(caps));
    stopping = false;
}

void fake_ipc_cap(seL4_CPtr cap, unsigned object, seL4_Word badge)
{
    caps[cap].object = object;
    caps[cap].badge = badge;
}

void fake_thread_enter(seL4_IPCBuffer *buffer)
{
    memset(buffer, 0xa5, sizeof(*buffer));
    __sel4_ipc_buffer = buffer;
}

void fake_ipc_stop(void)
{
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* With the lock held; ends the thread where the test is over. */
static void wait_for_change(void)
{
    if (stopping) {
        pthread_mutex_unlock(&lock);
        pthread_exit(NULL);
    }
    pthread_cond_wait(&changed, &lock);
}

void seL4_Signal(seL4_CPtr notification)
{
    pthread_mutex_lock(&lock);
    struct object *o = &objects[caps[notification].object];
    o->active = true;
    o->pending_badges |= caps[notification].badge;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static bool take_signal(struct object *o, seL4_Word *badge)
{
    bool was = o->active;
    if (badge)
        *badge = was ? o->pending_badges : 0;
    if (was) {
        o->active = false;
        o->pending_badges = 0;
    }
    return was;
}

void seL4_Wait(seL4_CPtr notification, seL4_Word *badge)
{
    pthread_mutex_lock(&lock);
    while (!take_signal(&objects[caps[notification].object], badge))
        wait_for_change();
    pthread_mutex_unlock(&lock);
}

seL4_MessageInfo_t seL4_Poll(seL4_CPtr notification, seL4_Word *badge)
{
    pthread_mutex_lock(&lock);
    (void)take_signal(&objects[caps[notification].object], badge);
    pthread_mutex_unlock(&lock);
    return seL4_MessageInfo_new(0, 0, 0, 0);
}

void seL4_Yield(void)
{
    sched_yield();
}

/* Only the words that the length names travel. */
static void copy_words(seL4_Word *to, const seL4_Word *from, seL4_MessageInfo_t info)
{
    memcpy(to, from, seL4_MessageInfo_get_length(info) * sizeof(seL4_Word));
}

seL4_MessageInfo_t seL4_Call(seL4_CPtr endpoint, seL4_MessageInfo_t info)
{
    pthread_mutex_lock(&lock);
    struct object *o = &objects[caps[endpoint].object];
    while (o->state != IDLE)
        wait_for_change();
    o->state = CALLING;
    o->info = info;
    o->badge = caps[endpoint].badge;
    copy_words(o->msg, __sel4_ipc_buffer->msg, info);
    pthread_cond_broadcast(&changed);
    while (o->state != ANSWERED)
        wait_for_change();
    info = o->info;
    copy_words(__sel4_ipc_buffer->msg, o->msg, info);
    o->state = IDLE;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return info;
}

seL4_MessageInfo_t seL4_Recv(seL4_CPtr endpoint, seL4_Word *badge)
{
    pthread_mutex_lock(&lock);
    struct object *o = &objects[caps[endpoint].object];
    while (o->state != CALLING)
        wait_for_change();
    o->state = SERVED;
    *badge = o->badge;
    seL4_MessageInfo_t info = o->info;
    copy_words(__sel4_ipc_buffer->msg, o->msg, info);
    pthread_mutex_unlock(&lock);
    return info;
}

seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr endpoint, seL4_MessageInfo_t info, seL4_Word *badge)
{
    pthread_mutex_lock(&lock);
    struct object *o = &objects[caps[endpoint].object];
    o->state = ANSWERED;
    o->info = info;
    copy_words(o->msg, __sel4_ipc_buffer->msg, info);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return seL4_Recv(endpoint, badge);
}

/* Callers are not kept here: the machine's tests do that. */
void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t info)
{
    (void)dest;
    (void)info;
}

seL4_Error seL4_CNode_SaveCaller(seL4_CPtr root, seL4_Word slot, uint8_t depth)
{
    (void)root;
    (void)slot;
    (void)depth;
    return seL4_IllegalOperation;
}

seL4_Error seL4_TCB_Suspend(seL4_TCB tcb)
{
    (void)tcb;
    pthread_exit(NULL);
}
