# SPDX-License-Identifier: BSD-2-Clause
#
# The guest's programs and kernel modules for connections to CAmkES components, as projects of their
# own for the default guest's word size and kernel, and the overlay default_buildroot_overlay. The
# programs' files are named in CMakeLists.txt.
include(${CMAKE_CURRENT_LIST_DIR}/linux-source-helpers.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/cross_compiling.cmake)

vm_linux_default_bits(bits)
FindCustomPollyToolchain(guest_toolchain "linux-gcc-${bits}bit-pic")
set(artifacts_dir ${CMAKE_CURRENT_LIST_DIR}/camkes-linux-artifacts)

# Programs.
set(connector_apps_binary_dir ${CMAKE_BINARY_DIR}/camkes-connector-apps)
ExternalProject_Add(camkes-connector-apps
    URL file:///${artifacts_dir}/camkes-linux-apps/camkes-connector-apps
    BINARY_DIR ${connector_apps_binary_dir}
    BUILD_ALWAYS ON
    STAMP_DIR ${CMAKE_CURRENT_BINARY_DIR}/camkes-connector-apps-stamp
    EXCLUDE_FROM_ALL
    INSTALL_COMMAND ""
    CMAKE_ARGS
        -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
        -DCMAKE_TOOLCHAIN_FILE=${guest_toolchain}
)

# Modules. Debian's headers have their configuration and symbols in them.
GetDefaultLinuxMajor(linux_major)
GetDefaultLinuxMinor(linux_minor)
GetDefaultLinuxMd5(linux_md5)
GetDefaultLinuxVersion(linux_version)
DownloadLinux(${linux_major} ${linux_minor} ${linux_md5} vm_linux_dir download_vm_linux)
set(connector_modules_binary_dir ${CMAKE_BINARY_DIR}/camkes-connector-modules)
ExternalProject_Add(camkes-connector-modules
    URL file:///${artifacts_dir}/camkes-linux-modules/camkes-connector-modules
    BINARY_DIR ${connector_modules_binary_dir}
    BUILD_ALWAYS ON
    STAMP_DIR ${CMAKE_CURRENT_BINARY_DIR}/camkes-connector-modules-stamp
    EXCLUDE_FROM_ALL
    INSTALL_COMMAND ""
    DEPENDS download_vm_linux
    CMAKE_ARGS
        -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
        -DCMAKE_TOOLCHAIN_FILE=${guest_toolchain}
        -DLINUX_KERNEL_DIR=${vm_linux_dir}
        -DMODULE_HELPERS_FILE=${CMAKE_CURRENT_LIST_DIR}/linux-module-helpers.cmake
)
AddExternalProjFilesToOverlay(camkes-connector-modules ${connector_modules_binary_dir}
    default_buildroot_overlay "lib/modules/${linux_version}/kernel/drivers/vmm"
    FILES dataport.ko consumes_event.ko emits_event.ko connection.ko)

# The kernel's own module on which connection.ko rests.
set(uio_module ${CMAKE_BINARY_DIR}/vm-linux/modules/${linux_version}/uio.ko)
add_custom_command(OUTPUT ${uio_module}
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/tools/kernel-image.sh ${bits} ${uio_module} uio
    COMMENT "Unpacking the module uio of Linux ${linux_version}" VERBATIM)
add_custom_target(vm_linux_uio DEPENDS ${uio_module})
AddFileToOverlayDir("uio.ko" ${uio_module} "lib/modules/${linux_version}/kernel/drivers/uio"
    default_buildroot_overlay DEPENDS vm_linux_uio)

# What loads the modules, and what makes the nodes.
set(init_scripts_dir ${artifacts_dir}/camkes-linux-init-scripts/buildroot_init)
AddFileToOverlayDir("init" ${init_scripts_dir}/init_template "." default_buildroot_overlay)
AddFileToOverlayDir("S90camkes_init" ${init_scripts_dir}/camkes_init "etc/init.d"
    default_buildroot_overlay)
