#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# AddToFileServer, DecompressLinuxKernel, files that custom targets make on the side and external
# projects that change their word size, in a project made here: what they build, what an edit does,
# what they refuse.
#   vm-helpers.sh EXTRACT_VMLINUX SOURCE_DIR
set -eu

program=$1
source=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$here/../../lib.sh"
# shellcheck source-path=SCRIPTDIR source=project.sh
. "$here/project.sh"
mkdir -p app/a app/b app/folder
cp "$program" extract-vmlinux
echo one >app/file
# An ELF file is taken as it is.
cp /bin/true app/a/kernel
cp /bin/true app/b/kernel
echo more >>app/b/kernel

# fails PATTERN LINE...: it configures, and the build stops and says so
fails() {
    pattern=$1
    shift
    begin "$@"
    configure || fail "not configured: $*"
    ! ninja -C build file_server_x >log 2>&1 || fail "built: $*"
    grep -q "$pattern" log || fail "no error with '$pattern'"
    [ ! -e build/files/x ] || fail "a file is left: $*"
}

is() {
    [ "$(cat "$1")" = "$2" ] || fail "$1 is '$(cat "$1")', should be '$2'"
}

begin <<'CMAKE'
AddToFileServer("plain" file)
AddToFileServer("a.b" ${CMAKE_CURRENT_SOURCE_DIR}/file)
AddToFileServer("a_b" file)
add_custom_target(maker COMMAND cp ${CMAKE_CURRENT_SOURCE_DIR}/file
    ${CMAKE_CURRENT_BINARY_DIR}/on-the-side)
AddToFileServer("side" ${CMAKE_CURRENT_BINARY_DIR}/on-the-side DEPENDS maker)
add_custom_target(kernel_maker COMMAND cp ${CMAKE_CURRENT_SOURCE_DIR}/a/kernel
    ${CMAKE_CURRENT_BINARY_DIR}/made-kernel)
DecompressLinuxKernel(k1 out1 a/kernel)
DecompressLinuxKernel(k2 out2 b/kernel)
DecompressLinuxKernel(k3 out3 ${CMAKE_CURRENT_BINARY_DIR}/made-kernel DEPENDS kernel_maker)
AddToFileServer("one" ${out1} DEPENDS k1)
AddToFileServer("two" ${out2} DEPENDS k2)
AddToFileServer("three" ${out3} DEPENDS k3)
foreach(name plain a.b a_b side one two three)
    list(APPEND targets file_server_${name})
endforeach()
add_custom_target(everything ALL DEPENDS ${targets})
CMAKE
configure || fail "the helpers' own project was not configured"
build() {
    ninja -C build everything >log 2>&1 || fail "ninja: $*"
}
build "the first time"
for name in plain a.b a_b side; do
    is build/files/$name one
done
cmp build/files/one app/a/kernel
cmp build/files/two app/b/kernel
cmp build/files/three app/a/kernel

# In the same session of CMake: an edit behind a target that names no outputs arrives, and without
# one nothing is made.
echo two >app/file
build "after an edit"
is build/files/plain two
is build/files/side two
cp app/b/kernel app/a/kernel
build "with another kernel"
cmp build/files/three app/b/kernel
stamps=$(stat -Lc '%n %y' build/files/*)
build "without an edit"
[ "$(stat -Lc '%n %y' build/files/*)" = "$stamps" ] || fail "files were made anew without an edit"
if grep -q 'Extracting\|Adding' log; then
    fail "something is done without an edit"
fi
# And so in the next one.
configure || fail "the second configuration"
echo three >app/file
build "after an edit and a second configuration"
is build/files/side three

refused 'AddToFileServer(x): the archive has a file of this name already' \
    'AddToFileServer(x file)' 'AddToFileServer(x file)'
refused 'AddToFileServer(x): /.*/no does not exist and no DEPENDS' 'AddToFileServer(x no)'
refused 'AddToFileServer(x): file is "";' 'AddToFileServer(x "")'
refused 'AddToFileServer(x): /.*/folder is a folder' 'AddToFileServer(x folder)'
refused "AddToFileServer(x): unknown arguments 'more'; after the file it takes INSTANCE" \
    'AddToFileServer(x file more)'
for name in '' . .. a/b ../x 'a b' 'a\;b' 'TRAILER!!!' "$(printf '%0256d' 0)"; do
    refused 'AddToFileServer(.*): ".*" cannot be a name in the archive' \
        "AddToFileServer(\"$name\" file)"
done
refused 'DecompressLinuxKernel(k): the kernel file is ""' 'DecompressLinuxKernel(k out "")'
refused 'DecompressLinuxKernel(k): /.*/no does not exist and no DEPENDS' \
    'DecompressLinuxKernel(k out no)'
refused 'DecompressLinuxKernel(k): there is a target of this name' 'add_custom_target(k)' \
    'DecompressLinuxKernel(k out file)'
refused 'DecompressLinuxKernel(): target "" cannot be a target' 'DecompressLinuxKernel("" out file)'
refused 'UpdateDtbFromInitrd: guests on x86 have no device tree' \
    'UpdateDtbFromInitrd(dtb rootfs 0x9d000000 target out)'
refused "DecompressLinuxKernel(k): unknown arguments 'more'" \
    'DecompressLinuxKernel(k out file more)'

# The word size of a guest's programs changes in the same build folder, also back and forth before
# ninja runs.
mkdir app/program
cat >app/program/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.8.2)
project(program C)
add_executable(program program.c)
CMAKE
echo 'int main(void) { return 0; }' >app/program/program.c
begin <<'CMAKE'
FindCustomPollyToolchain(toolchain "linux-gcc-${bits}bit-pic")
ExternalProject_Add(program URL file:///${CMAKE_CURRENT_SOURCE_DIR}/program
    BINARY_DIR ${CMAKE_BINARY_DIR}/program
    BUILD_ALWAYS ON EXCLUDE_FROM_ALL INSTALL_COMMAND ""
    CMAKE_ARGS -DCMAKE_TOOLCHAIN_FILE=${toolchain})
DeclareExternalProjObjectFiles(program program FILES program)
add_custom_target(everything ALL DEPENDS ${CMAKE_BINARY_DIR}/program/program)
CMAKE
for sizes in 64 32 '64 32 64'; do
    for bits in $sizes; do
        configure -Dbits="$bits" || fail "not configured for $bits bits"
    done
    build "for $bits bits"
    # The fifth byte of an ELF file says 1 for 32 bits, 2 for 64.
    class=$(od -An -tu1 -j4 -N1 build/program/program)
    [ $((class)) = $((bits / 32)) ] || fail "the program for $bits bits has ELF class $class"
done

# shellcheck disable=SC2016 # CMake's variables
{
    fails \
        'AddToFileServer(x): error: idle is built, but there is no /.*/gone; correct the path or DEPENDS' \
        'add_custom_target(idle)' 'AddToFileServer(x ${CMAKE_CURRENT_BINARY_DIR}/gone DEPENDS idle)'
    fails 'extract-vmlinux: error: .*/file: not a Linux kernel' \
        'DecompressLinuxKernel(k out file)' 'AddToFileServer(x ${out} DEPENDS k)'
}
echo PASS
