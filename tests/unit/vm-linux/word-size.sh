#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The line that chooses 32-bit guests, in the places of an app's CMakeLists.txt where people put it,
# in the first configuration of a build. word-size.sh SOURCE_DIR
set -eu

source=$(cd "$1" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"
line='set(KernelX86Sel4Arch ia32 CACHE STRING "" FORCE)'

# The top of a build, as far as it matters here: the setting's default, then the app.
mkdir app
cat >CMakeLists.txt <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(top NONE)
set(CAISSON_SOURCE_DIR $source)
include($source/cmake/settings.cmake)
add_subdirectory(app)
CMAKE
# configure [ARGUMENT…]: the app is on standard input; kernels that have a rule go to $kernels
configure() {
    cat >app/CMakeLists.txt
    rm -rf build
    cmake -G Ninja -S . -B build "$@" >log 2>&1 || return 1
    kernels=$(ninja -C build -t targets all | sed -n 's/^vm_linux_kernel_\([0-9]*\): phony$/\1/p' |
        tr '\n' ' ')
}
# app BEFORE_INCLUDE AFTER_INCLUDE AFTER_KERNEL
app() {
    cat <<CMAKE
project(app NONE)
$1
include(\${CAISSON_SOURCE_DIR}/projects/vm-linux/vm-linux-helpers.cmake)
$2
GetDefaultLinuxKernelFile(kernel_file)
$3
GetDefaultLinuxRootfsFile(rootfs_file)
CMAKE
}

app '' '' '' | { configure && [ "$kernels" = '64 ' ]; } || fail "without the line"
app '' "$line" '' | { configure && [ "$kernels" = '32 ' ]; } ||
    fail "the line behind the includes, as the tutorial has it"
app "$line" '' '' | { configure && [ "$kernels" = '32 ' ]; } || fail "the line before the includes"
app '' "$line" '' | { configure -DKernelX86Sel4Arch=x86_64 && [ "$kernels" = '32 ' ]; } ||
    fail "the line against -D"
app '' '' '' | { configure -DKernelX86Sel4Arch=ia32 && [ "$kernels" = '32 ' ]; } || fail "-D"
echo "ok: places where the line counts"

too_late() {
    if configure; then
        fail "no error: $1"
    fi
    tr -s ' \n' ' ' <log | grep -q \
        'is "ia32" now, but was not when .*set it above all calls of GetDefaultLinux' ||
        fail "another error: $1"
    echo "ok: refused: $1"
}
app '' '' "$line" | too_late "between two questions"
{
    app '' '' ''
    echo "$line"
} | too_late "below the last question"

# No word size at all.
app '' 'set(KernelX86Sel4Arch aarch64 CACHE STRING "" FORCE)' '' | if configure; then
    fail "an unknown word size"
fi
grep -q 'KernelX86Sel4Arch is "aarch64": give "x86_64" (64-bit guests)' log ||
    fail "another error for an unknown word size"
echo "PASS"
