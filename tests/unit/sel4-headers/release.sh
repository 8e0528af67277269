#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Whatever knows of the calls for debugging compiles for a release, which has none, with the flags
# that the build uses for it.
#     release.sh SOURCE-FOLDER BUILD-FOLDER
set -eu
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"
grep -rlE 'seL4_Debug|CONFIG_(PRINTING|DEBUG_BUILD)' --include='*.c' \
    kernel libs loader components projects | sort >"$work/files"
failed=0 count=0
while read -r file; do
    # The command comes before the file that it is for; the first one will do.
    command=$(grep -B 1 "^ *\"file\": \"$source/$file\"" "$build/compile_commands.json" |
        sed -n 's/^ *"command": "\(.*\)",$/\1/p' | sed 's/\\"/"/g; 1q')
    [ -n "$command" ] || continue
    count=$((count + 1))
    (cd "$build" && eval "$command -fsyntax-only -DCAISSON_NO_DEBUG_BUILD -DCAISSON_NO_PRINTING") ||
        failed=1
done <"$work/files"
echo "$count files compile for a release"
[ "$count" -ge 5 ] && exit $failed
