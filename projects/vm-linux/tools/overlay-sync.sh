#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Bring an external project's copy of its sources up to date, so that an edit reaches the next
# build:
#
#   overlay-sync.sh SOURCE COPY LIST [BUILD]
#
# Files that changed are copied, files that were deleted are deleted; what a build has put into the
# copy stays. LIST remembers what SOURCE had: name, time, size and mode of each file. As when CMake
# makes the first copy, links are followed; those that lead nowhere (editors' locks) are left out.
# The folder BUILD (if not given: COPY) is not part of SOURCE, even if it lies in it.
set -eu
export LC_ALL=C

source=$1
copy=$2
list=$3
build=${4:-$copy}

[ -d "$source" ] || {
    echo "overlay-sync: error: $source is not a folder (any more);" \
        "the external project's URL names it" >&2
    exit 1
}
mkdir -p "$copy" "$(dirname "$list")"
[ -e "$list" ] || : >"$list"
work=$(mktemp -d "$list.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

(cd "$source" && find -L . -path "./${build#"$source/"}" -prune -o \
    -type f -printf '%p\t%T@ %s %m\n') >"$work/found"
sort "$work/found" >"$work/list"
cut -f1 "$work/list" | sort >"$work/names"

# Deletions first: a folder may have taken a file's place, or the other way round.
cut -f1 "$list" | sort | comm -23 - "$work/names" | while IFS= read -r file; do
    rm -f "$copy/$file"
done
{
    comm -13 "$list" "$work/list" | cut -f1
    while IFS= read -r file; do
        [ -f "$copy/$file" ] || echo "$file"
    done <"$work/names"
} | sort -u >"$work/news"
# New time stamps: each file is news to the build, however old it is.
while IFS= read -r file; do
    [ ! -d "$copy/$file" ] || rm -rf "${copy:?}/$file"
done <"$work/news"
(cd "$source" && xargs -r -d '\n' cp -L --parents --remove-destination --preserve=mode \
    -t "$copy" --) <"$work/news"
mv -f "$work/list" "$list"
