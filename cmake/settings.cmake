# SPDX-License-Identifier: BSD-2-Clause
#
# Options that apps and users set, and where things are found.
include(${CMAKE_CURRENT_LIST_DIR}/word-size.cmake)

set(CAMKES_VM_APP "" CACHE STRING "App to build: an example's name, or the path of any folder")
# Apps of 2018 set the one name, today's the other: see caisson_word_size().
set(KernelX86Sel4Arch "x86_64" CACHE STRING "Word size of the default guest images: x86_64 or ia32")
set(KernelSel4Arch "x86_64" CACHE STRING "The same, by today's name")
set(KernelArch "x86" CACHE STRING "Processor architecture: x86")
set(KernelMaxNumNodes 1 CACHE STRING "Number of cores the kernel uses: 1")
option(RELEASE "For use, not for development: no KernelDebugBuild, no KernelPrinting" OFF)
option(KernelDebugBuild
    "Debugging calls: seL4_DebugHalt, CapIdentify, Snapshot, NameThread; not with RELEASE" ON)
option(KernelPrinting
    "Printing calls: seL4_DebugPutChar, PutString, DumpScheduler; not with RELEASE" ON)
option(SIMULATION "For apps that ask: ./simulate is there in any case" ON)
option(CAISSON_TESTS "Build the kernel tests and register all tests with ctest" OFF)
option(CAmkESVMDefaultBuildrootOverlay "Build the guest's connector modules and tools" OFF)

# What apps read and nobody sets: the host is always the same.
set(KernelArchX86 ON)
set(KernelPlatform pc99)
set(KernelPlatformPC99 ON)
set(KernelWordSize 64)

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
    caisson_check_settings()
    caisson_debug_settings()
endfunction()

# caisson_check_settings(): settings that ask for what is not there stop; others that have no effect
# are named, once.
function(caisson_check_settings)
    if(NOT KernelArch STREQUAL "x86")
        message(FATAL_ERROR "KernelArch is \"${KernelArch}\": Caisson runs on x86-64 machines "
            "only.")
    endif()
    if(KernelIsMCS)
        message(FATAL_ERROR "KernelIsMCS is on: this kernel schedules by priorities, it has no "
            "scheduling contexts. Leave KernelIsMCS out.")
    endif()
    if(DEFINED PLATFORM AND NOT PLATFORM MATCHES "^(x86_64|ia32|pc99)$")
        list(APPEND ignored PLATFORM)
    endif()
    set(served "^(KernelArch(X86)?|KernelPlatform|KernelSel4Arch|KernelX86Sel4Arch|KernelVTX"
        "|KernelX86_64VTX64BitGuests|KernelMultibootGFX(Mode|Depth|Width|Height)|CAmkESCPP"
        "|CAmkESVMDefaultBuildrootOverlay|Kernel(DebugBuild|Printing))$")
    list(JOIN served "" served)
    caisson_settings(names)
    foreach(name ${names})
        if(name MATCHES "^(Kernel|Lib|CapDL|CAmkES|Sataserver|Elfloader|CAKEML_)"
            AND NOT name MATCHES "${served}"
            AND NOT (name STREQUAL "KernelMaxNumNodes" AND KernelMaxNumNodes STREQUAL "1"))
            list(APPEND ignored "${name}=${${name}}")
        endif()
    endforeach()
    if(ignored)
        list(JOIN ignored ", " ignored)
        message(STATUS "Settings that have no effect here: ${ignored} "
            "(docs/from-camkes.md says why)")
    endif()
endfunction()

# caisson_debug_settings(): for the kernel and for all that includes the API's headers, the app's
# programs, too.
function(caisson_debug_settings)
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

# caisson_find_app(<outvar>): the folder of CAMKES_VM_APP, or an error that lists the apps. People
# who know camkes rather than camkes-vm say CAMKES_APP.
function(caisson_find_app outvar)
    set(examples ${CAISSON_SOURCE_DIR}/projects/vm-examples)
    set(app "${CAMKES_VM_APP}")
    set(places ${examples} ${examples}/apps/x86 ${CAISSON_SOURCE_DIR}/projects/camkes/apps)
    if(app MATCHES "/")
        set(places ${CMAKE_BINARY_DIR})
    endif()
    foreach(place ${places})
        get_filename_component(dir "${app}" ABSOLUTE BASE_DIR ${place})
        if(app AND EXISTS "${dir}/CMakeLists.txt")
            caisson_workspace(dir ${dir})
            set(${outvar} ${dir} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    if(app MATCHES "/" AND IS_DIRECTORY "${dir}")
        message(FATAL_ERROR "CAMKES_VM_APP=${app}: this folder is no app: it has no "
            "CMakeLists.txt.")
    endif()
    file(GLOB apps RELATIVE ${examples} ${examples}/*/CMakeLists.txt)
    list(TRANSFORM apps REPLACE "/CMakeLists.txt" "")
    list(JOIN apps ", " apps)
    message(FATAL_ERROR "CAMKES_VM_APP=${app}: no such app. There are: ${apps}. "
        "An app is a folder with a CMakeLists.txt: one under projects/vm-examples by its name, any "
        "other by its path.")
endfunction()

# caisson_workspace(<outvar> <app>): apps of 2018 lie beside the projects they use and name them by
# relative paths (../../vm/camkes_vm_helpers.cmake). Where such an app lies elsewhere, it gets
# neighbours: a folder of links in the build, through which it is read.
function(caisson_workspace outvar app)
    file(STRINGS ${app}/CMakeLists.txt neighbours REGEX "\\.\\./\\.\\./vm(-linux)?/")
    if(NOT neighbours OR EXISTS ${app}/../../vm OR EXISTS ${app}/../../vm-linux)
        return()
    endif()
    set(projects ${CMAKE_BINARY_DIR}/workspace/projects)
    get_filename_component(name ${app} NAME)
    file(REMOVE_RECURSE ${projects})
    file(MAKE_DIRECTORY ${projects}/vm-examples)
    foreach(project vm vm-linux)
        file(CREATE_LINK ${CAISSON_SOURCE_DIR}/projects/${project} ${projects}/${project} SYMBOLIC)
    endforeach()
    file(CREATE_LINK ${app} ${projects}/vm-examples/${name} SYMBOLIC)
    set(${outvar} ${projects}/vm-examples/${name} PARENT_SCOPE)
endfunction()

# caisson_app_settings(<app>): app_settings.cmake of a CAmkES VM app, settings.cmake of a CAmkES
# app, before everything else of it. A macro: what they set without the cache counts in the app.
macro(caisson_app_settings app)
    foreach(file ${app}/app_settings.cmake ${app}/settings.cmake)
        if(EXISTS ${file})
            include(${file})
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        endif()
    endforeach()
    caisson_word_size()
    if(KernelSel4Arch STREQUAL "ia32")
        set(KernelSel4ArchIA32 ON)
    else()
        set(KernelSel4ArchX86_64 ON)
    endif()
    foreach(folder components interfaces)
        if(IS_DIRECTORY ${app}/${folder})
            CAmkESAddImportPath(${app}/${folder})
        endif()
    endforeach()
endmacro()
