/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's state and its steps, in the order in which main() takes them. Each returns 0, or -1
 * with loader_message set.
 */
#pragma once

#include "error.h"
#include "place.h"
#include "plan.h"

#include <sel4/sel4.h>

/*
 * The loader's own address space, above its image: memory for its lists, and two windows through
 * which it fills frames. All within one gigabyte, so that one page directory serves.
 */
#define ARENA_VADDR        0x10000000000ull
#define ARENA_SIZE         0x20000000ull
#define WINDOW_VADDR       0x10020000000ull /* one 4 KiB page */
#define LARGE_WINDOW_VADDR 0x10020200000ull /* one 2 MiB page */

struct loader_bytes {
    uint64_t ram;        /* all RAM of the machine */
    uint64_t untyped;    /* free when the loader started */
    uint64_t image;      /* the loader's own image */
    uint64_t loader;     /* lists, tables and windows */
    uint64_t components; /* frames, tables and objects of components */
    uint64_t handed_out; /* untyped memory that components own */
    uint64_t moved;      /* image pages that became components' memory … */
    uint64_t archives;   /* … of which file archives */
};

struct loader {
    const seL4_BootInfo *bootinfo;
    struct placement placement;
    struct plan plan;
    seL4_CPtr first_slot, next_slot, end_slot; /* of the loader's CNode */
    /* Device memory that was only made to reach what lies above it. */
    struct VEC(seL4_CPtr) fillers;
    uint8_t *image_taken; /* per image page: its capability maps it into a component already */
    struct loader_bytes bytes;
    uint32_t objects_made, capabilities, mappings;
};

extern struct loader loader;

/* What the kernel names, and what taking RAM at fixed addresses adds. */
#define LOADER_UNTYPEDS_MAX (2 * CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS)

/* ram.c: to be done before objects are placed. */
int take_fixed_ram(void);

/* memory.c */
int memory_init(void);
/* Bits of the largest untyped that is aligned at `start` and does not go beyond `end`. */
unsigned block_bits(uint64_t start, uint64_t end);
/* `count` objects from an untyped, into adjacent slots; the first slot in `*slot`. */
int memory_make(uint32_t untyped, const struct plan_object *like, uint32_t count, seL4_CPtr *slot);
int slot_take(uint32_t count, seL4_CPtr *slot);
/* A frame at the window, writable, until window_close(); NULL with loader_message set. */
void *window_open(seL4_CPtr frame, unsigned size_bits);
int window_close(seL4_CPtr frame);

/* create.c, device.c */
int create_objects(void);
int create_device_memory(void);
/* Is it the page of device memory after the object before it in the description? */
bool device_follows(const struct description *d, uint32_t object);

/* hardware.c */
int create_hardware(void);
/* Of interrupts and faults, to who is to hear of them. */
int connect_signals(void);
/*
 * The machine lacks the object, and loader_message says so: `error`, or 0 where the system can do
 * without it, which the console is told.
 */
int lacking(uint32_t object, int error);
/* The one who asked for `to` gets what `from` is. */
int share_object(uint32_t from, uint32_t to);

/* load.c, map.c */
int load_programs(void);
int load_fills(void);
int map_tables(void);
int map_frames(void);
int map_image_pages(void); /* last: takes them out of the loader's own address space */

/* caps.c, threads.c, finish.c */
int distribute_caps(void);
int configure_threads(void);
int resume_threads(void);
int give_up_authority(void);
/* Before map_image_pages(), which takes the programs out of sight. */
void count_memory(void);
void print_summary(void);

/* main.c: on the kernel's console; nothing where the kernel is built without CONFIG_PRINTING. */
void loader_print(const char *text);
/* Says "<who>: cannot <what>: <error>" and is -1; 0 where `error` is none. */
int kernel_says(seL4_Error error, const char *who, const char *what);

static inline const char *object_name(uint32_t object)
{
    return description_name(&loader.plan.description, object);
}
