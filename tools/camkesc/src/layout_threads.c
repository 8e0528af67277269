/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: the control thread, the fault handler, and those that the connectors give to interfaces;
 * each with a stack, an IPC buffer, a notification to sleep on and a badged fault endpoint.
 */
#include "layout.h"

#include <string.h>

#define DEFAULT_STACK    KIB(16)
#define MAX_STACK        MIB(64)
/* Room above for servers, and for who is more urgent than they are (docs/components.md). */
#define DEFAULT_PRIORITY 253
#define MAX_PRIORITY     255
#define MAX_CORE         255

/* "fs_priority", else for the control thread "_priority", else "priority" of the whole instance. */
static const struct setting *thread_setting(const struct layout_instance *in, const char *prefix,
                                            const char *name)
{
    const struct setting *setting = known_setting(in, prefix, name);
    return setting ? setting : known_setting(in, NULL, name);
}

/* The kernel uses one core; that is no less isolation than several. */
static void check_affinity(const struct layout_instance *in, const char *prefix)
{
    const struct setting *setting = thread_setting(in, prefix, "affinity");
    int64_t core = number_setting(in->cc, setting, 0, 0, MAX_CORE);
    if (core > 0)
        diag_warning(in->cc, setting->location, "%s is %lld: all threads run on core 0",
                     setting->name, (long long)core);
}

static void add_stack(struct layout_instance *in, struct layout_thread *thread, const char *prefix)
{
    int64_t size = number_setting(in->cc, known_setting(in, prefix, "stack_size"), DEFAULT_STACK,
                                  4096, MAX_STACK);
    thread->stack_size = (uint64_t)ROUND_UP(size, PAGE_SIZE_4K);
    const char *name = layout_name(in, "stack.%s", thread->name);
    struct frames frames = layout_frames(in->cc, thread->stack_size, name, in->instance->name);
    /* The page below is a guard. */
    thread->stack = ROUND_UP(in->stack_cursor + PAGE_SIZE_4K, BIT(frames.bits));
    in->stack_cursor = thread->stack + thread->stack_size;
    layout_map(in, &frames, thread->stack, READ_WRITE);
}

/* Four buffers share a frame; the threads share an address space anyway. */
static void add_ipc_buffer(struct layout_instance *in, struct layout_thread *thread)
{
    if (in->ipc_cursor % PAGE_SIZE_4K == 0) {
        const char *name =
            layout_name(in, "ipc.%llu",
                        (unsigned long long)((in->ipc_cursor - IPC_BUFFER_BASE) / PAGE_SIZE_4K));
        struct frames frames = layout_frames(in->cc, PAGE_SIZE_4K, name, in->instance->name);
        layout_map(in, &frames, in->ipc_cursor, READ_WRITE);
        in->ipc_frame = frames.first;
    }
    thread->ipc_buffer = in->ipc_cursor;
    thread->ipc_frame = in->ipc_frame;
    in->ipc_cursor += IPC_BUFFER_SIZE;
}

static void add_thread(struct layout_instance *in, enum thread_kind kind, const char *name,
                       const struct layout_end *end)
{
    struct layout_thread thread = {
        .name = name, .kind = kind, .end = end, .bound_notification = CAPDL_NONE};
    const char *prefix = end ? end->end->interface->decl->name.text : "";
    const char *instance = in->instance->name;
    thread.tcb = layout_object(in->cc, CAPDL_TCB, 0, layout_name(in, "tcb.%s", name), instance);
    thread.tcb_slot = layout_cap(in, thread.tcb, ALL_RIGHTS, 0);
    add_stack(in, &thread, kind == THREAD_FAULT ? "fault" : prefix);
    add_ipc_buffer(in, &thread);
    thread.priority = (unsigned)number_setting(in->cc, thread_setting(in, prefix, "priority"),
                                               DEFAULT_PRIORITY, 0, MAX_PRIORITY);
    check_affinity(in, prefix);
    if (kind == THREAD_FAULT) {
        thread.priority = MAX_PRIORITY;
    } else {
        unsigned wake = layout_object(in->cc, CAPDL_NOTIFICATION, 0,
                                      layout_name(in, "wake.%s", name), instance);
        thread.wake_slot = layout_cap(in, wake, READ_WRITE, 0);
        thread.fault_slot = layout_cap(in, in->fault_endpoint, CAPDL_WRITE | CAPDL_GRANT_REPLY,
                                       in->threads.count + 1);
    }
    vec_push(&in->cc->arena, &in->threads, thread);
}

static unsigned thread_count(const struct end *end)
{
    const struct connector_decl *connector = end->connection->connector;
    const struct connector_side *side = end->from ? &connector->from : &connector->to;
    if (side->threads >= 0)
        return (unsigned)side->threads;
    /* A server needs a thread to serve; nobody else does unless the connector says so. */
    return !end->from && side->kind == END_PROCEDURE;
}

void layout_threads(struct layout_instance *in)
{
    in->fault_endpoint =
        layout_object(in->cc, CAPDL_ENDPOINT, 0, layout_name(in, "fault"), in->instance->name);
    in->fault_slot = layout_cap(in, in->fault_endpoint, CAPDL_READ, 0);
    add_thread(in, THREAD_CONTROL, "control", NULL);
    add_thread(in, THREAD_FAULT, "fault", NULL);
    const struct setting *single = known_setting(in, NULL, "single_threaded");
    for (size_t i = 0; i < in->ends.count; i++) {
        struct layout_end *end = in->ends.items[i];
        if (!end->end->connection->connector->spec->symbol)
            continue;
        end->thread_count = thread_count(end->end);
        if (single && !single->decl && value_truth(single->value) && end->thread_count > 0) {
            diag_error(in->cc, end->end->location,
                       "%s is single-threaded, but %s serves %s by a "
                       "thread",
                       in->instance->name, end->end->connection->connector->name.text,
                       end->end->interface->decl->name.text);
            diag_note(in->cc, single->location, "it is said to be so here");
            diag_hint(in->cc, "connect it by seL4RPCNoThreads, seL4RPCDataportNoThreads, "
                              "seL4GlobalAsynch or seL4NotificationNative");
        }
        const char *name = end->end->interface->decl->name.text;
        for (unsigned j = 0; j < end->thread_count; j++)
            add_thread(in, THREAD_INTERFACE,
                       j ? arena_printf(&in->cc->arena, "%s.%u", name, j) : name, end);
    }
}
