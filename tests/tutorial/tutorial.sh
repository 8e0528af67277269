#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Follows docs/tutorial.md in a fresh copy of the sources: tutorial.sh WORK_DIR 32|64
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
source=$(cd "$here/../.." && pwd -P)
work=$1
bits=$2

rm -rf "$work"
mkdir -p "$work/source"
work=$(cd "$work" && pwd -P)
# What a clone would hold; without git (an unpacked archive of the sources) all but what was built.
cd "$source"
if git ls-files >"$work/tracked" 2>/dev/null && [ -s "$work/tracked" ]; then
    while read -r file; do
        [ ! -e "$file" ] || echo "$file"
    done <"$work/tracked" >"$work/files"
else
    find . -name .git -prune -o -path ./build -prune -o -path './build_*' -prune -o -type f \
        -print >"$work/files"
fi
tar -cf - -T "$work/files" | tar -xf - -C "$work/source"
exec expect -f "$here/tutorial.exp" "$source/docs/tutorial.md" "$work/source" "$bits"
