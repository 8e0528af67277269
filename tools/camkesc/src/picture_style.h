/* SPDX-License-Identifier: BSD-2-Clause */
/* How the picture looks: what its nodes (emit_picture.c) and cards (emit_picture_cards.c) share. */
#pragma once

#include "picture.h"

#define INK      "#0f172a"
#define FAINT    "#475569"
#define LEFT_END "<BR ALIGN=\"LEFT\"/>"

enum { COLUMN_GUEST, COLUMN_MONITOR, COLUMN_SHARED = 3, COLUMN_HARDWARE = 5, COLUMNS };

/* Dark enough for white text; the tint is for areas. */
struct colours {
    const char *dark, *tint;
};

extern const struct picture_group {
    const char *title;
    struct colours colours;
    unsigned column;
} picture_groups[]; /* by enum trust */

enum kind { KIND_CALL, KIND_EVENT, KIND_MEMORY, PICTURE_KINDS };

extern const struct picture_kind {
    const char *word, *meaning;
    struct colours colours;
} picture_kinds[PICTURE_KINDS];

enum kind picture_kind_of(const struct picture_row *row);
const struct colours *picture_colours(const struct picture_node *node);

static inline const char *picture_name(const struct picture_node *node)
{
    return node->instance->name;
}

/* A connection of an instance with itself or with hardware has no card. */
bool picture_has_card(const struct picture_card *card);
const char *picture_card_name(const struct picture *picture, const struct picture_card *card);
unsigned picture_card_column(const struct picture_card *card);
/* The card, if there is one, and its lines. */
void emit_picture_card(const struct picture *picture, const struct picture_card *card,
                       struct text *out);
