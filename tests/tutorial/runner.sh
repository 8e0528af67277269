#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The runner of documents itself: small documents, with a script in the machine's place, that must
# pass or must fail.
set -eu
export LC_ALL=C # a locale that lacks some of the document's characters

here=$(cd "$(dirname "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The app of the tutorial, and its line for 32-bit guests.
app=projects/vm-examples/minimal
setting='set(KernelX86Sel4Arch ia32 CACHE STRING "" FORCE)'

# run STATUS PATTERN: execute the document on standard input, where @@@ stands for a fence of three
# backquotes
bits=64
has_app=
run() {
    rm -rf "$work/source"
    mkdir "$work/source"
    echo 'first line' >"$work/source/first"
    if [ -n "$has_app" ]; then
        mkdir -p "$work/source/$app"
        echo "# $setting" >"$work/source/$app/CMakeLists.txt"
    fi
    cp "$here/fake-machine.exp" "$work/source/simulate"
    chmod +x "$work/source/simulate"
    sed 's/^@@@/```/' >"$work/document.md"
    got=0
    expect -f "$here/tutorial.exp" "$work/document.md" "$work/source" $bits >"$work/out" 2>&1 \
        </dev/null || got=$?
    if [ "$got" != "$1" ] || ! grep -q -e "$2" "$work/out"; then
        cat "$work/out"
        echo "FAIL: exit status $got, should be $1 with '$2'"
        exit 1
    fi
    echo "ok: $2"
}

# session STATUS PATTERN: the same for what is typed and printed after the login
session() {
    {
        printf '@@@console\n$ ./simulate\n'
        printf '[…]\nWelcome to Caisson\ncaisson login: root\nPassword: root\n[…]\n'
        cat
        printf '@@@\n'
    } >"$work/session"
    run "$1" "$2" <"$work/session"
}

run 0 'PASS: 5 checks' <<'EOD'
File `folder/second`:

@@@text
one
two
@@@

In `folder/second` replace

@@@text
two
@@@

by

@@@text
three
@@@

Commands follow one another:

@@@sh
cd folder
@@@

@@@sh
test "$(tail -n 1 second)" = three
test "$(wc -l <second)" = 2
test "$(cat ../first)" = 'first line'
@@@
EOD

run 1 'document.md:1: a command failed' <<'EOD'
@@@sh
false
echo more
@@@
EOD
run 1 'no such lines' <<'EOD'
In `first` replace
@@@text
first
@@@
by
@@@text
second
@@@
EOD
run 1 'first exists already' <<'EOD'
File `first`:
@@@text
again
@@@
EOD
run 1 'leaves the folder' <<'EOD'
File `../first`:
@@@text
again
@@@
EOD
run 1 'what should be done with this block' <<'EOD'
@@@text
for nobody
@@@
EOD
run 1 'a block should come here' <<'EOD'
File `third`:
Some text.
EOD
run 1 'ends within a step' <<'EOD'
In `first` replace
@@@text
first line
@@@
EOD
run 1 'the document has steps' <<'EOD'
Nothing to do.
EOD

# build BITS…: a document whose build, in place of a kernel, leaves its folder
build() {
    echo "    $setting"
    for word_size in "$@"; do
        printf '@@@sh\nmkdir -p build/vm-linux/images/kernel/%s\n@@@\n' "$word_size"
    done
}
has_app=yes
build 64 | run 0 'the guest was a 64-bit one'
build 32 | run 1 'the guest was a 64-bit one'
bits=32
build 32 | run 0 'the guest was a 32-bit one'
build 64 | run 1 'the guest was a 32-bit one'
build 64 32 | run 1 'the guest was a 32-bit one'
run 0 'PASS' <<EOD
    $setting
@@@sh
grep -q -x -F '$setting' $app/CMakeLists.txt
mkdir -p build/vm-linux/images/kernel/32
@@@
EOD
run 1 'names the setting for 32 bits' <<'EOD'
@@@sh
mkdir -p build/vm-linux/images/kernel/32
@@@
EOD
bits=64
has_app=

session 0 'PASS: 8 checks' <<'EOD'
# numbers
MAJOR poke
# use MAJOR
used
[    9.999999] said the kernel
# long
one
[…]
four
EOD
session 1 "printed 'used', the document says 'POKE!!!'" <<'EOD'
# use 77
POKE!!!
EOD
session 1 "did not print 'unused'" <<'EOD'
# use 77
used
unused
EOD
session 1 "printed 'two'" <<'EOD'
# long
one
four
EOD
session 1 "did not print 'five'" <<'EOD'
# long
one
[…]
five
EOD
