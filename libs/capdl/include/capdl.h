/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The binary capability description: what camkesc writes and the loader consumes.
 *
 * One file, little endian, all tables 8-byte aligned and addressed by byte offset from the start of
 * the header. Objects refer to each other by their index in the object table; strings by offset
 * into the string table (offset 0 is the empty string). Nothing in it is a pointer, so it can be
 * read in place.
 *
 * What is *not* in it: second- and third-level page tables (the loader makes those that the
 * mappings need), and the frames of the components' ELF images (the loader reads the ELF files).
 */
#pragma once

#include <stdint.h>

#define CAPDL_MAGIC   0x4c44504153494143ull /* "CAISAPDL" */
#define CAPDL_VERSION 2
#define CAPDL_NONE    0xffffffffu /* "no object", "no instance" */

/* What a table is: offset from the header in bytes, and number of entries. */
struct capdl_table {
    uint64_t offset;
    uint64_t count;
};

struct capdl_header {
    uint64_t magic;
    uint32_t version;
    uint32_t size;                /* of the whole file in bytes */
    struct capdl_table strings;   /* count = bytes */
    struct capdl_table objects;   /* struct capdl_object */
    struct capdl_table caps;      /* struct capdl_cap */
    struct capdl_table maps;      /* struct capdl_map */
    struct capdl_table threads;   /* struct capdl_thread */
    struct capdl_table instances; /* struct capdl_instance */
    struct capdl_table fills;     /* struct capdl_fill */
    struct capdl_table signals;   /* struct capdl_signal */
};

enum capdl_type {
    CAPDL_CNODE = 1, /* size_bits = radix; the guard fills the rest of the 64-bit word */
    CAPDL_TCB,
    CAPDL_ENDPOINT,
    CAPDL_NOTIFICATION,
    CAPDL_VSPACE,  /* a PML4 */
    CAPDL_FRAME,   /* size_bits 12, 21 or 30; CAPDL_DEVICE: at paddr */
    CAPDL_UNTYPED, /* size_bits; CAPDL_DEVICE: the region that starts at paddr */
    CAPDL_IRQ,     /* struct capdl_object.irq */
    CAPDL_IOPORTS, /* ports first … last inclusive */
    CAPDL_ASID_POOL,
    CAPDL_IOSPACE,     /* param[0] domain id, param[1] PCI bus << 8 | dev << 3 | fun */
    CAPDL_IRQ_CONTROL, /* the kernel's own singletons, for components that are granted them */
    CAPDL_IOPORT_CONTROL,
    CAPDL_MSI, /* one message of the PCI function param[1], as above */
};

/* Object flags. */
#define CAPDL_DEVICE       (1u << 0) /* physical address fixed by paddr */
/*
 * Left out, its slot empty, where memory is short, or the machine has no such thing or not for this
 * system. Of the latter the loader tells.
 */
#define CAPDL_OPTIONAL     (1u << 1)
/* Device memory; its address counts from where the machine has the configuration space of PCI. */
#define CAPDL_CONFIG_SPACE (1u << 2)
/* Optional, and the description is content without it, so that nothing is said. */
#define CAPDL_QUIET        (1u << 3)
/* With CAPDL_DEVICE: what is at paddr is RAM, and free. */
#define CAPDL_RAM          (1u << 4)

struct capdl_object {
    uint32_t type; /* enum capdl_type */
    uint32_t size_bits;
    uint32_t flags;
    uint32_t name;   /* string: "vm0.cnode", "conn3.ep" */
    uint32_t origin; /* string: what asked for it, for messages: "vm0.simple_untyped23_pool" */
    uint32_t reserved;
    union {
        uint64_t paddr;
        struct {
            uint16_t first, last;
        } ports;
        struct {
            uint32_t ioapic, pin;
            uint8_t level, active_low; /* 0 or 1 */
        } irq;
        uint64_t param[2];
    };
};

/* Rights, as seL4_CapRights_new() orders them. */
#define CAPDL_WRITE       (1u << 0)
#define CAPDL_READ        (1u << 1)
#define CAPDL_GRANT       (1u << 2)
#define CAPDL_GRANT_REPLY (1u << 3)

/* "CNode `cnode` holds in `slot` a capability to `object`." */
struct capdl_cap {
    uint32_t cnode, object;
    uint64_t slot;
    /* Endpoints and notifications; 0: none. For a CNode: guard data, 0: as CAPDL_CNODE says. */
    uint64_t badge;
    uint32_t rights;
    uint32_t reserved;
};

#define CAPDL_UNCACHED      (1u << 0)
#define CAPDL_WRITE_COMBINE (1u << 1)

/* "VSpace `vspace` maps `frame` at `vaddr`." */
struct capdl_map {
    uint32_t vspace, frame;
    uint64_t vaddr;
    uint32_t rights; /* CAPDL_READ, CAPDL_WRITE */
    uint32_t attributes;
};

/*
 * A thread. It starts at its instance's ELF entry with RDI = `argument` (index into the instance's
 * thread table), RSP = `stack_pointer` (16-byte aligned), RSI = `ipc_buffer`.
 */
struct capdl_thread {
    uint32_t tcb, instance;
    uint32_t cnode, vspace;
    uint32_t ipc_frame;          /* frame that holds the IPC buffer */
    uint32_t bound_notification; /* or CAPDL_NONE */
    uint64_t ipc_buffer;         /* its address; 1024-byte aligned */
    uint64_t stack_pointer;
    uint64_t argument;
    uint64_t fault_slot; /* fault endpoint: slot in `cnode`, already badged; 0 = none */
    uint32_t priority, max_priority, affinity;
    uint32_t name;
};

struct capdl_instance {
    uint32_t name; /* "vm0", also the name of its ELF in the loader's image */
    uint32_t component;
    uint32_t vspace, cnode;
    /* Where the pages of the ELF's .symtab and .strtab are mapped read-only; 0: nowhere. */
    uint64_t symbols_vaddr;
    /* Where a 4 KiB frame is mapped that the loader puts struct capdl_symbols in; 0: nowhere. */
    uint64_t symbols_info;
    uint32_t info_frame; /* that frame's object */
    uint32_t reserved;
};

/* Written by the loader at the start of an instance's info frame, for its fault handler. */
struct capdl_symbols {
    uint64_t symtab, symtab_size; /* addresses in the instance's space, Elf64_Sym entries */
    uint64_t strtab, strtab_size;
    uint64_t image_start, image_end; /* the ELF's loaded range */
};

enum capdl_fill_kind {
    /* The bootinfo extra chunk `id` (SEL4_BOOTINFO_HEADER_…), header included. */
    CAPDL_FILL_BOOTINFO_EXTRA = 1,
};

/* What the loader copies into a frame at `offset`, at most `size` bytes, before the start. */
struct capdl_fill {
    uint32_t frame, kind;
    uint32_t id, offset;
    uint32_t size, reserved;
};

/* "Interrupts, or an IOSpace's faults, signal `notification` with `badge`." */
struct capdl_signal {
    uint32_t object; /* CAPDL_IRQ, CAPDL_MSI, CAPDL_IOSPACE */
    uint32_t notification;
    uint64_t badge;
};
