/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The picture's contents (picture.c): who is shown, who is connected with whom by what, and whom
 * each guest can influence. emit_picture.c draws it, picture_hardware.c words the hardware.
 */
#pragma once

#include "emit.h"

/* From the least trusted to the machine. */
enum trust { TRUST_MONITOR, TRUST_SERVER, TRUST_NATIVE, TRUST_HARDWARE };

#define MAX_PICTURE_GUESTS 64

struct picture_node {
    const struct instance *instance;
    enum trust trust;
    unsigned guest;     /* a monitor's */
    uint64_t bit;       /* its guest's; 0 for others; the 65th guest has the first's */
    bool is_settings;   /* hardware without interfaces: a place for settings */
    uint64_t influence; /* guests whose monitor sends to it, or writes its memory: one bit each */
    uint64_t indirect;  /* the same through other components */
};

/* One connection between two ends. */
struct picture_row {
    const char *name;
    const struct connector_decl *connector;
    const struct interface *from, *to;
    uint64_t shared; /* bytes of memory that both have mapped */
    bool from_writes, to_writes;
};

/* All that two instances have to do with each other; of the two, `a` is trusted less. */
struct picture_card {
    struct picture_node *a, *b;
    struct VEC(struct picture_row) rows;
};

struct picture {
    struct compiler *cc;
    unsigned guests;
    struct VEC(struct picture_node *) nodes;
    struct VEC(struct picture_card *) cards;
};

void picture_build(struct compiler *cc, struct picture *picture);

/* picture_hardware.c: text for labels, already escaped, each line ended by `<BR ALIGN="LEFT"/>`. */
const char *picture_escaped(struct compiler *cc, const char *string);
const char *picture_size(struct compiler *cc, uint64_t bytes);
/* The hardware among the objects that `origin` asked for. */
void picture_hardware(struct compiler *cc, const char *origin, struct text *out);
/* What an instance holds by its own attributes, and what a monitor passes through to its guest. */
void picture_granted(const struct layout_instance *in, struct text *out);
void picture_passed_through(const struct layout_instance *in, struct text *out);
