#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Whoever includes a header that cannot be here is told why, and nothing else: absent.sh SOURCE_DIR
# BUILD_DIR
set -eu

source=$1
build=$2
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"

grep '^<' "$source/libs/compat/absent.txt" >list
while IFS= read -r line; do
    header=${line%%>*}
    header=${header#<}
    ! gcc -xc -std=gnu17 -fsyntax-only -I "$build/libs/compat/absent" \
        -I "$source/libs/compat/include" - >log 2>&1 <<C || fail "$header can be included"
#include <$header>
C
    expect_equal "errors of $header" "$(sed -n 's/.*: error: #error //p' log)" "$line"
    expect_equal "number of messages" "$(grep -c 'error:\|warning:' log)" 1
    [ ! -e "$source/libs/compat/include/$header" ] || fail "$header is there, too"
done <list
expect_equal "order of names" "$(cat list)" "$(LC_ALL=C sort -u list)"
[ "$(wc -l <list)" -ge 50 ] || fail "the list is not read"
echo "ok: $(wc -l <list) headers say why they are not there"
