#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The documents' pictures are those that their texts describe. `pictures.sh --draw` draws them.
set -eu -o pipefail
cd "$(dirname "$0")/../../docs/pictures"
export LC_ALL=C

failed=0
for text in *.txt; do
    picture=${text%.txt}.svg
    if [ "${1:-}" = --draw ]; then
        awk -f draw.awk "$text" >"$picture"
    elif ! awk -f draw.awk "$text" | cmp -s - "$picture"; then
        echo "docs/pictures/$picture is not what $text says: tests/lint/pictures.sh --draw"
        failed=1
    fi
done
exit $failed
