# SPDX-License-Identifier: BSD-2-Clause
#
# What all rules share: how a fault is told, and how wide a line is.

function fault(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    faults++
}

# In characters, not bytes: those that continue a character of UTF-8 do not count (LC_ALL=C).
function width(line) {
    gsub(/[\200-\277]/, "", line)
    return length(line)
}

END {
    exit faults > 0
}
