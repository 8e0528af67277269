#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A copy of the app `minimal` (or, for kernel modules, `poke`) with one change, and what must come
# of it:
#
#   variant.sh WORK_DIR CASE
#
# All cases share one build directory, one after the other, as a person who edits and rebuilds.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$1
case_name=$2
app=$work/app
build=$work/build
lists=$app/CMakeLists.txt

fail() {
    echo "FAIL: $case_name: $*" >&2
    exit 1
}

# edit FILE SED_SCRIPT: it must change something
edit() {
    sed -i.before -e "$2" "$1"
    ! cmp -s "$1" "$1.before" || fail "the edit '$2' changes nothing in $1"
}

# add_setting LINE: one more line in the assembly's configuration
add_setting() {
    edit "$adl" "s/vm0.guest_ram_mb = 128;/&\\n      $1/"
}

# fresh_app NAME: a copy of that example
fresh_app() {
    adl=$app/$1.camkes
    mkdir -p "$app" "$build"
    cp -r "$source/projects/vm-examples/$1/." "$app"
    sed -e "s|\"../../|\"$source/projects/|" -e \
        "s|[$]{CMAKE_CURRENT_SOURCE_DIR}/../../|$source/projects/|" \
        "$source/projects/vm-examples/$1/CMakeLists.txt" >"$lists"
}

# make: configure if need be, build; the output goes to $work/log, the exit status to $made
make_app() {
    made=0
    if [ ! -e "$build/build.ninja" ]; then
        (cd "$build" && "$source/init-build.sh" -DCAMKES_VM_APP="$app") >"$work/log" 2>&1 || made=$?
        [ $made != 0 ] || ninja -C "$build" >>"$work/log" 2>&1 || made=$?
    else
        # A configuration that failed is not repeated by ninja alone if its inputs look unchanged.
        (cd "$build" && cmake .) >"$work/log" 2>&1 || made=$?
        [ $made != 0 ] || ninja -C "$build" >>"$work/log" 2>&1 || made=$?
    fi
    # CMake wraps and indents long messages; join them for the search.
    tr -s ' \n' ' ' <"$work/log" >"$work/words"
}

# refused PATTERN: the build stops with a message that matches
refused() {
    make_app
    [ $made != 0 ] || fail "the build went through"
    if grep -E "Segmentation|AddressSanitizer|Assertion|core dumped" "$work/log"; then
        fail "something crashed"
    fi
    grep -E -q "$1" "$work/words" || {
        cat "$work/log" >&2
        fail "no message that matches '$1'; the output is above"
    }
    grep -E -o ".{0,60}$1.{0,60}" "$work/words" | head -n 1
}

# built: the build goes through
built() {
    make_app
    [ $made = 0 ] || {
        tail -n 40 "$work/log" >&2
        fail "the build stopped; its output is above"
    }
}

# said PATTERN: the build goes through and the machine's console shows a line that matches
said() {
    built
    CAISSON_SIMULATE=$build/simulate expect -f "$here/say.exp" -- "$1"
}

# boots: a login works
boots() {
    built
    CAISSON_SIMULATE=$build/simulate expect -f "$here/boot.exp" -- 64
}

# pad_initrd SIZE: zeros after it, which Linux skips
pad_initrd() {
    # shellcheck disable=SC2016 # CMake variables
    edit "$lists" 's|^AddToFileServer("rootfs.cpio" .*|\
set(padded ${CMAKE_CURRENT_BINARY_DIR}/padded.cpio)\
add_custom_command(OUTPUT ${padded} COMMAND cp ${rootfs_file} ${padded}\
    COMMAND truncate -s +'"$1"' ${padded} DEPENDS ${rootfs_file} VERBATIM)\
AddToFileServer("rootfs.cpio" ${padded})|'
}

# uses_memory_above_4_gib WORD_SIZE RELEASE ZONE: see memory.exp; not on a computer that has too
# little for it
uses_memory_above_4_gib() {
    if [ "$(awk '/^MemAvailable/ {print $2}' /proc/meminfo)" -lt $((4608 * 1024)) ]; then
        echo "SKIP: $case_name: QEMU needs 4.5 GiB of this computer's memory"
        exit 77
    fi
    built
    CAISSON_SIMULATE=$build/simulate expect -f "$here/memory.exp" -- "$@" --mem 6G
}

fresh_app minimal
case $case_name in
unchanged) boots ;;
initrd-padded)
    pad_initrd 900K
    boots
    ;;
initrd-large)
    pad_initrd 240M
    edit "$adl" 's/vm0.guest_ram_mb = 128;/vm0.guest_ram_mb = 640;/'
    boots
    ;;
virtio)
    add_setting 'vm0.guest_cid = 3;'
    said 'vm0\.guest_cid: there are no virtio devices yet; the guest starts without'
    grep -q 'minimal\.camkes:[0-9]*: vm0\.guest_cid: there are no virtio dev' "$work/words" ||
        fail "the configuration does not say so"
    boots
    ;;
older-file)
    # The archive follows a file that is replaced by another, even if that is older.
    edit "$lists" "s|^AddToFileServer(\"rootfs.cpio\"|AddToFileServer(\"note\" $work/note)\\
&|"
    echo "the first" >"$work/note"
    built
    echo "one older" >"$work/note"
    touch -d 2001-01-01 "$work/note"
    built
    grep -q "one older" "$build/files.cpio" || fail "the archive has the old file still"
    ;;
syntax-error)
    edit "$adl" 's/VM_COMPOSITION_DEF()/& component component/'
    refused 'minimal\.camkes:[0-9]+:[0-9]+: error: '
    ;;
unknown-component)
    edit "$adl" 's/VM_PER_VM_COMP_DEF(0)/&\n      component Nonsense nonsense;/'
    refused 'minimal\.camkes:[0-9]+:[0-9]+: error: .*Nonsense'
    ;;
instance-twice)
    edit "$adl" 's/VM_PER_VM_COMP_DEF(0)/&\n      component Init0 vm0;/'
    refused 'minimal\.camkes:[0-9]+:[0-9]+: error: .*vm0'
    ;;
overlapping-ports)
    # A component of the app's own that wants two of the serial line's ports.
    edit "$adl" 's/^assembly {/component ExtraPort { hardware; provides IOPort registers; }\
component Extra { control; uses IOPort port; }\
&/'
    edit "$adl" 's/VM_PER_VM_COMP_DEF(0)/&\
      component ExtraPort device;\
      component Extra extra;\
      connection seL4HardwareIOPort extra_port(from extra.port, to device.registers);/'
    add_setting 'device.registers_attributes = "0x3fa:0x3fb";'
    refused \
        'error: .*overlapping I/O ports: .*0x3fa to 0x3fb.*minimal\.camkes:[0-9]+:[0-9]+: note: '
    ;;
no-such-file)
    edit "$lists" \
        's|AddToFileServer("rootfs.cpio" .*|AddToFileServer("rootfs.cpio" no/such/rootfs.cpio)|'
    refused 'AddToFileServer\(rootfs\.cpio\): .*no/such/rootfs\.cpio does not exist'
    ;;
not-a-kernel)
    edit "$lists" "s|DecompressLinuxKernel(extract_linux_kernel decompressed_kernel .*|\
DecompressLinuxKernel(extract_linux_kernel decompressed_kernel $adl)|"
    refused 'extract-vmlinux: error: .*minimal\.camkes: not a Linux kernel'
    ;;
not-an-image)
    edit "$lists" "s|AddToFileServer(\"bzimage\" .*|AddToFileServer(\"bzimage\" $adl)|"
    said 'vm0: kernel_image = "bzimage": [^\n]+'
    ;;
not-an-initrd)
    tar -C "$source/docs" -cf "$work/rootfs.tar" .
    edit "$lists" \
        "s|AddToFileServer(\"rootfs.cpio\" .*|AddToFileServer(\"rootfs.cpio\" $work/rootfs.tar)|"
    refused \
        'minimal\.camkes:[0-9]+: vm0\.initrd_image "rootfs\.cpio": error: .*rootfs\.tar: a tar archive; Linux takes cpio'
    ;;
module-of-other-kernel)
    # The module is built for the default 64-bit kernel; booting the 32-bit one is refused when both
    # are built.
    fresh_app poke
    edit "$lists" \
        's/GetDefaultLinuxKernelFile(kernel_file)/GetArchDefaultLinuxKernelFile(32 kernel_file)/'
    refused \
        'poke\.camkes:[0-9]+: vm0\.kernel_image "bzimage" is Linux [0-9.-]+-686, .*poke\.ko is for Linux .[0-9.-]+-cloud-amd64.'
    ;;
module-of-one-of-two)
    # Two guests with kernels of their own, one with a module: each image is for its own kernel.
    fresh_app poke
    # shellcheck disable=SC2016 # CMake variables
    edit "$lists" 's/^DeclareCAmkESVMRootServer/GetArchDefaultLinuxKernelFile(32 other_kernel)\
GetArchDefaultLinuxRootfsFile(32 other_rootfs)\
AddToFileServer("other-kernel" ${other_kernel})\
AddToFileServer("other.cpio" ${other_rootfs})\
DeclareCAmkESVM(Init1)\
&/'
    edit "$adl" 's/^component Init0/component Init1 { VM_INIT_DEF() }\
&/; s/VM_PER_VM_COMP_DEF(0)/& VM_PER_VM_COMP_DEF(1)/; s/VM_PER_VM_CONFIG_DEF(0, 2)/&\
VM_PER_VM_CONFIG_DEF(1)\
vm1.simple_untyped23_pool = 20; vm1.heap_size = 0x2000000; vm1.guest_ram_mb = 128;\
vm1.kernel_image = "other-kernel"; vm1.initrd_image = "other.cpio";/'
    built
    edit "$adl" 's/vm1.initrd_image = "other.cpio"/vm1.initrd_image = "rootfs.cpio"/'
    refused \
        'vm1\.kernel_image "other-kernel" is Linux [0-9.-]+-686, but "rootfs.cpio" has modules for another kernel'
    ;;
kernel-name)
    edit "$adl" 's/kernel_image = "bzimage"/kernel_image = "vmlinus"/'
    refused \
        'minimal\.camkes:[0-9]+: vm0\.kernel_image = "vmlinus", but .* no such file; .*: bzimage, rootfs\.cpio'
    ;;
initrd-name)
    edit "$adl" 's/initrd_image = "rootfs.cpio"/initrd_image = "rootfs.img"/'
    refused \
        'minimal\.camkes:[0-9]+: vm0\.initrd_image = "rootfs.img", but .* no such file; .*: bzimage, rootfs\.cpio'
    ;;
ram-too-much)
    edit "$adl" 's/guest_ram_mb = 128/guest_ram_mb = 16384/'
    said '(guest_ram_mb|vm0)[^\n]*16384|vm0[^\n]*needs [0-9]+ MiB of memory'
    ;;
ram-3600)
    edit "$adl" 's/guest_ram_mb = 128/guest_ram_mb = 3600/'
    uses_memory_above_4_gib 64 'cloud-amd64' Normal
    ;;
ram-3600-pae)
    # Debian's other i386 kernel, the one with PAE. To be sure that its high memory is what lies
    # above the hole for devices, it is told to leave alone what is between low memory and the hole.
    deb=$("$source/projects/vm-linux/tools/fetch-package.sh" i386 linux-image-686-pae \
        'linux-image-[0-9]*-686-pae')
    dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './boot/vmlinuz-*' >"$work/bzimage-pae"
    edit "$lists" "s|GetDefaultLinuxKernelFile(kernel_file)|set(kernel_file $work/bzimage-pae)|
        s|GetDefaultLinuxRootfsFile(|GetArchDefaultLinuxRootfsFile(32 |"
    # shellcheck disable=SC2016 # a dollar sign for Linux
    edit "$adl" 's/guest_ram_mb = 128/guest_ram_mb = 3600/
        s|root=/dev/mem|& memmap=2176M$0x38000000|'
    uses_memory_above_4_gib 32 '686-pae' HighMem
    ;;
timers-too-many)
    # What vm.h sets, with one number changed. The message has the server's colour: it came through
    # the serial server.
    edit "$adl" 's/VM_CONFIGURATION_DEF()/fserv.heap_size = 0x10000;\
      time_server.timers_per_client = 33;\
      time_server.simple_extra_bootinfo = ["SEL4_BOOTINFO_HEADER_X86_TSC_FREQ"];/'
    said '\x1b\[[0-9]+mtime_server\.timers_per_client = 33: must be 1 to 32[^\n]+'
    ;;
plain-bzimage)
    # shellcheck disable=SC2016 # a CMake variable
    edit "$lists" 's|AddToFileServer("bzimage" .*|AddToFileServer("bzimage" ${kernel_file})|'
    boots
    ;;
pool-too-small)
    edit "$adl" 's/simple_untyped23_pool = 20/simple_untyped23_pool = 1/'
    boots
    ;;
pool-of-the-tutorial)
    edit "$adl" \
        's/simple_untyped23_pool = 20/simple_untyped24_pool = 12/; s/heap_size = 0x2000000/heap_size = 0x10000/'
    boots
    ;;
no-such-app)
    if (mkdir -p "$work/none" && cd "$work/none" &&
        "$source/init-build.sh" -DCAMKES_VM_APP=nope) >"$work/log" 2>&1; then
        fail "an app that does not exist was configured"
    fi
    tr -s ' \n' ' ' <"$work/log" |
        grep -q 'CAMKES_VM_APP=nope: no such app. There are: .*minimal' ||
        {
        cat "$work/log" >&2
        fail "the message does not list the apps"
    }
    ;;
build-in-source)
    if (cd "$source" && ./init-build.sh -DCAMKES_VM_APP=minimal) >"$work/log" 2>&1; then
        fail "a build among the sources was configured"
    fi
    grep -q 'mkdir build_vm' "$work/log" || fail "no hint how to build: $(cat "$work/log")"
    [ ! -e "$source/CMakeCache.txt" ] || fail "CMake ran among the sources"
    ;;
*) fail "there is no such case" ;;
esac
echo "PASS: $case_name"
