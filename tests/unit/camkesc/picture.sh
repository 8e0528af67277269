#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Pictures of systems: well-formed, with every instance and connection as text, and no two things
# in the same place. Usage: picture.sh camkesc source-dir folder…: of all apps in these
set -eu
camkesc=$1 root=$2
shift 2
vm=$root/projects/vm/components
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Boxes "x y width height name", centres given, that overlap.
overlaps() {
    awk '{
        name = $5
        for (i = 6; i <= NF; i++)
            name = name " " $i
        for (i = 1; i < NR; i++) {
            dx = $1 - x[i]; dy = $2 - y[i]
            if ((dx < 0 ? -dx : dx) * 2 < $3 + w[i] && (dy < 0 ? -dy : dy) * 2 < $4 + h[i])
                print name " and " n[i]
        }
        x[NR] = $1; y[NR] = $2; w[NR] = $3; h[NR] = $4; n[NR] = name
    }'
}

# draw FILE: checks the picture and leaves its text in $dir/text
draw() {
    "$camkesc" -I "$root/libs/camkes/adl" -I "$root/components" -I "$root/components/interfaces" \
        -I "$vm" -I "$vm/VM" -I "$vm/StringReverse/include" -I "$(dirname "$1")/components" \
        -I "$(dirname "$1")/interfaces" --picture "$dir/dot" --list "$dir/list" "$1" \
        2>"$dir/log" || fail "$1: $(cat "$dir/log")"
    dot -Tsvg -o "$dir/svg" -Tplain -o "$dir/plain" "$dir/dot" 2>"$dir/log" ||
        fail "$1: $(cat "$dir/log")"
    [ ! -s "$dir/log" ] || fail "$1: dot says $(cat "$dir/log")"
    xmllint --nonet --noout "$dir/svg" || fail "$1: no XML"
    ! grep -q 'href\|url(' "$dir/svg" || fail "$1: the picture needs other files"
    xmllint --nonet --xpath '//*[local-name()="text"]/text()' "$dir/svg" >"$dir/text"
    # Instances with programs, and everything that the text connects.
    {
        sed -n 's/^set(CAMKES_INSTANCES \[==\[\(.*\)\]==\])/\1/p' "$dir/list" | tr ';' '\n'
        gcc -E -P -w -x c -I "$vm" -I "$vm/VM" -I "$vm/StringReverse/include" "$1" |
            tr '\n' ' ' | grep -o 'connection  *[A-Za-z0-9]*  *[a-z0-9_]*' | sed 's/.* //'
    } >"$dir/names"
    awk '
        NR == FNR { # "outer.x" is called outer_x in C, and x where it was written
            for (i = 1; i <= NF; i++) {
                word = $i
                while (sub(/^[^.]*\./, "", word))
                    seen[word]
                seen[$i]
                gsub(/\./, "_", $i)
                seen[$i]
            }
            next
        }
        !($0 in seen)' "$dir/text" "$dir/names" >"$dir/missing"
    [ ! -s "$dir/missing" ] || fail "$1: not in the picture: $(cat "$dir/missing")"
    word='\([^ ]*\)'
    sed -n "s/^node \(\"[^\"]*\"\|[^ ]*\) $word $word $word $word .*/\2 \3 \4 \5 \1/p" \
        "$dir/plain" | grep -v '"column' | overlaps >"$dir/over"
    [ ! -s "$dir/over" ] || fail "$1: $(cat "$dir/over")"
    # Words: a letter is 0.4 times as wide as high, at least.
    value='"\([^"]*\)"'
    place="text-anchor=\"start\" x=$value y=$value.*font-size=$value"
    sed -n "s/^<text .*$place.*>\(.*\)<\/text>/\1 \2 \3 \4/p" "$dir/svg" |
        awk '{
            x = $1; y = $2; size = $3; $1 = $2 = $3 = ""; sub(/^ */, "")
            gsub(/&[^;]*;/, "x")
            print x + length($0) * size * 0.2, y, length($0) * size * 0.4, size * 0.7, $0
        }' >"$dir/words"
    count=$(grep -c '<text text-anchor="start"' "$dir/svg")
    [ "$(wc -l <"$dir/words")" -eq "$count" ] || fail "$1: not all words are looked at"
    overlaps <"$dir/words" >"$dir/over"
    [ ! -s "$dir/over" ] || fail "$1: $(cat "$dir/over")"
}

# shown LINE…: what the text in $dir/text must have
shown() {
    for line in "$@"; do
        grep -q "$line" "$dir/text" || fail "$system: '$line' is not shown"
    done
}

for system in $(cd "$root" && grep -rl --include=*.camkes '^assembly\|^component VM' "$@" |
    grep -v '^tests/unit/.*/\(errors\|warned\)/\|/VM/vm.camkes'); do
    draw "$root/$system"
    case $system in
    */minimal.camkes)
        shown '64 KiB shared' 'ports 0x3f8 to 0x3ff' 'memory 0xfed00000, 4 KiB' \
            'interrupt 4 of I/O APIC 0'
        ;;
    */cma34cr_minimal.camkes)
        shown 'PCI 05:00.0 Ethernet5' 'ports 0x3000 to 0x301f Ethernet5' \
            'memory 0xc0520000, 16 KiB' 'interrupt 17 of I/O APIC 0 Ethernet5' \
            'devices are behind the IOMMU'
        ;;
    esac
done
