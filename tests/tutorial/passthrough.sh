#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# passthrough.sh SOURCE: the commands of docs/passthrough.md work, and print what it shows after
# them. They run in a copy of the sources.
set -eu -o pipefail
source=$1
. "$source/tests/lib.sh"
mkdir -p tests/unit
cp -r "$source/tools" "$source/libs" .
cp -r "$source/tests/unit/pci" tests/unit

# Blocks of commands and of what they print, in order, each with its kind as suffix.
awk '
    /^```(sh|text)$/ {
        file = sprintf("block%02d.%s", ++count, substr($0, 4))
        printf "" > file
        next
    }
    /^```/ {
        file = ""
    }
    file {
        print > file
    }' "$source/docs/passthrough.md"
blocks=0
for block in block*; do
    case $block in
    *.sh)
        sh -eu "./$block" >printed 2>log </dev/null || fail "$(cat "$block")"
        blocks=$((blocks + 1))
        ;;
    *) diff "$block" printed >log || fail "the document shows something else" ;;
    esac
done
[ $blocks -ge 2 ] || fail "the document has $blocks blocks of commands"
