/* SPDX-License-Identifier: BSD-2-Clause */
/* What two instances have to do with each other, as a card between them. */
#include "picture_style.h"

const char *picture_card_name(const struct picture *picture, const struct picture_card *card)
{
    return arena_printf(&picture->cc->arena, "%s and %s", picture_name(card->a),
                        picture_name(card->b));
}

unsigned picture_card_column(const struct picture_card *card)
{
    unsigned a = picture_groups[card->a->trust].column, b = picture_groups[card->b->trust].column;
    return a == b ? b + 1 : b - 1;
}

bool picture_has_card(const struct picture_card *card)
{
    return card->a != card->b && card->b->trust != TRUST_HARDWARE;
}

static const char *shared_text(const struct picture *picture, const struct picture_row *row)
{
    struct compiler *cc = picture->cc;
    if (!row->shared)
        return " "; /* dot takes no empty text */
    const char *size = picture_size(cc, row->shared);
    if (row->from_writes && row->to_writes)
        return arena_printf(&cc->arena, "%s shared", size);
    return arena_printf(&cc->arena, "%s shared, %s only reads", size,
                        (row->from_writes ? row->to : row->from)->instance->name);
}

static void emit_row(const struct picture *picture, const struct picture_card *card,
                     const struct picture_row *row, struct text *out)
{
    enum kind kind = picture_kind_of(row);
    bool forward = row->from->instance == card->a->instance;
    text_printf(out,
                "<TR><TD BGCOLOR=\"%s\"><FONT POINT-SIZE=\"9\" COLOR=\"%s\">%s</FONT></TD>"
                "<TD>%s</TD><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\"><B>%s</B>" LEFT_END
                "<FONT POINT-SIZE=\"9\" COLOR=\"" FAINT "\">%s</FONT></TD>"
                "<TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"%s\">%s</FONT></TD></TR>",
                picture_kinds[kind].colours.tint, picture_kinds[kind].colours.dark,
                picture_kinds[kind].word,
                kind == KIND_MEMORY ? "↔"
                : forward           ? "→"
                                    : "←",
                row->name, row->connector->name.text, picture_kinds[KIND_MEMORY].colours.dark,
                shared_text(picture, row));
}

void emit_picture_card(const struct picture *picture, const struct picture_card *card,
                       struct text *out)
{
    bool shares = false, calls = false;
    for (size_t i = 0; i < card->rows.count; i++) {
        shares |= card->rows.items[i].shared != 0;
        calls |= picture_kind_of(&card->rows.items[i]) != KIND_EVENT;
    }
    bool guest = card->a->trust == TRUST_MONITOR;
    const char *line = arena_printf(&picture->cc->arena,
                                    "[color=\"%s\", penwidth=%s, style=%s, arrowhead=none];\n",
                                    guest ? picture_colours(card->a)->dark : "#64748b",
                                    shares ? "3" : "1.3", calls ? "solid" : "dashed");
    if (!picture_has_card(card)) {
        if (card->a != card->b)
            text_printf(out, "\"%s\":e -> \"%s\":w %s", picture_name(card->a),
                        picture_name(card->b),
                        "[color=\"#57534e\", penwidth=1.3, style=dotted, arrowhead=none];\n");
        return;
    }
    const char *name = picture_card_name(picture, card);
    text_printf(out,
                "\"%s\" [label=<<TABLE BORDER=\"1\" STYLE=\"ROUNDED\" CELLBORDER=\"0\" "
                "CELLSPACING=\"2\" CELLPADDING=\"3\" COLOR=\"#94a3b8\" BGCOLOR=\"white\">"
                "<TR><TD COLSPAN=\"4\" ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"" FAINT
                "\">%s and %s</FONT></TD></TR>",
                name, picture_name(card->a), picture_name(card->b));
    for (size_t i = 0; i < card->rows.count; i++)
        emit_row(picture, card, &card->rows.items[i], out);
    text_add(out, "</TABLE>>];\n");
    text_printf(out, "\"%s\":e -> \"%s\":w %s", picture_name(card->a), name, line);
    if (picture_card_column(card) < picture_groups[card->b->trust].column)
        text_printf(out, "\"%s\":e -> \"%s\":w %s", name, picture_name(card->b), line);
    else
        text_printf(out, "\"%s\":e -> \"%s\":w %s", picture_name(card->b), name,
                    card->b->trust == TRUST_MONITOR
                        ? arena_printf(&picture->cc->arena,
                                       "[color=\"%s\", penwidth=%s, style=%s, arrowhead=none];\n",
                                       picture_colours(card->b)->dark, shares ? "3" : "1.3",
                                       calls ? "solid" : "dashed")
                        : line);
}
