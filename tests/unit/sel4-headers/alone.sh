#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each header of the API compiles alone, with no other header on the machine, as C11 and as C++17,
# with and without the calls for debugging; assembly may include some; and the list of names knows
# each header.
#     alone.sh FOLDER-OF-HEADERS NAMES C-COMPILER C++-COMPILER
set -eu
include=$1 names=$2 cc=$3 cxx=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

sed -n 's/^header  *//p' "$names" | sort >"$work/listed"
(cd "$include" && find . -name '*.h' | sed 's|^\./||' | sort) >"$work/there"
diff "$work/listed" "$work/there" || failed=1

# compile COMPILER STANDARD FILE [FLAG...]
compile() {
    "$1" "-std=$2" -Wall -Wextra -Werror -pedantic-errors -ffreestanding -nostdinc -fsyntax-only \
        "-I$include" ${4+"$4" "$5"} "$3" || { echo "$header is not $2"; failed=1; }
}

while read -r header; do
    # ISO C wants at least one declaration.
    printf '#include <%s>\ntypedef int nothing;\n' "$header" | tee "$work/a.c" >"$work/a.cc"
    compile "$cc" c11 "$work/a.c"
    compile "$cxx" c++17 "$work/a.cc"
    compile "$cc" c11 "$work/a.c" -DCAISSON_NO_DEBUG_BUILD -DCAISSON_NO_PRINTING
done <"$work/there"

sed -n 's/^assembly  *//p' "$names" >"$work/assembly"
while read -r header; do
    printf '#include <%s>\n .quad seL4_UserTop\n' "$header" >"$work/a.S"
    "$cc" -nostdinc "-I$include" -c -o "$work/a.o" "$work/a.S" ||
        { echo "$header is not for assembly"; failed=1; }
done <"$work/assembly"

for call in PutChar PutString DumpScheduler Halt Snapshot CapIdentify NameThread; do
    printf '#include <sel4/sel4.h>\nvoid *call = (void *)seL4_Debug%s;\n' $call >"$work/a.c"
    "$cc" -fsyntax-only "-I$include" "$work/a.c" || failed=1
    "$cc" -fsyntax-only "-I$include" -DCAISSON_NO_DEBUG_BUILD -DCAISSON_NO_PRINTING "$work/a.c" \
        2>"$work/errors" && { echo "a release has seL4_Debug$call"; failed=1; }
done
exit $failed
