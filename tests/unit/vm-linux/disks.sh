#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Disks with a Debian system, what an app adds to the machine that ./simulate makes, and what the
# helpers for both refuse. disks.sh SOURCE_DIR
set -eu

source=$(cd "$1" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"

# configure: a project with the lines on standard input
configure() {
    {
        cat <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(app NONE)
set(CAISSON_SOURCE_DIR $source)
set(CAMKES_VM_APP app)
include($source/cmake/settings.cmake)
include($source/cmake/simulation.cmake)
include($source/projects/vm-linux/vm-linux-helpers.cmake)
CMAKE
        cat
        echo 'caisson_simulation()'
    } >CMakeLists.txt
    rm -rf build
    cmake -G Ninja -S . -B build >log 2>&1
}

while IFS='|' read -r line pattern; do
    if echo "$line" | configure; then
        fail "no error: $line"
    fi
    tr -s ' \n' ' ' <log | grep -q -F -e "$pattern" || {
        cat log >&2
        fail "$line: nothing says '$pattern'"
    }
    echo "ok: refused: $line"
done <<'LINES'
SetSimulationMachine(virt)|SetSimulationMachine(virt): give "pc" or "q35"
SetSimulationMachine(q35 pc)|SetSimulationMachine(q35): unknown arguments 'pc'
AddSimulationArguments()|AddSimulationArguments(): no argument given
AddSimulationDisk("a b" x)|id "a b" cannot be a target's name
AddSimulationDisk(d "")|AddSimulationDisk(d): file is empty
AddSimulationDisk(d no.img)|no.img does not exist and no DEPENDS says what makes it
AddSimulationDisk(d log COPY)|AddSimulationDisk(d): unknown arguments 'COPY'
GetArchDebianDisk(16 a b c)|GetArchDebianDisk(16): there is no Debian disk for this word size
GetArchDebianDisk(64 a b c d)|GetArchDebianDisk(64): unknown arguments 'd'
GetDebianDisk(a b c d)|GetDebianDisk(): unknown arguments 'd'
GetArchDebianKernelFile(16 file)|GetArchDebianKernelFile(16): there is no kernel for this word size
AddArchDebianModulesToOverlay(64 network)|AddArchDebianModulesToOverlay(64 network): no module given
LINES

mkdir 'a, b'
: >'a, b/disk.img'
configure <<'CMAKE' || fail "arguments with odd characters: $(cat log)"
SetSimulationMachine(q35)
AddSimulationDisk(first "a, b/disk.img")
AddSimulationArguments(-device "ide-hd,serial=it's $HOME")
CMAKE
cat >qemu <<'QEMU'
#!/bin/sh
printf '<%s>\n' "$@"
QEMU
chmod 755 qemu
mkdir -p build/images
: >build/images/kernel-x86_64-pc99
: >build/images/capdl-loader-image-x86_64-pc99
build/simulate --binary "$work/qemu" --extra-qemu-args '-nic none' >arguments
for argument in q35 "if=none,id=first,format=raw,file=$work/a,, b/disk.img" \
    "ide-hd,serial=it's \$HOME" none; do
    grep -q -x -F -e "<$argument>" arguments || {
        cat arguments >&2
        fail "no argument '$argument'"
    }
done
build/simulate --binary "$work/qemu" --machine pc | grep -q -x '<pc>' || fail "--machine pc"
echo "ok: arguments for QEMU"

for bits in 64 32; do
    "$source/projects/vm-linux/tools/disk-image.sh" $bits disks/$bits
    (
        cd disks/$bits
        start=$(sfdisk -q --dump disk.img | sed -n 's/^.*1 : start= *\([0-9]*\),.*type=83.*/\1/p')
        [ "$start" = 2048 ] || fail "the partition of disk.img begins at sector '$start'"
        e2fsck -fn "disk.img?offset=$((start * 512))" >log 2>&1 || fail "e2fsck: $(cat log)"
        [ "$(dd if=vmlinuz bs=1 skip=514 count=4 status=none)" = HdrS ] || fail "no kernel"
        # What a guest has written stays, unless the installation is another one.
        echo changed | dd of=disk.img conv=notrunc status=none
        "$source/projects/vm-linux/tools/disk-image.sh" $bits .
        [ "$(head -c 7 disk.img)" = changed ] || fail "the disk was made anew"
        echo other >origin
        "$source/projects/vm-linux/tools/disk-image.sh" $bits .
        [ "$(head -c 7 disk.img)" != changed ] || fail "the old disk is still there"
        rm -f disk.img
    )
    echo "ok: a disk with a $bits-bit Debian"
done
echo PASS
