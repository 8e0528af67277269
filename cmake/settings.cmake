# SPDX-License-Identifier: BSD-2-Clause
#
# Options that apps and users set, and where things are found.

set(CAMKES_VM_APP "" CACHE STRING "App to build: a directory under projects/vm-examples, or a path")
set(KernelX86Sel4Arch "x86_64" CACHE STRING "Word size of the default guest images: x86_64 or ia32")
set(KernelMaxNumNodes 1 CACHE STRING "Number of cores the kernel uses: 1")
option(RELEASE "For use, not for development: no KernelDebugBuild, no KernelPrinting" OFF)
option(KernelDebugBuild
    "Debugging calls: seL4_DebugHalt, CapIdentify, Snapshot, NameThread; not with RELEASE" ON)
option(KernelPrinting
    "Printing calls: seL4_DebugPutChar, PutString, DumpScheduler; not with RELEASE" ON)
option(CAISSON_TESTS "Build the kernel tests and register all tests with ctest" OFF)
option(CAmkESVMDefaultBuildrootOverlay "Build the guest's connector modules and tools" OFF)

# Names under which apps of the CAmkES VM find the helpers.
set(CAMKES_VM_DIR ${CAISSON_SOURCE_DIR}/projects/vm CACHE INTERNAL "")
set(CAMKES_VM_HELPERS_PATH ${CAMKES_VM_DIR}/camkes_vm_helpers.cmake CACHE INTERNAL "")
set(CAMKES_VM_LINUX_HELPERS_PATH ${CAISSON_SOURCE_DIR}/projects/vm-linux/vm-linux-helpers.cmake
    CACHE INTERNAL "")

# Apps force settings: set(KernelX86Sel4Arch ia32 CACHE STRING "" FORCE). That must not outlast the
# app where another one is built in the same folder. So what an app changes in the cache is noted
# with what was there before, and put back before an app is read again; unless the user has set
# something else in between.

# caisson_settings(<outvar>): the cache's variables that are anybody's settings.
function(caisson_settings outvar)
    set(settings "")
    get_cmake_property(names CACHE_VARIABLES)
    foreach(name ${names})
        get_property(type CACHE ${name} PROPERTY TYPE)
        if(NOT type MATCHES "^(INTERNAL|STATIC)$")
            list(APPEND settings ${name})
        endif()
    endforeach()
    set(${outvar} "${settings}" PARENT_SCOPE)
endfunction()

# Before the app is read.
function(caisson_before_app)
    foreach(name ${CAISSON_FORCED})
        if(NOT DEFINED CACHE{${name}} OR NOT "$CACHE{${name}}" STREQUAL "${CAISSON_TO_${name}}")
            continue()
        endif()
        if(DEFINED CAISSON_FROM_${name})
            set_property(CACHE ${name} PROPERTY VALUE "${CAISSON_FROM_${name}}")
        else()
            unset(${name} CACHE)
        endif()
    endforeach()
    foreach(name ${CAISSON_FORCED})
        unset(CAISSON_FROM_${name} CACHE)
        unset(CAISSON_TO_${name} CACHE)
    endforeach()
    unset(CAISSON_FORCED CACHE)
    caisson_settings(settings)
    set_property(GLOBAL PROPERTY CAISSON_BEFORE ${settings})
    foreach(name ${settings})
        set_property(GLOBAL PROPERTY CAISSON_BEFORE_${name} "$CACHE{${name}}")
    endforeach()
endfunction()

# After it.
function(caisson_after_app)
    get_property(before GLOBAL PROPERTY CAISSON_BEFORE)
    caisson_settings(settings)
    set(forced "")
    foreach(name ${settings})
        get_property(value GLOBAL PROPERTY CAISSON_BEFORE_${name})
        if(NOT name IN_LIST before)
            unset(CAISSON_FROM_${name} CACHE)
        elseif(NOT "$CACHE{${name}}" STREQUAL "${value}")
            set(CAISSON_FROM_${name} "${value}" CACHE INTERNAL "")
        else()
            continue()
        endif()
        set(CAISSON_TO_${name} "$CACHE{${name}}" CACHE INTERNAL "")
        list(APPEND forced ${name})
    endforeach()
    set(CAISSON_FORCED "${forced}" CACHE INTERNAL "")
    if(NOT KernelMaxNumNodes STREQUAL "1")
        message(FATAL_ERROR "KernelMaxNumNodes is ${KernelMaxNumNodes}: this kernel uses one core. "
            "Set it to 1, or leave it out.")
    endif()
    # For the kernel and for all that includes the API's headers, the app's programs, too.
    if(RELEASE OR NOT KernelDebugBuild)
        target_compile_definitions(caisson_freestanding INTERFACE CAISSON_NO_DEBUG_BUILD)
    endif()
    if(RELEASE OR NOT KernelPrinting)
        target_compile_definitions(caisson_freestanding INTERFACE CAISSON_NO_PRINTING)
    endif()
    get_target_property(absent caisson_freestanding INTERFACE_COMPILE_DEFINITIONS)
    if(CAISSON_TESTS AND absent)
        message(FATAL_ERROR "The tests need KernelDebugBuild and KernelPrinting, and no RELEASE.")
    endif()
endfunction()

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
