#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Bring an external project's copy of its sources up to date, so that an edit reaches the next build:
#
#   overlay-sync.sh SOURCE COPY LIST [BUILD]
#
# Files that changed are copied, files that were deleted are deleted; what a build has put into the copy
# stays. LIST remembers which files came from SOURCE. The folder BUILD (if not given: COPY) is not part of
# SOURCE, even if it lies in it.
set -eu

source=$1
copy=$2
list=$3

[ -d "$source" ] || {
    echo "overlay-sync: error: $source is not a folder (any more); the external project's URL names it" >&2
    exit 1
}
mkdir -p "$copy" "$(dirname "$list")"
build=${4:-$copy}
(cd "$source" && find . -path "./${build#"$source/"}" -prune -o \( -type f -o -type l \) -print) | sort >"$list.new"
while IFS= read -r file; do
    cmp -s "$source/$file" "$copy/$file" && continue
    mkdir -p "$(dirname "$copy/$file")"
    # A new time stamp: the file is news to the build, however old it is.
    rm -f "$copy/$file"
    cp --preserve=mode "$source/$file" "$copy/$file"
done <"$list.new"
if [ -e "$list" ]; then
    comm -23 "$list" "$list.new" | while IFS= read -r file; do
        rm -f "$copy/$file"
    done
fi
mv -f "$list.new" "$list"
