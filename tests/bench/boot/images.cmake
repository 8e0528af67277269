# SPDX-License-Identifier: BSD-2-Clause
#
# Files bzimage and rootfs.cpio: a guest that prints the time-stamp counter just before its login
# prompt.
GetArchDefaultLinuxKernelFile("64" kernel_file)
GetArchDefaultLinuxRootfsFile("64" rootfs_file)

add_executable(tsc ${CMAKE_CURRENT_LIST_DIR}/tsc.S)
target_link_options(tsc PRIVATE -nostdlib -static -no-pie -Wl,--build-id=none)

# The kernel unpacks archives one after the other: the default one, then ours.
set(bench_rootfs ${CMAKE_BINARY_DIR}/bench-rootfs.cpio)
add_custom_command(OUTPUT ${bench_rootfs}
    COMMAND sed -e "s|@SOURCE@|${CMAKE_CURRENT_LIST_DIR}|" -e "s|@TSC@|$<TARGET_FILE:tsc>|"
        ${CMAKE_CURRENT_LIST_DIR}/overlay.mtree > overlay.mtree
    COMMAND bsdtar -c --format=newc -f overlay.cpio @overlay.mtree
    COMMAND cat ${rootfs_file} overlay.cpio > ${bench_rootfs}
    DEPENDS tsc ${rootfs_file} ${CMAKE_CURRENT_LIST_DIR}/overlay.mtree
        ${CMAKE_CURRENT_LIST_DIR}/S99tsc VERBATIM)
add_custom_target(bench_rootfs ALL DEPENDS ${bench_rootfs})

DecompressLinuxKernel(extract_linux_kernel decompressed_kernel ${kernel_file})
AddToFileServer("bzimage" ${decompressed_kernel} DEPENDS extract_linux_kernel)
AddToFileServer("rootfs.cpio" ${bench_rootfs} DEPENDS bench_rootfs)
