#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each header of the API compiles alone, with no other header on the machine, as C11 and as C++17;
# and the list of names knows each header.
#     alone.sh FOLDER-OF-HEADERS NAMES C-COMPILER C++-COMPILER
set -eu
include=$1 names=$2 cc=$3 cxx=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

sed -n 's/^header  *//p' "$names" | sort >"$work/listed"
(cd "$include" && find . -name '*.h' | sed 's|^\./||' | sort) >"$work/there"
diff "$work/listed" "$work/there" || failed=1

flags="-Wall -Wextra -Werror -pedantic-errors -ffreestanding -nostdinc -fsyntax-only -I$include"
while read -r header; do
    # ISO C wants at least one declaration.
    printf '#include <%s>\ntypedef int nothing;\n' "$header" | tee "$work/a.c" >"$work/a.cc"
    $cc -std=c11 $flags "$work/a.c" || { echo "$header is not C11"; failed=1; }
    $cxx -std=c++17 $flags "$work/a.cc" || { echo "$header is not C++17"; failed=1; }
done <"$work/there"
exit $failed
