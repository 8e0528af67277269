#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# contributing.sh CAMKESC SOURCE: the files that CONTRIBUTING.md shows compile.
set -eu -o pipefail
camkesc=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v work="$work" -f "$source/tests/tutorial/shown.awk" "$source/CONTRIBUTING.md"

compile() {
    gcc -std=gnu17 -Wall -Wextra -Werror -fsyntax-only -I "$source/libs/sel4/include" \
        -I "$source/libs/base/include" "$@"
}
cd "$work"
compile -mgeneral-regs-only -ffreestanding -I "$source/kernel" \
    -DCounterAdd=1000 -DseL4_CounterBits=4 kernel/object/counter.c
compile -I libs/vmm/include -I "$source/libs/vmm/include" libs/vmm/src/devices/ticket.c
compile -I "$source/libs/camkes/include" -I "$source/libs/compat/include" \
    -I "$source/libs/c/include" \
    -I "$source/libs/alloc/include" -I "$source/libs/camkes/src/connectors" \
    libs/camkes/src/connectors/doorbell.c

"$camkesc" -I components/Porter -I libs/camkes/adl -I "$source/libs/camkes/adl" \
    -I "$source/components/interfaces" -o out door.camkes
grep -q 'notification' out/capdl.txt
compile -I out/porter -I "$source/libs/camkes/include" -I "$source/libs/compat/include" \
    components/Porter/src/main.c

find . -name "*.[ch]" -not -path "./out/*" |
    xargs clang-format-14 --style="file:$source/.clang-format" --dry-run -Werror
echo "$(find . -name '*.[ch]' -not -path './out/*' | wc -l) C files and 2 descriptions are as shown"
