#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The overlay default_buildroot_overlay, as an app of the tutorial asks for it: its files are where
# the guest looks for them, for the guest's word size.
#   default-overlay.sh SOURCE_DIR
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
source=$(cd "$1" && pwd -P)

mkdir app
cp "$source/projects/vm-examples/minimal/minimal.camkes" app/app.camkes
cat >app/CMakeLists.txt <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(app)
include($source/projects/vm/camkes_vm_helpers.cmake)
include($vm_linux/vm-linux-helpers.cmake)
set(KernelX86Sel4Arch ia32 CACHE STRING "" FORCE)
DeclareCAmkESVM(Init0)
GetDefaultLinuxKernelFile(kernel_file)
DecompressLinuxKernel(extract_linux_kernel decompressed_kernel \${kernel_file})
AddToFileServer("bzimage" \${decompressed_kernel} DEPENDS extract_linux_kernel)
GetDefaultLinuxRootfsFile(rootfs_file)
set(CAmkESVMDefaultBuildrootOverlay ON CACHE BOOL "" FORCE)
AddOverlayDirToRootfs(default_buildroot_overlay \${rootfs_file} "buildroot" "rootfs_install"
    rootfs_file rootfs_target)
AddToFileServer("rootfs.cpio" \${rootfs_file} DEPENDS rootfs_target)
DeclareCAmkESVMRootServer(app.camkes)
CMAKE
mkdir build
(cd build && "$source/init-build.sh" -DCAMKES_VM_APP="$work/app") >log 2>&1 || fail "configuring"
release=$("$vm_linux/tools/linux-headers.sh" version 32)
ninja -C build rootfs_target >log 2>&1 || fail "building the image"
image=$(find build/app/overlays -name 'rootfs_32.cpio')
mkdir root
# What the overlay adds is an archive after the first one.
tail -c +"$(($(stat -c %s build/vm-linux/images/rootfs/32/rootfs_32.cpio) + 1))" "$image" |
    bsdtar -xf - -C root >log 2>&1 || fail "reading the image"

has() {
    for file in "$@"; do
        [ -f "root/$file" ] || fail "the image has no $file"
    done
}
for program in dataport_init dataport_read dataport_write consumes_event_init consumes_event_wait \
    emits_event_init emits_event_emit string_reverse; do
    has usr/sbin/$program
    [ -x root/usr/sbin/$program ] || fail "$program is not executable"
    file root/usr/sbin/$program | grep -q 'ELF 32-bit.*static' || fail "$program is not static"
done
for module in dataport consumes_event emits_event connection; do
    has "lib/modules/$release/kernel/drivers/vmm/$module.ko"
done
has "lib/modules/$release/kernel/drivers/uio/uio.ko"
for script in init etc/init.d/S90camkes_init; do
    [ -x root/$script ] || fail "the image has no executable $script"
done
echo "ok: programs, modules and scripts"
echo "PASS"
