#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One build folder, one app after the other: what one forces is not there for the next. Usage:
# settings.sh source-dir
set -eu
root=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/forces" "$dir/plain" "$dir/two"
cat >"$dir/forces/CMakeLists.txt" <<'END'
set(KernelX86Sel4Arch ia32 CACHE STRING "" FORCE)
set(KernelMultibootGFXMode text CACHE STRING "" FORCE)
END
: >"$dir/plain/CMakeLists.txt"
echo 'set(KernelMaxNumNodes 2 CACHE STRING "" FORCE)' >"$dir/two/CMakeLists.txt"
cat >"$dir/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.18)
project(settings NONE)
set(CAISSON_SOURCE_DIR $root)
include($root/cmake/settings.cmake)
add_library(caisson_freestanding INTERFACE)
caisson_before_app()
add_subdirectory(\${CAMKES_VM_APP} app)
caisson_after_app()
set(KernelMultibootGFXMode none CACHE STRING "")
message("has \${KernelX86Sel4Arch} \${KernelMultibootGFXMode}.")
END
# has ARCH GRAPHICS ARGUMENT…: what the settings are when it is configured so
has() {
    wanted="has $1 $2."
    shift 2
    cmake -G Ninja -S "$dir" -B "$dir/build" "$@" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
    grep -qx "$wanted" "$dir/log" ||
        { echo "FAILED: $*: not '$wanted' but '$(grep '^has' "$dir/log")'" >&2; exit 1; }
}
has x86_64 none -D CAMKES_VM_APP="$dir/plain"
has ia32 text -D CAMKES_VM_APP="$dir/forces"
has ia32 text
has x86_64 none -D CAMKES_VM_APP="$dir/plain"
# The user's own setting stays.
has ia32 none -D KernelX86Sel4Arch=ia32
has ia32 text -D CAMKES_VM_APP="$dir/forces"
has ia32 none -D CAMKES_VM_APP="$dir/plain"
# More cores than are used: a note.
has ia32 none -D CAMKES_VM_APP="$dir/two"
grep -q 'no effect here: KernelMaxNumNodes=2 ' "$dir/log" ||
    { echo "FAILED: nothing is said about two cores" >&2; exit 1; }
has ia32 none -D CAMKES_VM_APP="$dir/plain"
