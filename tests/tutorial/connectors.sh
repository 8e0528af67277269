#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# connectors.sh SOURCE: docs/connectors.md shows all files of its example as they are;
# system.wordcount builds and runs them.
set -eu -o pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "File `path`:" and a block: that file.
awk -v work="$work" '
/^File `[^`]+`:$/ {
    split($0, part, "`")
    file = work "/" part[2]
    folder = file
    sub(/\/[^\/]*$/, "", folder)
    system("mkdir -p \"" folder "\"")
}
/^```/ {
    inside = !inside && file != ""
    if (!inside)
        file = ""
    next
}
inside {
    print >file
}' "$source/docs/connectors.md"
app=projects/vm-examples/wordcount
diff -r "$work/$app" "$source/$app"
