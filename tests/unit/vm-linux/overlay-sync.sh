#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What an external project's copy of its sources has after each kind of change: overlay-sync.sh
# CAISSON_SOURCE_DIR
set -eu

sync=$1/projects/vm-linux/tools/overlay-sync.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source="$work/the source+"
copy="$work/a copy"

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

update() {
    "$sync" "$source" "$copy" "$work/the list" 2>"$work/errors" || {
        cat "$work/errors" >&2
        fail "overlay-sync fails after: $1"
    }
    [ ! -s "$work/errors" ] || fail "after $1 it says: $(cat "$work/errors")"
    what=$1
}

# has FILE TEXT; lacks FILE
has() {
    [ -f "$copy/$1" ] && [ ! -L "$copy/$1" ] || fail "$what: no file $1 in the copy"
    [ "$(cat "$copy/$1")" = "$2" ] || fail "$what: $1 is '$(cat "$copy/$1")', should be '$2'"
}
lacks() {
    [ ! -e "$copy/$1" ] || fail "$what: $1 is still in the copy"
}

mkdir -p "$source/sub folder/deep" "$work/common"
echo one >"$source/a.c"
echo two >"$source/sub folder/deep/b c.h"
echo shared >"$work/common/shared.h"
ln -s ../common "$source/include"
ln -s a.c "$source/link.c"
ln -s nobody@nowhere:1 "$source/.#a.c"
update "the first copy"
has a.c one
has "sub folder/deep/b c.h" two
has include/shared.h shared
has link.c one
lacks .#a.c

# What the build makes stays; what has not changed is not touched.
echo object >"$copy/a.o"
touch -d 2001-01-01 "$copy/a.c"
update "nothing"
has a.o object
[ "$(stat -c %Y "$copy/a.c")" = "$(date -d 2001-01-01 +%s)" ] ||
    fail "an unchanged file was copied again"

# An edit that keeps the size, with an old time stamp, as mv or a version control system leave it.
echo 1ne >"$source/a.c"
touch -d 2002-02-02 "$source/a.c"
update "an edit"
has a.c 1ne
[ "$(stat -c %Y "$copy/a.c")" -gt "$(date -d 2003-01-01 +%s)" ] ||
    fail "make would not see the edit: the time is old"

chmod +x "$source/a.c"
update "chmod"
[ -x "$copy/a.c" ] || fail "chmod +x did not reach the copy"

echo changed >"$work/common/shared.h"
update "an edit behind a link"
has include/shared.h changed

chmod -w "$copy/a.c"
echo three >"$source/a.c"
update "an edit of what is read-only in the copy"
has a.c three

rm "$copy/a.c"
update "a loss in the copy"
has a.c three

rm "$source/sub folder/deep/b c.h"
update "a deletion"
lacks "sub folder/deep/b c.h"
has a.o object

rm "$source/a.c"
mkdir "$source/a.c"
echo inside >"$source/a.c/x"
update "a folder in a file's place"
has a.c/x inside
rm -r "$source/a.c"
echo file >"$source/a.c"
update "a file in a folder's place"
has a.c file

# The build may lie in the sources.
"$sync" "$source" "$source/build/copy" "$source/build/list" "$source/build"
"$sync" "$source" "$source/build/copy" "$source/build/list" "$source/build"
[ -e "$source/build/copy/a.c" ] || fail "no copy within the sources"
[ ! -e "$source/build/copy/build" ] || fail "the build was copied into itself"

if "$sync" "$work/gone" "$copy" "$work/the list" 2>"$work/errors"; then
    fail "a missing folder is accepted"
fi
grep -q 'error: .*/gone is not a folder' "$work/errors" ||
    fail "a missing folder: $(cat "$work/errors")"
has a.c file
rest=$(find "$work" -maxdepth 1 -name 'the list.*')
[ -z "$rest" ] || fail "left behind: $rest"
echo "PASS"
