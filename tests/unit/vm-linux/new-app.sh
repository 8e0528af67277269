#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# new-app: what it makes and what it refuses: new-app.sh SOURCE_DIR
set -eu

source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/projects"
cp -r "$source/projects/vm-examples" "$work/projects"
cp "$source/new-app" "$work"
apps=$work/projects/vm-examples

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

refused() {
    pattern=$1
    shift
    find "$apps" | sort >"$work/before"
    if "$work/new-app" "$@" >"$work/log" 2>&1; then
        fail "accepted: $*"
    fi
    grep -q "^new-app: error: .*$pattern" "$work/log" ||
        fail "$*: no error with '$pattern' in: $(cat "$work/log")"
    find "$apps" | sort | cmp -s - "$work/before" || fail "$* left something behind"
}

"$work/new-app" greeter >/dev/null
cmp "$apps/greeter/greeter.camkes" "$apps/minimal/minimal.camkes"
grep -q '^project(greeter)' "$apps/greeter/CMakeLists.txt" || fail "the project keeps its old name"
grep -q '^DeclareCAmkESVMRootServer(greeter.camkes)' "$apps/greeter/CMakeLists.txt" ||
    fail "the description is not named"
if grep minimal "$apps/greeter/CMakeLists.txt"; then
    fail "the old name is still there"
fi
"$work/new-app" My-app_2 --from hello >/dev/null
cmp "$apps/My-app_2/pkg/hello/hello.c" "$apps/hello/pkg/hello/hello.c"
grep -q '^AddExternalProjFilesToOverlay(hello-app' "$apps/My-app_2/CMakeLists.txt" ||
    fail "the program was renamed"

refused 'exists already' greeter
refused 'exists already' minimal
refused 'no name given'
refused "two names given: 'a' and 'b'" a b
refused "there is no app 'nope' to start from. Apps: .*minimal" other --from nope
refused "unknown option '--form'" other --form minimal
for bad in '' 1a a/b ../x 'a b' .x -x 'a;b' ä; do
    refused '' "$bad"
done
echo "new apps as expected"
