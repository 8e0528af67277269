# SPDX-License-Identifier: BSD-2-Clause
#
# Options that apps and users set, and where things are found.

set(CAMKES_VM_APP "" CACHE STRING "App to build: a directory under projects/vm-examples, or a path")
set(KernelX86Sel4Arch "x86_64" CACHE STRING "Word size of the default guest images: x86_64 or ia32")
set(KernelMaxNumNodes 1 CACHE STRING "Number of cores the kernel uses")
option(CAISSON_TESTS "Build the kernel tests and register all tests with ctest" OFF)
option(CAmkESVMDefaultBuildrootOverlay "Build the guest's connector modules and tools" OFF)

# Names under which apps of the CAmkES VM find the helpers.
set(CAMKES_VM_DIR ${CAISSON_SOURCE_DIR}/projects/vm CACHE INTERNAL "")
set(CAMKES_VM_HELPERS_PATH ${CAMKES_VM_DIR}/camkes_vm_helpers.cmake CACHE INTERNAL "")
set(CAMKES_VM_LINUX_HELPERS_PATH ${CAISSON_SOURCE_DIR}/projects/vm-linux/vm-linux-helpers.cmake
    CACHE INTERNAL "")

# caisson_find_app(<outvar>): the directory of CAMKES_VM_APP, or an error that lists the apps.
function(caisson_find_app outvar)
    set(examples ${CAISSON_SOURCE_DIR}/projects/vm-examples)
    foreach(dir ${examples}/${CAMKES_VM_APP} ${CAMKES_VM_APP})
        if(IS_ABSOLUTE ${dir} AND EXISTS ${dir}/CMakeLists.txt)
            set(${outvar} ${dir} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    file(GLOB apps RELATIVE ${examples} ${examples}/*/CMakeLists.txt)
    list(TRANSFORM apps REPLACE "/CMakeLists.txt" "")
    list(JOIN apps ", " apps)
    message(FATAL_ERROR "CAMKES_VM_APP=${CAMKES_VM_APP}: no such app. There are: ${apps}. "
        "An app is a directory with a CMakeLists.txt under projects/vm-examples, or an absolute "
        "path to one.")
endfunction()
