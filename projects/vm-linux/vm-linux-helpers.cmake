# SPDX-License-Identifier: BSD-2-Clause
#
# Guest kernels and root file systems for apps. The default images are made from Debian packages
# when ninja needs them; the packages are kept in a cache outside of the build directory
# (CAISSON_CACHE).
include_guard(GLOBAL)

include(${CMAKE_CURRENT_LIST_DIR}/kernel-helpers.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/overlay-helpers.cmake)
include(${VM_OVERLAY_DIR}/../../cmake/word-size.cmake)

set(VM_LINUX_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")
set(VM_LINUX_IMAGES_DIR ${CMAKE_BINARY_DIR}/vm-linux/images CACHE INTERNAL "")

# The rule that makes a default image, declared once for a build however many apps ask for it.
#   kind: kernel or rootfs; bits: 32 or 64; the script in tools/ is <kind>-image.sh.
function(vm_linux_image kind bits output)
    if(NOT bits MATCHES "^(32|64)$")
        message(FATAL_ERROR "There is no default ${kind} for the word size \"${bits}\": give "
            "\"32\" or \"64\".")
    endif()
    set_source_files_properties(${output} PROPERTIES GENERATED TRUE)
    set(target vm_linux_${kind}_${bits})
    if(TARGET ${target})
        return()
    endif()
    file(GLOB_RECURSE inputs CONFIGURE_DEPENDS ${VM_LINUX_DIR}/rootfs/*)
    if(kind STREQUAL "kernel")
        set(inputs "")
    endif()
    add_custom_command(OUTPUT ${output}
        COMMAND ${VM_LINUX_DIR}/tools/${kind}-image.sh ${bits} ${output}
        DEPENDS ${VM_LINUX_DIR}/tools/${kind}-image.sh ${VM_LINUX_DIR}/tools/fetch-package.sh
            ${inputs}
        COMMENT "Making the default ${bits}-bit guest ${kind} from Debian packages" VERBATIM)
    add_custom_target(${target} DEPENDS ${output})
endfunction()

# The word size of the app's default guest, as KernelX86Sel4Arch sets it. Caisson's host is always
# 64-bit.
function(vm_linux_default_bits outvar)
    caisson_word_size()
    set(bits 64)
    if(KernelX86Sel4Arch STREQUAL "ia32")
        set(bits 32)
    endif()
    get_property(said GLOBAL PROPERTY VM_LINUX_BITS_SAID)
    if(NOT said)
        message(STATUS "KernelX86Sel4Arch=${KernelX86Sel4Arch}: the default guest images are "
            "${bits}-bit (the host is 64-bit in any case)")
        set_property(GLOBAL PROPERTY VM_LINUX_BITS_SAID ${bits})
        # Set below the first question, it would count for the rest only: look again at the end of
        # the CMakeLists.txt.
        cmake_language(DEFER CALL vm_linux_default_bits ignored)
    elseif(NOT said EQUAL bits)
        message(FATAL_ERROR "KernelX86Sel4Arch is \"${KernelX86Sel4Arch}\" now, but was not when "
            "the first helper asked for the default guest's word size: set it above all calls of "
            "GetDefaultLinux…().")
    endif()
    set(${outvar} ${bits} PARENT_SCOPE)
endfunction()

# GetArchDefaultLinuxKernelFile(<"32"|"64"> <outvar>): the bzImage of Debian's kernel for that word
# size.
function(GetArchDefaultLinuxKernelFile bits outvar)
    set(output ${VM_LINUX_IMAGES_DIR}/kernel/${bits}/bzimage_${bits})
    vm_linux_image(kernel "${bits}" ${output})
    set(${outvar} ${output} PARENT_SCOPE)
endfunction()

# GetArchDefaultLinuxRootfsFile(<"32"|"64"> <outvar>): a small busybox system as a cpio archive.
function(GetArchDefaultLinuxRootfsFile bits outvar)
    set(output ${VM_LINUX_IMAGES_DIR}/rootfs/${bits}/rootfs_${bits}.cpio)
    vm_linux_image(rootfs "${bits}" ${output})
    set(${outvar} ${output} PARENT_SCOPE)
endfunction()

# GetDefaultLinuxKernelFile(<outvar>), GetDefaultLinuxRootfsFile(<outvar>): for the app's word size.
function(GetDefaultLinuxKernelFile outvar)
    vm_linux_default_bits(bits)
    GetArchDefaultLinuxKernelFile(${bits} file)
    set(${outvar} ${file} PARENT_SCOPE)
endfunction()

function(GetDefaultLinuxRootfsFile outvar)
    vm_linux_default_bits(bits)
    GetArchDefaultLinuxRootfsFile(${bits} file)
    set(${outvar} ${file} PARENT_SCOPE)
endfunction()

# The rule that makes a file of Debian's kernel with drivers, declared once for a build: the
# bzImage, or a module.
function(vm_linux_debian_file who bits output target)
    if(NOT bits MATCHES "^(32|64)$")
        message(FATAL_ERROR "${who}: there is no kernel for this word size: give \"32\" or "
            "\"64\".")
    endif()
    set_source_files_properties(${output} PROPERTIES GENERATED TRUE)
    if(TARGET ${target})
        return()
    endif()
    get_filename_component(name ${output} NAME)
    add_custom_command(OUTPUT ${output}
        COMMAND ${VM_LINUX_DIR}/tools/kernel-image.sh --drivers ${bits} ${output} ${ARGN}
        DEPENDS ${VM_LINUX_DIR}/tools/kernel-image.sh ${VM_LINUX_DIR}/tools/fetch-package.sh
        COMMENT "Taking ${name} from Debian's ${bits}-bit kernel package" VERBATIM)
    add_custom_target(${target} DEPENDS ${output})
endfunction()

# GetArchDebianKernelFile(<"32"|"64"> <outvar>): the bzImage of the kernel of Debian's whose modules
# drive real devices, for guests that have some.
function(GetArchDebianKernelFile bits outvar)
    set(output ${VM_LINUX_IMAGES_DIR}/kernel/${bits}/bzimage_debian_${bits})
    vm_linux_debian_file("GetArchDebianKernelFile(${bits})" "${bits}" ${output}
        vm_linux_debian_kernel_${bits})
    set(${outvar} ${output} PARENT_SCOPE)
endfunction()

# AddArchDebianModulesToOverlay(<"32"|"64"> <overlay_name> <module>…): modules of that kernel, for
# insmod /lib/modules/<module>.ko. What a module needs must be named, too.
function(AddArchDebianModulesToOverlay bits overlay_name)
    set(who "AddArchDebianModulesToOverlay(${bits} ${overlay_name})")
    if(NOT ARGN)
        message(FATAL_ERROR "${who}: no module given; give names of files without \".ko\", for "
            "instance e1000e.")
    endif()
    foreach(module IN LISTS ARGN)
        set(file ${VM_LINUX_IMAGES_DIR}/kernel/${bits}/${module}.ko)
        set(target vm_linux_debian_module_${bits}_${module})
        vm_linux_debian_file("${who}" "${bits}" ${file} ${target} ${module})
        AddFileToOverlayDir(${module}.ko ${file} "lib/modules" ${overlay_name} DEPENDS ${target})
    endforeach()
endfunction()

# GetDebianKernelFile(<outvar>), AddDebianModulesToOverlay(<overlay_name> <module>…): for the app's
# word size.
function(GetDebianKernelFile outvar)
    vm_linux_default_bits(bits)
    GetArchDebianKernelFile(${bits} file)
    set(${outvar} ${file} PARENT_SCOPE)
endfunction()

function(AddDebianModulesToOverlay overlay_name)
    vm_linux_default_bits(bits)
    AddArchDebianModulesToOverlay(${bits} ${overlay_name} ${ARGN})
endfunction()

# GetArchDebianDisk(<"32"|"64"> <disk_outvar> <kernel_outvar> <initrd_outvar>): a Debian 12 system
# on a disk image (one partition, /dev/sda1), its bzImage and its initrd. A machine that is given
# the disk writes on this very file; to begin afresh, delete it and call ninja.
function(GetArchDebianDisk bits disk_outvar kernel_outvar initrd_outvar)
    set(who "GetArchDebianDisk(${bits})")
    caisson_check_rest("${who}" "it takes the word size and variables for disk, kernel and initrd"
        ${ARGN})
    if(NOT bits MATCHES "^(32|64)$")
        message(FATAL_ERROR "${who}: there is no Debian disk for this word size: give \"32\" or "
            "\"64\".")
    endif()
    set(folder ${VM_LINUX_IMAGES_DIR}/debian/${bits})
    set(files ${folder}/disk.img ${folder}/vmlinuz ${folder}/initrd.img)
    set_source_files_properties(${files} PROPERTIES GENERATED TRUE)
    if(NOT TARGET vm_linux_debian_${bits})
        add_custom_command(OUTPUT ${files}
            COMMAND ${VM_LINUX_DIR}/tools/disk-image.sh ${bits} ${folder}
            DEPENDS ${VM_LINUX_DIR}/tools/disk-image.sh ${VM_LINUX_DIR}/tools/fetch-package.sh
            COMMENT "Installing a ${bits}-bit Debian on a disk image" VERBATIM)
        add_custom_target(vm_linux_debian_${bits} DEPENDS ${files})
    endif()
    set(${disk_outvar} ${folder}/disk.img PARENT_SCOPE)
    set(${kernel_outvar} ${folder}/vmlinuz PARENT_SCOPE)
    set(${initrd_outvar} ${folder}/initrd.img PARENT_SCOPE)
endfunction()

# GetDebianDisk(<disk_outvar> <kernel_outvar> <initrd_outvar>): for the app's word size.
function(GetDebianDisk disk_outvar kernel_outvar initrd_outvar)
    caisson_check_rest("GetDebianDisk()" "it takes variables for disk, kernel and initrd" ${ARGN})
    vm_linux_default_bits(bits)
    GetArchDebianDisk(${bits} disk kernel initrd)
    set(${disk_outvar} ${disk} PARENT_SCOPE)
    set(${kernel_outvar} ${kernel} PARENT_SCOPE)
    set(${initrd_outvar} ${initrd} PARENT_SCOPE)
endfunction()

# UpdateDtbFromInitrd(…): in the original, for guests on Arm.
function(UpdateDtbFromInitrd)
    message(FATAL_ERROR "UpdateDtbFromInitrd: guests on x86 have no device tree, the monitor tells "
        "Linux where its initrd is: leave out this call and the AddToFileServer() of its result.")
endfunction()
