/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest shares with components: dataports, which it asks to see in place of pages of its
 * RAM, and events of either direction. Each kind is numbered from 1. The guest asks by hypercalls,
 * in EBX, ECX, EDX and ESI, and finds 0 or a negative errno in EAX:
 *
 *     EAX          EBX        ECX                    EDX       ESI
 *     1 dataports  1 share    id                     address   size
 *                  2 return   id
 *     2 events in  1 listen   address of the page
 *                  2 done
 *                  3 ignore
 *     3 events out 1 emit     id
 *
 * Events for the guest are remembered, one of each kind, until it listens. Then each is written
 * into its page (struct crossvm_event_page), with interrupt 12, and the next one follows when the
 * guest is done with it. One with which it is not done when it begins to listen anew comes again.
 */
#pragma once

#include <base/bits.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct vmm vmm_t;

#define CROSSVM_IDS_MAX 256 /* of each kind: 1 to 256 */
#define CROSSVM_IRQ     12

enum crossvm_token {
    CROSSVM_DATAPORTS = 1,
    CROSSVM_EVENTS_IN,
    CROSSVM_EVENTS_OUT,
};

enum crossvm_dataport_command { CROSSVM_SHARE = 1, CROSSVM_RETURN };
enum crossvm_event_command { CROSSVM_LISTEN = 1, CROSSVM_DONE, CROSSVM_IGNORE };
enum crossvm_emit_command { CROSSVM_EMIT = 1 };

#define CROSSVM_MAGIC 42

struct crossvm_event_page {
    uint32_t id, magic;
};

/* Memory of a component's that the guest may see. */
struct crossvm_dataport {
    void *ctx; /* whose frames they are; null: there is no dataport of this number */
    uint64_t size;
    unsigned page_bits;
    /* Where the guest has it, of which `shown` bytes; 0: nowhere. */
    uint64_t address, shown;
};

/*
 * How pages are exchanged. Addresses and sizes have been checked: whole pages, and either all RAM
 * or nothing at all.
 */
struct crossvm_memory {
    /* From `address` on, instead of the guest's RAM if there is: the dataport. 0, or -errno. */
    int (*show)(vmm_t *vmm, const struct crossvm_dataport *dataport, uint64_t address,
                uint64_t size);
    /* The guest's RAM again, as it was, or nothing. */
    void (*hide)(vmm_t *vmm, const struct crossvm_dataport *dataport);
};

struct crossvm {
    const struct crossvm_memory *memory;
    struct crossvm_dataport dataport[CROSSVM_IDS_MAX];
    void (*emit[CROSSVM_IDS_MAX])(void);
    uint64_t known[CROSSVM_IDS_MAX / 64];   /* events for the guest that there are */
    uint64_t pending[CROSSVM_IDS_MAX / 64]; /* of these, those that it has not been told of */
    uint64_t page;                          /* the guest's */
    bool listening;
    unsigned told;       /* the event in the page, with which the guest is not done; 0: none */
    unsigned complaints; /* kinds of mistakes already logged */
};

/*
 * Serve `crossvm`, which is all zero, to the guest; once, before vmm_run(). 0, or negative if the
 * hypercalls are taken.
 */
int crossvm_init(vmm_t *vmm, struct crossvm *crossvm, const struct crossvm_memory *memory);

/* Each may be added once: 0 or -errno. A dataport's size is one of whole pages of `page_bits`. */
int crossvm_add_dataport(vmm_t *vmm, uint64_t id, void *ctx, uint64_t size, unsigned page_bits);
int crossvm_add_emitter(vmm_t *vmm, uint64_t id, void (*emit)(void));
int crossvm_add_event(vmm_t *vmm, uint64_t id);

/*
 * An event for the guest has come. From any thread, which then has the guest's own thread call
 * crossvm_deliver().
 */
void crossvm_event(vmm_t *vmm, uint64_t id);
/* Tell the guest of what is pending, if it listens. */
void crossvm_deliver(vmm_t *vmm);

/*
 * The guest starts anew: all its RAM is its own, it does not listen, and what is pending stays,
 * with an event that it was told of and was not done with.
 */
void crossvm_reset(vmm_t *vmm);
