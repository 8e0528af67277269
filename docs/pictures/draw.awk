# SPDX-License-Identifier: BSD-2-Clause
#
# Draws a picture as SVG of its text; tests/lint/pictures.sh --draw does so for all.
#
#   # comment
#   layer TITLE | BOX | BOX …      a layer over the width of the picture, its boxes side by side
#   line TEXT                      a border below which something else holds
#   lane NAME                      a column, for what follows
#   do NAME: TEXT                  what this one does
#   NAME -> NAME: TEXT             a step from one to another
#
# In a TEXT, " / " begins another line.

BEGIN {
    FULL = 960
    TEXT = 17 # height of a line
    y = 10
}

function escape(s) {
    gsub(/&/, "\\&amp;", s)
    gsub(/</, "\\&lt;", s)
    gsub(/>/, "\\&gt;", s)
    return s
}
function trim(s) {
    gsub(/^[ \t]+|[ \t]+$/, "", s)
    return s
}
function put(s) {
    body = body "  " s "\n"
}

# The lines of `s`, the first one's middle at (x, y).
function text(x, y, s, class,   part, count, i) {
    count = split(s, part, / \/ /)
    for (i = 1; i <= count; i++)
        put("<text x=\"" x "\" y=\"" y + 5 + (i - 1) * TEXT "\" class=\"" class "\">" \
            escape(trim(part[i])) "</text>")
}
function lines(s,   part) {
    return split(s, part, / \/ /)
}
function box(x, y, width, height, class) {
    put("<rect x=\"" x "\" y=\"" y "\" width=\"" width "\" height=\"" height \
        "\" rx=\"4\" class=\"" class "\"/>")
}

/^[ \t]*(#|$)/ {
    next
}

$1 == "layer" {
    count = split(substr($0, 6), part, /\|/)
    most = 1
    for (i = 2; i <= count; i++)
        if (lines(part[i]) > most)
            most = lines(part[i])
    height = most * TEXT + 14
    text(10, y + height / 2, trim(part[1]), "title")
    width = count > 1 ? (FULL - 190 - 10) / (count - 1) : 0
    for (i = 2; i <= count; i++) {
        box(190 + (i - 2) * width, y, width - 10, height, "box")
        text(190 + (i - 2) * width + (width - 10) / 2, y + 7 + TEXT / 2, trim(part[i]), "middle")
    }
    y += height + 10
    next
}

$1 == "line" {
    put("<path d=\"M10 " y + 2 " H" FULL - 20 "\" class=\"border\"/>")
    text(FULL - 20, y + 14, substr($0, 6), "end")
    y += TEXT + 14
    next
}

$1 == "lane" {
    lane[++lanes] = trim(substr($0, 5))
    number[lane[lanes]] = lanes
    next
}

function middle(name) {
    if (!(name in number)) {
        printf "%s:%d: no lane is named \"%s\"\n", FILENAME, FNR, name >"/dev/stderr"
        failed = 1
        exit 1
    }
    return (number[name] - 0.5) * FULL / lanes
}

# The lanes' heads, before the first step. How far down they reach is known at the end.
!started {
    started = 1
    for (i = 1; i <= lanes; i++) {
        box((i - 1) * FULL / lanes + 10, y, FULL / lanes - 20, TEXT + 12, "head")
        text(middle(lane[i]), y + 6 + TEXT / 2, lane[i], "middle")
    }
    y += TEXT + 12
    top = y
    y += 12
}

$1 == "do" {
    colon = index($0, ":")
    name = trim(substr($0, 4, colon - 4))
    what = trim(substr($0, colon + 1))
    height = lines(what) * TEXT + 10
    box(middle(name) - FULL / lanes / 2 + 10, y, FULL / lanes - 20, height, "box")
    text(middle(name), y + 5 + TEXT / 2, what, "middle")
    y += height + 8
    next
}

/->/ {
    arrow = index($0, "->")
    colon = index($0, ":")
    from = middle(trim(substr($0, 1, arrow - 1)))
    to = middle(trim(substr($0, arrow + 2, colon - arrow - 2)))
    what = trim(substr($0, colon + 1))
    text((from + to) / 2, y + TEXT / 2, what, "step")
    y += lines(what) * TEXT + 6
    put("<path d=\"M" from " " y " H" to + (to > from ? -2 : 2) "\" class=\"arrow\"/>")
    y += 14
    next
}

{
    printf "%s:%d: not understood: %s\n", FILENAME, FNR, $0 >"/dev/stderr"
    failed = 1
    exit 1
}

END {
    if (failed)
        exit 1
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " FULL " " y "\" width=\"" FULL \
        "\" height=\"" y "\">"
    print "  <!-- Drawn by draw.awk of the text beside this file. -->"
    print "  <style>"
    print "    text { font: 13px sans-serif; fill: #1d2733; }"
    print "    .title { font-weight: bold; }"
    print "    .middle, .step { text-anchor: middle; }"
    print "    .step { paint-order: stroke; stroke: #fff; stroke-width: 5px; }"
    print "    .end { text-anchor: end; font-style: italic; }"
    print "    .box { fill: #eef3f8; stroke: #7a8ea3; }"
    print "    .head { fill: #d3e0ee; stroke: #44607c; }"
    print "    .life { stroke: #b4c0cc; stroke-dasharray: 3 4; fill: none; }"
    print "    .arrow { stroke: #b5482a; stroke-width: 1.6; fill: none; marker-end: url(#tip); }"
    print "    .border { stroke: #b5482a; stroke-width: 1.6; stroke-dasharray: 8 5; fill: none; }"
    print "  </style>"
    print "  <defs>"
    print "    <marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" " \
        "markerHeight=\"8\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">"
    print "      <path d=\"M0 0 L8 4 L0 8 z\" fill=\"#b5482a\"/>"
    print "    </marker>"
    print "  </defs>"
    print "  <rect width=\"" FULL "\" height=\"" y "\" fill=\"#fff\"/>"
    for (i = 1; i <= lanes; i++)
        print "  <path d=\"M" middle(lane[i]) " " top " V" y - 6 "\" class=\"life\"/>"
    printf "%s", body
    print "</svg>"
}
