/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --picture: the system as a graph for Graphviz' dot, in columns from left to right: guests,
 * monitors, what connects them with others, servers and native components, what connects those,
 * hardware. A connection is text in a card of its own between the two, because dot never lets nodes
 * overlap; labels of edges it does.
 */
#include "picture_style.h"
#include <string.h>

#define FONT "DejaVu Sans,Verdana,Helvetica,Arial,sans-serif"

/* A guest's colours come round after six. */
static const struct colours guest_colours[] = {
    {"#1d4ed8", "#eff6ff"}, {"#b45309", "#fff7ed"}, {"#7e22ce", "#faf5ff"},
    {"#0f766e", "#f0fdfa"}, {"#be185d", "#fdf2f8"}, {"#4d7c0f", "#f7fee7"},
};

const struct picture_group picture_groups[] = {
    [TRUST_MONITOR] = {"Monitor", {"", ""}, COLUMN_MONITOR},
    [TRUST_SERVER] = {"Servers", {"#334155", "#f1f5f9"}, COLUMN_SHARED},
    [TRUST_NATIVE] = {"Native components", {"#166534", "#f0fdf4"}, COLUMN_SHARED},
    [TRUST_HARDWARE] = {"Hardware", {"#57534e", "#f5f5f4"}, COLUMN_HARDWARE},
};

const struct picture_kind picture_kinds[PICTURE_KINDS] = {
    [KIND_CALL] = {"call", "the first calls the second", {"#1e293b", "#e2e8f0"}},
    [KIND_EVENT] = {"event", "the first wakes the second", {"#78350f", "#fef3c7"}},
    [KIND_MEMORY] = {"memory", "both have it mapped", {"#7f1d1d", "#fecaca"}},
};

enum kind picture_kind_of(const struct picture_row *row)
{
    return row->connector->from.kind == END_PROCEDURE ? KIND_CALL
           : row->connector->from.kind == END_EVENT   ? KIND_EVENT
                                                      : KIND_MEMORY;
}

const struct colours *picture_colours(const struct picture_node *node)
{
    return node->trust == TRUST_MONITOR ? &guest_colours[node->guest % ARRAY_SIZE(guest_colours)]
                                        : &picture_groups[node->trust].colours;
}

/* --- Nodes --- */

/* Which guests reach it: filled where directly, framed where through others. */
static void emit_reach(const struct picture *picture, const struct picture_node *node,
                       struct text *out)
{
    uint64_t any = (node->influence | node->indirect) & ~node->bit;
    if (!any)
        return;
    text_printf(out, "<TR><TD ALIGN=\"LEFT\"><TABLE BORDER=\"0\" CELLBORDER=\"0\" "
                     "CELLSPACING=\"3\" CELLPADDING=\"2\"><TR>");
    for (size_t i = 0; i < picture->nodes.count; i++) {
        const struct picture_node *guest = picture->nodes.items[i];
        if (!(any & guest->bit))
            continue;
        const char *dark = picture_colours(guest)->dark;
        if (node->influence & guest->bit)
            text_printf(out,
                        "<TD BGCOLOR=\"%s\" BORDER=\"1\" COLOR=\"%s\"><FONT POINT-SIZE=\"9\" "
                        "COLOR=\"white\">%s</FONT></TD>",
                        dark, dark, picture_name(guest));
        else
            text_printf(out,
                        "<TD BGCOLOR=\"white\" BORDER=\"1\" COLOR=\"%s\"><FONT POINT-SIZE=\"9\" "
                        "COLOR=\"%s\">%s</FONT></TD>",
                        dark, dark, picture_name(guest));
    }
    text_add(out, "</TR></TABLE></TD></TR>");
}

static void emit_details(const char *details, struct text *out)
{
    if (*details)
        text_printf(out,
                    "<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" "
                    "COLOR=\"" INK "\">%s</FONT></TD></TR>",
                    details);
}

static void begin_node(const char *id, const char *title, const char *subtitle,
                       const struct colours *colours, struct text *out)
{
    text_printf(out,
                "\"%s\" [label=<<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" "
                "CELLPADDING=\"5\" COLOR=\"%s\" BGCOLOR=\"white\"><TR><TD ALIGN=\"LEFT\" "
                "BALIGN=\"LEFT\" BGCOLOR=\"%s\"><FONT COLOR=\"white\"><B>%s</B>" LEFT_END
                "<FONT POINT-SIZE=\"9\">%s</FONT></FONT></TD></TR>",
                id, colours->dark, colours->dark, title, subtitle);
}

static void end_node(struct text *out)
{
    text_add(out, "</TABLE>>];\n");
}

static bool has_own_rows(const struct picture_row *row, const struct picture_node *node)
{
    return row->from->instance == node->instance && row->to->instance == node->instance;
}

/* Connections that a card does not show: of an instance with itself, and of a device. */
static void add_inner_rows(const struct picture *picture, const struct picture_node *node,
                           struct text *out)
{
    for (size_t i = 0; i < picture->cards.count; i++)
        for (size_t j = 0; j < picture->cards.items[i]->rows.count; j++) {
            const struct picture_row *row = &picture->cards.items[i]->rows.items[j];
            if (has_own_rows(row, node))
                text_printf(out, "%s to itself: <B>%s</B>&#160; %s" LEFT_END,
                            picture_kinds[picture_kind_of(row)].word, row->name,
                            row->connector->name.text);
            const struct interface *device = row->from->instance == node->instance ? row->from
                                             : row->to->instance == node->instance ? row->to
                                                                                   : NULL;
            if (!device || node->trust != TRUST_HARDWARE)
                continue;
            text_printf(out, "<B>%s</B>&#160; %s" LEFT_END, row->name, row->connector->name.text);
            picture_hardware(picture->cc, interface_name(picture->cc, device), out);
        }
}

/* Settings that came from an instance which is nothing but a place for them. */
static bool takes_settings(const struct picture_node *node, const struct picture_node *place)
{
    size_t length = strlen(picture_name(place));
    for (size_t i = 0; i < node->instance->settings.count; i++) {
        const char *source = node->instance->settings.items[i].source;
        if (source && strncmp(source, picture_name(place), length) == 0 && source[length] == '.')
            return true;
    }
    return false;
}

static bool is_taken(const struct picture *picture, const struct picture_node *place)
{
    for (size_t i = 0; place->is_settings && i < picture->nodes.count; i++)
        if (picture->nodes.items[i]->trust == TRUST_MONITOR &&
            takes_settings(picture->nodes.items[i], place))
            return true;
    return false;
}

static void emit_node(const struct picture *picture, const struct picture_node *node,
                      struct text *out)
{
    struct text details;
    text_init(&details, &picture->cc->arena);
    begin_node(picture_name(node), picture_name(node), node->instance->component->name.text,
               picture_colours(node), out);
    add_inner_rows(picture, node, &details);
    if (node->instance->layout)
        picture_granted(node->instance->layout, &details);
    emit_details(details.data, out);
    emit_reach(picture, node, out);
    end_node(out);
}

static void add_setting(const struct picture *picture, const struct picture_node *node,
                        const char *name, const char *title, struct text *out)
{
    const struct setting *setting = find_setting(node->instance, name);
    const char *string = setting ? value_string(setting->value) : NULL;
    if (string && *string)
        text_printf(out, "%s %s" LEFT_END, title, picture_escaped(picture->cc, string));
}

/* A monitor and its guest, in one frame of the guest's colour. */
static void emit_guest(const struct picture *picture, const struct picture_node *node,
                       struct text *out)
{
    const struct colours *colours = picture_colours(node);
    struct text details;
    text_init(&details, &picture->cc->arena);
    const struct setting *ram = find_setting(node->instance, "guest_ram_mb");
    int64_t megabytes;
    if (ram && value_as_number(ram->value, &megabytes))
        text_printf(&details, "%lld MiB of RAM" LEFT_END, (long long)megabytes);
    add_setting(picture, node, "kernel_image", "kernel", &details);
    add_setting(picture, node, "initrd_image", "initrd", &details);
    if (node->instance->layout)
        picture_passed_through(node->instance->layout, &details);
    for (size_t i = 0; i < picture->nodes.count; i++)
        if (picture->nodes.items[i]->is_settings && takes_settings(node, picture->nodes.items[i]))
            text_printf(&details, "settings from <B>%s</B>" LEFT_END,
                        picture_name(picture->nodes.items[i]));
    text_printf(out,
                "subgraph \"cluster_%s\" {\nlabel=\"Guest and monitor %s\"; fontcolor=\"%s\"; "
                "color=\"%s\"; bgcolor=\"%s\";\n",
                picture_name(node), picture_name(node), colours->dark, colours->dark,
                colours->tint);
    begin_node(arena_printf(&picture->cc->arena, "guest %s", picture_name(node)), "Guest",
               "trusted by nobody", colours, out);
    emit_details(details.data, out);
    end_node(out);
    emit_node(picture, node, out);
    text_printf(out, "\"guest %s\":e -> \"%s\":w [color=\"%s\", penwidth=3, arrowhead=none];\n}\n",
                picture_name(node), picture_name(node), colours->dark);
}

static void emit_group(const struct picture *picture, enum trust trust, struct text *out)
{
    bool open = false;
    for (size_t i = 0; i < picture->nodes.count; i++) {
        const struct picture_node *node = picture->nodes.items[i];
        if (node->trust != trust || is_taken(picture, node))
            continue;
        if (!open)
            text_printf(out,
                        "subgraph cluster_%u {\nlabel=\"%s\"; fontcolor=\"%s\"; color=\"%s\"; "
                        "bgcolor=\"%s\";\n",
                        (unsigned)trust, picture_groups[trust].title,
                        picture_groups[trust].colours.dark, picture_groups[trust].colours.dark,
                        picture_groups[trust].colours.tint);
        open = true;
        emit_node(picture, node, out);
    }
    text_add(out, open ? "}\n" : "");
}

/* --- The whole --- */

static void emit_columns(const struct picture *picture, struct text *out)
{
    for (unsigned column = 0; column < COLUMNS; column++) {
        text_printf(out, "{rank=same; \"column %u\" [style=invis, shape=point, width=0];", column);
        for (size_t i = 0; i < picture->nodes.count; i++) {
            const struct picture_node *node = picture->nodes.items[i];
            if (node->trust == TRUST_MONITOR && column == COLUMN_GUEST)
                text_printf(out, " \"guest %s\";", picture_name(node));
            if (picture_groups[node->trust].column == column && !is_taken(picture, node))
                text_printf(out, " \"%s\";", picture_name(node));
        }
        for (size_t i = 0; i < picture->cards.count; i++)
            if (picture_has_card(picture->cards.items[i]) &&
                picture_card_column(picture->cards.items[i]) == column)
                text_printf(out, " \"%s\";", picture_card_name(picture, picture->cards.items[i]));
        text_add(out, "}\n");
        if (column)
            text_printf(out, "\"column %u\" -> \"column %u\" [style=invis];\n", column - 1, column);
    }
}

static void emit_legend(const struct picture *picture, struct text *out)
{
    const char *input = picture->cc->options.input, *slash = strrchr(input, '/');
    text_printf(out,
                "label=<<TABLE BORDER=\"0\" CELLSPACING=\"4\" CELLPADDING=\"3\"><TR>"
                "<TD COLSPAN=\"2\" ALIGN=\"LEFT\"><FONT POINT-SIZE=\"18\"><B>%s</B></FONT></TD>"
                "</TR>",
                picture_escaped(picture->cc, slash ? slash + 1 : input));
    for (size_t i = 0; i < PICTURE_KINDS; i++)
        text_printf(out,
                    "<TR><TD BGCOLOR=\"%s\"><FONT POINT-SIZE=\"9\" COLOR=\"%s\">%s</FONT></TD>"
                    "<TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"10\">%s</FONT></TD></TR>",
                    picture_kinds[i].colours.tint, picture_kinds[i].colours.dark,
                    picture_kinds[i].word, picture_kinds[i].meaning);
    text_add(out,
             "<TR><TD BGCOLOR=\"" FAINT "\"><FONT POINT-SIZE=\"9\" COLOR=\"white\">vm</FONT></TD>"
             "<TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"10\">this guest, through its monitor, can "
             "influence it</FONT></TD></TR>"
             "<TR><TD BORDER=\"1\" COLOR=\"" FAINT "\"><FONT POINT-SIZE=\"9\" COLOR=\"" FAINT
             "\">vm</FONT></TD><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"10\">only through another "
             "component</FONT></TD></TR>"
             "<TR><TD><FONT POINT-SIZE=\"9\">lines</FONT></TD><TD ALIGN=\"LEFT\">"
             "<FONT POINT-SIZE=\"10\">in a guest's colour: its monitor's; thick: shared memory; "
             "dashed: events only; dotted: a device</FONT></TD></TR></TABLE>>;\n");
}

void emit_picture(struct compiler *cc, struct text *out)
{
    struct picture picture;
    picture_build(cc, &picture);
    text_add(out, "// Written by camkesc for dot.\n"
                  "digraph system {\n"
                  "rankdir=LR; newrank=true; ranksep=0.5; nodesep=0.3; splines=spline; pad=0.3; "
                  "bgcolor=white; labelloc=t; labeljust=l;\n"
                  "fontname=\"" FONT "\"; fontsize=12; fontcolor=\"" INK "\";\n"
                  "node [shape=plain, fontname=\"" FONT "\", fontsize=11, fontcolor=\"" INK "\"];\n"
                  "subgraph all {\n");
    for (size_t i = 0; i < picture.nodes.count; i++)
        if (picture.nodes.items[i]->trust == TRUST_MONITOR)
            emit_guest(&picture, picture.nodes.items[i], out);
    emit_group(&picture, TRUST_SERVER, out);
    emit_group(&picture, TRUST_NATIVE, out);
    emit_group(&picture, TRUST_HARDWARE, out);
    for (size_t i = 0; i < picture.cards.count; i++)
        emit_picture_card(&picture, picture.cards.items[i], out);
    emit_columns(&picture, out);
    text_add(out, "}\n");
    emit_legend(&picture, out);
    text_add(out, "}\n");
}
