/* SPDX-License-Identifier: BSD-2-Clause */
/* What guest, monitor and peer of this app agree on. */
#pragma once

#include "sizes.h"

/* Dataports. */
enum { ONE = 1, THREE, MANY, LARGE, READ_ONLY, DATAPORTS = READ_ONLY };

/* Words of dataport ONE: what the guest wants of the peer, and what the peer answers. */
enum word { WORD_COMMAND, WORD_ARGUMENT, WORD_ANSWER, WORD_COUNT };

enum command {
    CHECK = 1, /* the dataport ARGUMENT has, past the words, the pattern that the guest wrote */
    FILL,      /* writes the peer's pattern there */
    FLOOD,     /* emits ARGUMENT events */
    SEEN,      /* how often it was woken */
};

/* 64-bit word i of dataport `id`, as the guest or the peer writes it. */
#define PATTERN(id, i, guest) (((uint64_t)(id) << 56) | (uint64_t)(guest) << 48 | (i)*0x9e3779b1u)

/* Hypercalls of the app's own. */
enum {
    TOKEN_LIVES = 0x100,  /* how often the guest has started */
    TOKEN_MEMORY = 0x101, /* free bytes of the monitor's untyped memory */
    TOKEN_SLOTS = 0x102,  /* free slots of its CSpace */
    TOKEN_HEAP = 0x103,   /* bytes of its heap in use */
};
