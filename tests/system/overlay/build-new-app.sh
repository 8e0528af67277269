#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A new app made of `hello`, in a tree of its own (the sources stay as they are): build-new-app.sh
# BUILD_DIR
set -eu

source=$(cd "$(dirname "$0")/../../.." && pwd)
build=$1
tree=$build/tree
mkdir -p "$build"
rm -rf "$tree"
mkdir -p "$tree/projects"
cp -r "$source/projects/vm-examples" "$tree/projects"
ln -s "$source/projects/vm" "$source/projects/vm-linux" "$tree/projects"
cp "$source/new-app" "$tree"
"$tree/new-app" greeter --from hello
"$source/tests/system/build-app.sh" "$build" -DCAMKES_VM_APP="$tree/projects/vm-examples/greeter"
