#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The table of docs/from-camkes.md, kept true: each row names a small program in rows/, which is
# configured and compiled here and comes to what it says it comes to. rows.sh SOURCE_DIR
#
# A program is one file. Lines that begin with @ name the files of its app, up to the next such
# line; row.camkes, row.c and CMakeLists.txt have defaults. What comes before says what becomes of
# it; without any of these all of it compiles:
#   refused 'PATTERN'   it is not configured or does not compile, and this is said
#   says 'PATTERN'      it is, and CMake or camkesc says this
#   makes FILE          it is, and this file is in the build folder
set -eu
export LC_ALL=C

source=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"

# What a program names in its last column.
sed -n 's/^|.*| `\([a-z0-9-]*\)` |$/\1/p' "$source/docs/from-camkes.md" >names
rows=$(grep -c '^|' "$source/docs/from-camkes.md")
expect_equal "rows with a program" "$(wc -l <names)" $((rows - 2))
expect_equal "programs" "$(ls "$here/rows")" "$(sort names)"

unpack() {
    rm -rf app
    mkdir app
    cat >app/CMakeLists.txt <<'CMAKE'
project(row C)
DeclareCAmkESComponent(Row SOURCES row.c)
DeclareCAmkESRootserver(row.camkes)
CMAKE
    echo 'component Row { control; } assembly { composition { component Row row; } }' \
        >app/row.camkes
    echo 'int run(void) { return 0; }' >app/row.c
    awk '
        /^@/ {
            file = "app/" substr($0, 2)
            folder = file
            sub("/[^/]*$", "", folder)
            system("mkdir -p " folder)
            printf "" >file
            next
        }
        file { print >file; next }
        { print >"expected" }' "$here/rows/$1"
}

# All objects that are made of the app's sources.
compile() {
    for file in app/row.c app/row.cpp app/row.S; do
        grep -q "^build [^:]*/app/${file#app/}\\.o:" build/build.ninja || continue
        ninja -C build --quiet "$(sed -n "s/^build \([^:]*\/app\/${file#app/}\.o\):.*/\1/p" \
            build/build.ninja | head -n 1)" >>log 2>&1 || return 1
    done
}

said() {
    tr -s ' \n' ' ' <log | grep -q -e "$1"
}

mkdir build
while IFS= read -r name; do
    : >expected
    unpack "$name"
    what=$(cut -d' ' -f1 expected)
    argument=$(sed "s/^[a-z]* //; s/^['\"]//; s/['\"]$//" expected)
    done=yes
    (cd build && "$source/init-build.sh" -DCAMKES_VM_APP="$work/app") >log 2>&1 </dev/null &&
        compile || done=no
    case $what in
    refused)
        [ $done = no ] || fail "$name: nothing is refused"
        said "$argument" || fail "$name: nothing says '$argument'"
        ;;
    says)
        [ $done = yes ] || fail "$name"
        said "$argument" || fail "$name: nothing says '$argument'"
        ;;
    makes)
        [ $done = yes ] || fail "$name"
        [ -e "build/$argument" ] || fail "$name: there is no $argument"
        ;;
    *) [ $done = yes ] || fail "$name" ;;
    esac
    echo "ok: $name"
done <names
