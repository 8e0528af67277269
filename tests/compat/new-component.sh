#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# new-component: what it makes configures and compiles, and what it refuses leaves nothing behind.
# new-component.sh SOURCE_DIR
set -eu

source=$(cd "$1" && pwd -P)
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"

# refused PATTERN [ARGUMENT…]
refused() {
    pattern=$1
    shift
    find . ! -name before ! -name log | sort >before
    ! "$source/new-component" "$@" >log 2>&1 || fail "accepted: $*"
    grep -q "^new-component: error: .*$pattern" log || fail "$*: no error with '$pattern'"
    find . ! -name before ! -name log | sort | cmp -s - before || fail "$* left something behind"
}

"$source/new-component" Porter_2 own >log || fail "no component"
grep -q 'next: ./run own/Porter_2/test' log || fail "nothing says what to do next"
mkdir build
(cd build && "$source/init-build.sh" -DCAMKES_VM_APP="$work/own/Porter_2/test") >log 2>&1 ||
    fail "its test does not configure"
for file in src/main.c test/tester.c; do
    ninja -C build "$work/own/Porter_2/$file^" >log 2>&1 || fail "$file does not compile"
    ! grep -q warning log || fail "$file compiles with warnings"
done

refused 'exists already' Porter_2 own
refused 'no name given'
refused "unknown option '--form'" --form x
refused "'c' is too much" a b c
refused 'cannot make' X log/X
for bad in '' 1a a/b ../x 'a b' .x 'a;b' a-b ä; do
    refused '' "$bad" own
done
echo "new components as expected"
